package dev.holdfast.engines.postgres.rehearsal;

import dev.holdfast.engine.Rehearsing.Breach;
import dev.holdfast.engine.Rehearsing.Drop;
import dev.holdfast.engine.Rehearsing.File;
import dev.holdfast.engine.Rehearsing.Lock;
import dev.holdfast.engine.Rehearsing.Rewrite;
import dev.holdfast.engine.Rehearsing.Rows;
import dev.holdfast.engine.Rehearsing.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a stack file allows a migration.
 *
 * @param maxLock for how long anybody may be kept waiting
 * @param forbid {@code rewrite}, {@code drop}, {@code block-reads}, {@code block-writes}
 */
record Verdict(Optional<Duration> maxLock, Set<String> forbid) {
    Verdict {
        forbid = Set.copyOf(forbid);
    }

    File of(File file) {
        List<Breach> breaches = new ArrayList<>();
        for (Lock lock : file.hurting()) {
            if (maxLock.isPresent() && lock.held().compareTo(maxLock.get()) > 0) {
                breaches.add(breach(
                        file,
                        lock.statement(),
                        "maxLock",
                        sentence(lock) + " for " + milliseconds(lock.held()) + ", and " + milliseconds(maxLock.get())
                                + " is allowed",
                        remedy(lock)));
            }
            if (lock.blocksReads() && forbid.contains("block-reads")) {
                breaches.add(breach(file, lock.statement(), "block-reads", sentence(lock), remedy(lock)));
            } else if (!lock.mode().equals(LockMode.ROWS) && forbid.contains("block-writes")) {
                breaches.add(breach(file, lock.statement(), "block-writes", sentence(lock), remedy(lock)));
            }
        }
        if (forbid.contains("rewrite")) {
            for (Rewrite rewrite : file.rewrites()) {
                breaches.add(breach(
                        file,
                        rewrite.statement(),
                        "rewrite",
                        "it writes " + rewrite.table() + " (" + (rewrite.bytes() >> 20) + " MiB) anew because "
                                + rewrite.because(),
                        "Add a new column or table, fill it in batches, and swap the names."));
            }
        }
        if (forbid.contains("drop")) {
            drops(file, breaches);
        }
        return file.withBreaches(breaches);
    }

    private static void drops(File file, List<Breach> breaches) {
        String remedy =
                "If that is meant, take drop out of forbid: for this release, or keep what is dropped until nobody needs it.";
        for (Drop drop : file.drops()) {
            if (drop.holdsData()) {
                breaches.add(
                        breach(file, drop.statement(), "drop", "it drops " + drop.kind() + " " + drop.name(), remedy));
            }
        }
        for (Rows rows : file.rows()) {
            if (rows.deleted() > 0) {
                breaches.add(
                        breach(file, 0, "drop", "it deletes " + rows.deleted() + " rows of " + rows.table(), remedy));
            }
        }
    }

    private static Breach breach(File file, int statement, String rule, String text, String remedy) {
        int line = file.statements().stream()
                .filter(one -> one.number() == statement)
                .mapToInt(Statement::line)
                .findFirst()
                .orElse(0);
        return new Breach(file.script(), line, rule, text, remedy);
    }

    private static String sentence(Lock lock) {
        if (lock.mode().equals(LockMode.ROWS)) {
            return "it keeps whoever writes to the rows of " + lock.table() + " that it changes waiting";
        }
        String what = lock.index().map(index -> lock.mode() + " on " + index).orElse(lock.mode());
        return "it keeps everyone from " + (lock.blocksReads() ? "reading " : "writing to ") + lock.table() + " ("
                + what + ")";
    }

    private static String remedy(Lock lock) {
        return switch (lock.mode()) {
            case LockMode.ROWS -> "Change the rows in batches, each with a commit of its own.";
            case "ShareLock" -> "Build the index with CREATE INDEX CONCURRENTLY, in a file of its own.";
            case "ShareRowExclusiveLock" ->
                "Add a constraint NOT VALID and validate it in a later file; put what takes long into a file of its own.";
            default ->
                "Give the statement a file of its own, so that its lock ends with it, and put what takes long before or after it.";
        };
    }

    static String milliseconds(Duration time) {
        return time.toMillis() >= 10 || time.isZero()
                ? time.toMillis() + " ms"
                : String.format(java.util.Locale.ROOT, "%.1f ms", time.toNanos() / 1e6);
    }
}
