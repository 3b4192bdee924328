package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Audit;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.HoldfastException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets go what was kept for as long as its file asks for. Used by one thread. */
final class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    /** Ages are days. */
    private static final Duration PAUSE = Duration.ofHours(1);

    private final InstantSource clock;
    private final Map<String, Instant> next = new HashMap<>();

    Retention(InstantSource clock) {
        this.clock = clock;
    }

    /** Does nothing before its time has come. */
    <S extends Record> void look(ManagedStack managed, ManagedStack.Live live, Bound<S> bound) {
        String key = managed.name() + "/" + bound.service().name();
        Instant now = clock.instant();
        if (!(bound.engine().schema() instanceof Support.Offered<Schema<S>>(Schema<S> schema))
                || !(schema.audit() instanceof Support.Offered<Audit<S>>(Audit<S> audit))
                || next.getOrDefault(key, now).isAfter(now)) {
            return;
        }
        next.put(key, now.plus(PAUSE));
        try {
            audit.prune(bound.service(), live.supervisor().site().context())
                    .forEach((database, gone) -> managed.decisions()
                            .add(
                                    "",
                                    "let go " + gone + (gone == 1 ? " entry" : " entries") + " of the audit of "
                                            + bound.service().name() + "/" + database
                                            + " because they were older than its file asks to keep"));
        } catch (HoldfastException failed) {
            LOG.atWarn()
                    .setCause(failed)
                    .addKeyValue("stack", managed.name())
                    .addKeyValue("service", bound.service().name())
                    .log("old entries of an audit were not let go");
        }
    }
}
