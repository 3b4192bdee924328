package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.supervise.Slumber;
import dev.holdfast.engine.Audit;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.HoldfastException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets go what was kept for as long as its file asks for. Used by one thread. */
final class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);

    /** Ages are days. */
    private static final Duration PAUSE = Duration.ofHours(1);

    private static final Duration ASLEEP = Duration.ofDays(1);

    private final InstantSource clock;
    private final Map<String, Instant> done = new HashMap<>();
    private final Map<String, Instant> next = new HashMap<>();

    Retention(InstantSource clock) {
        this.clock = clock;
    }

    /** Does nothing before its time has come. What sleeps is woken for it once a day, and sleeps again afterwards. */
    <S extends Record> void look(ManagedStack managed, ManagedStack.Live live, Bound<S> bound)
            throws InterruptedException {
        String key = managed.name() + "/" + bound.service().name();
        Instant now = clock.instant();
        if (!(bound.engine().schema() instanceof Support.Offered<Schema<S>>(Schema<S> schema))
                || !(schema.audit() instanceof Support.Offered<Audit<S>>(Audit<S> audit))
                || !audit.isPruned(bound.service())
                || next.getOrDefault(key, now).isAfter(now)) {
            return;
        }
        next.put(key, now.plus(PAUSE));
        Slumber slumber = live.supervisor().slumber();
        String service = bound.service().name();
        if (slumber.isAsleep(service)
                && done.computeIfAbsent(key, first -> now).plus(ASLEEP).isAfter(now)) {
            return;
        }
        done.put(key, now);
        try (Slumber.Awake _ = slumber.awake(List.of(service), "what its audit has kept for long enough goes")) {
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
