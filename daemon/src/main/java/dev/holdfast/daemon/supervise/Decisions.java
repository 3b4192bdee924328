package dev.holdfast.daemon.supervise;

import dev.holdfast.apply.Journal;
import dev.holdfast.apply.Operation;
import dev.holdfast.problem.HoldfastException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where every decision about a stack goes: the log, the journal, whoever watches, and memory for {@code why}. */
public final class Decisions {
    private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);
    private static final int KEPT = 200;

    private final String stack;
    private final Journal journal;
    private final InstantSource clock;
    private final Deque<Decision> recent = new ArrayDeque<>();
    private final List<Consumer<Decision>> watchers = new CopyOnWriteArrayList<>();

    public Decisions(String stack, Journal journal, InstantSource clock) {
        this.stack = stack;
        this.journal = journal;
        this.clock = clock;
        for (var entry : journal.entries()) {
            if (entry.textAt("kind").orElse("").equals("decision")) {
                remember(new Decision(
                        java.time.Instant.parse(entry.textAt("at").orElse("1970-01-01T00:00:00Z")),
                        entry.textAt("member").orElse(""),
                        entry.textAt("text").orElse("")));
            }
        }
    }

    public void add(String member, String text) {
        Decision decision = new Decision(clock.instant(), member, text);
        LOG.atInfo()
                .addKeyValue("stack", stack)
                .addKeyValue("member", member)
                .addKeyValue("operation", Operation.current().id())
                .addKeyValue("actor", Operation.current().actor())
                .addKeyValue("decision", text)
                .log("decided");
        remember(decision);
        try {
            journal.decision(member, text);
        } catch (HoldfastException full) {
            // a full disk must not end the supervision that would report it
            LOG.atError().addKeyValue("stack", stack).setCause(full).log("a decision is not in the journal");
        }
        for (Consumer<Decision> watcher : watchers) {
            watcher.accept(decision);
        }
    }

    /** Tells of each decision from now on until the returned handle is closed. */
    public Watch watch(Consumer<Decision> watcher) {
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    /** Oldest first. */
    public synchronized List<Decision> recent() {
        return new ArrayList<>(recent);
    }

    private synchronized void remember(Decision decision) {
        recent.addLast(decision);
        if (recent.size() > KEPT) {
            recent.removeFirst();
        }
    }

    /** An end to watching. */
    public interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
