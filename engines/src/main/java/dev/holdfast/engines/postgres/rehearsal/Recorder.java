package dev.holdfast.engines.postgres.rehearsal;

import dev.holdfast.engine.Rehearsing.Drop;
import dev.holdfast.engine.Rehearsing.File;
import dev.holdfast.engine.Rehearsing.Lock;
import dev.holdfast.engine.Rehearsing.Rewrite;
import dev.holdfast.engine.Rehearsing.Rows;
import dev.holdfast.engine.Rehearsing.Statement;
import dev.holdfast.engines.postgres.rehearsal.Seen.Held;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * Puts together what was seen of one file. A lock is taken to be held from the last moment at which it was not there: its time
 * is never too short. Two threads tell it things, the one that runs the file and the one that looks every few milliseconds.
 */
final class Recorder {
    private static final String MARK = "holdfast-rehearsal ";
    private static final Pattern COMMENTS = Pattern.compile("^(\\s+|--[^\n]*(\n|$)|(?s:/\\*.*?\\*/))+");
    private static final int SHOWN = 160;
    private static final Set<String> WITH_DATA =
            Set.of("table", "table column", "materialized view", "schema", "foreign table", "sequence");

    private final Map<Long, Relation> relations;
    private final long newest;
    private final LongSupplier clock;
    private final Lines lines;
    private final long begun;
    private final long logBegun;
    private final List<Statement> statements = new ArrayList<>();
    private final List<Rewrite> rewrites = new ArrayList<>();
    private final List<Drop> drops = new ArrayList<>();
    private final Map<Held, Open> open = new HashMap<>();
    private final Map<Held, Kept> kept = new LinkedHashMap<>();
    private boolean transactional;
    private boolean whole;
    private long done;
    private String running = "";
    private long runningSince;
    private long lastLooked;
    private long logSeen;
    private long firstChange = Long.MAX_VALUE;
    private int firstChangeBy;
    private Optional<String> failure = Optional.empty();

    /** @param newest every relation with a higher oid was made by the files of this rehearsal */
    Recorder(Map<Long, Relation> relations, long newest, LongSupplier clock, String text, Seen before) {
        this.relations = Map.copyOf(relations);
        this.newest = newest;
        this.clock = clock;
        this.lines = new Lines(text);
        this.begun = clock.getAsLong();
        this.done = begun;
        this.lastLooked = begun;
        this.logBegun = before.log();
        this.logSeen = before.log();
    }

    private record Open(long since, int statement) {}

    private record Kept(long held, int statement) {}

    synchronized void begins(String sql) {
        if (whole) {
            return;
        }
        running = sql;
        runningSince = clock.getAsLong();
        lastLooked = runningSince;
    }

    /**
     * The statement has ended, well or not.
     *
     * @param inTransaction whether its transaction goes on; otherwise what it held ended with it
     */
    synchronized void ends(Seen seen, long rows, boolean inTransaction) {
        long at = clock.getAsLong();
        int line = whole ? 0 : lines.of(running);
        if (line == 0) {
            // written by whoever runs the files, and nothing of theirs
            running = "";
            logSeen = seen.log();
            return;
        }
        transactional |= inTransaction;
        int number = statements.size() + 1;
        statements.add(new Statement(
                number,
                line,
                shown(running),
                Duration.ofNanos(at - runningSince),
                seen.log() - logSeen,
                Math.max(0, rows)));
        if (rows > 0 && runningSince < firstChange && !running.stripLeading().regionMatches(true, 0, "INSERT", 0, 6)) {
            firstChange = runningSince;
            firstChangeBy = number;
        }
        logSeen = seen.log();
        take(seen, number, inTransaction ? Long.MAX_VALUE : at);
        running = "";
    }

    /** Looked at in the middle of a statement. */
    synchronized void looked(Seen seen) {
        // an answer to a question from before this statement knows less than what was seen since
        if (!running.isEmpty() && seen.asked() >= runningSince) {
            take(seen, statements.size() + 1, Long.MAX_VALUE);
        }
    }

    /** The transaction has ended, and all its locks with it. */
    synchronized void transactionEnded() {
        long at = clock.getAsLong();
        open.keySet().forEach(held -> keep(held, at));
        open.clear();
        done = at;
    }

    /** All statements of the file have been done; what comes now is written about it. */
    synchronized void whole() {
        whole = true;
        done = clock.getAsLong();
    }

    synchronized void fails(String message) {
        failure = Optional.of(message);
    }

    /** A message of the server; those of the rehearsal's own triggers say what was rewritten or dropped. */
    synchronized boolean hears(String message) {
        if (!message.startsWith(MARK)) {
            return false;
        }
        int number = statements.size() + 1;
        try {
            Json said = Json.parse(message.substring(MARK.length()));
            long oid = said.longAt("oid").orElse(0L);
            boolean isNew = oid > newest;
            if (said.textAt("what").orElse("").equals("rewrite")) {
                Relation relation = relations.get(oid);
                if (relation != null) {
                    rewrites.add(new Rewrite(
                            relation.name(),
                            number,
                            relation.bytes(),
                            reason(said.longAt("reason").orElse(0L))));
                }
            } else if (!isNew) {
                String kind = said.textAt("kind").orElse("");
                drops.add(new Drop(kind, said.textAt("name").orElse(""), number, WITH_DATA.contains(kind)));
            }
        } catch (JsonException damaged) {
            throw new IllegalStateException("the rehearsal's own trigger wrote '" + message + "'", damaged);
        }
        return true;
    }

    /** The bits that the event trigger's function documents. */
    private static String reason(long bits) {
        List<String> reasons = new ArrayList<>();
        if ((bits & 1) != 0) {
            reasons.add("it is made logged or unlogged");
        }
        if ((bits & 2) != 0) {
            reasons.add("a column gets a value computed for each row");
        }
        if ((bits & 4) != 0) {
            reasons.add("a column changes its type");
        }
        if ((bits & 8) != 0) {
            reasons.add("its access method changes");
        }
        return reasons.isEmpty() ? "it was written to another file" : String.join(", ", reasons);
    }

    /**
     * @param after the relations as they are now
     * @param rows what was changed, by the statistics of the server
     */
    synchronized File file(String label, String script, Seen last, Map<Long, Relation> after, List<Rows> rows) {
        if (!open.isEmpty()) {
            transactionEnded();
        }
        long ended = done;
        List<Rewrite> all = new ArrayList<>(rewrites);
        List<Drop> gone = new ArrayList<>(drops);
        if (failure.isEmpty()) {
            otherStorage(after, all, gone);
        }
        return new File(
                label,
                script,
                transactional,
                Duration.ofNanos(ended - begun),
                last.log() - logBegun,
                statements,
                locks(rows, ended),
                all,
                gone,
                rows,
                failure,
                List.of());
    }

    /** VACUUM FULL, CLUSTER and TRUNCATE fire no trigger, and leave another file. */
    private void otherStorage(Map<Long, Relation> after, List<Rewrite> all, List<Drop> gone) {
        for (Relation before : relations.values()) {
            Relation now = after.get(before.oid());
            boolean told = all.stream().anyMatch(rewrite -> rewrite.table().equals(before.name()));
            if (now == null || before.isIndex() || before.isToast() || told || now.storage() == before.storage()) {
                continue;
            }
            int by = strongest(before.oid());
            if (now.bytes() == 0 && before.bytes() > 0) {
                gone.add(new Drop("all rows", before.name(), by, true));
            } else if (before.bytes() > 0) {
                all.add(new Rewrite(before.name(), by, before.bytes(), "it was written to another file"));
            }
        }
    }

    private int strongest(long oid) {
        Kept lock = kept.get(new Held(oid, "AccessExclusiveLock"));
        return lock == null ? 1 : lock.statement();
    }

    private List<Lock> locks(List<Rows> rows, long ended) {
        Map<String, Lock> locks = new TreeMap<>();
        kept.forEach((held, how) -> {
            Relation relation = relations.get(held.relation());
            if (relation == null || relation.isToast()) {
                return;
            }
            boolean index = relation.isIndex();
            Relation table = relations.get(relation.table());
            // whoever plans a query on the table opens its indexes; weaker locks on those say nothing of their own
            if (table == null || table.isToast() || (index && !LockMode.blocksReads(held.mode()))) {
                return;
            }
            locks.merge(
                    table.name() + " " + held.mode() + (index ? relation.name() : ""),
                    new Lock(
                            table.name(),
                            index ? Optional.of(relation.name()) : Optional.empty(),
                            held.mode(),
                            Duration.ofNanos(how.held()),
                            how.statement(),
                            LockMode.blocksReads(held.mode()),
                            LockMode.blocksWrites(held.mode())),
                    (one, other) -> one.held().compareTo(other.held()) >= 0 ? one : other);
        });
        long since = firstChange == Long.MAX_VALUE ? begun : firstChange;
        Set<String> known = new TreeSet<>();
        relations.values().forEach(relation -> known.add(relation.name()));
        for (Rows changed : rows) {
            if (changed.updated() + changed.deleted() > 0 && known.contains(changed.table())) {
                locks.put(
                        changed.table() + " " + LockMode.ROWS,
                        new Lock(
                                changed.table(),
                                Optional.empty(),
                                LockMode.ROWS,
                                Duration.ofNanos(transactional ? ended - since : longestStatement()),
                                Math.max(1, firstChangeBy),
                                false,
                                true));
            }
        }
        return locks.values().stream()
                .sorted(Comparator.comparing(Lock::table)
                        .thenComparingInt(Lock::statement)
                        .thenComparing(Lock::mode))
                .toList();
    }

    private long longestStatement() {
        return statements.stream()
                .mapToLong(statement -> statement.took().toNanos())
                .max()
                .orElse(0);
    }

    /** @param gone when what is no longer held was given back */
    private void take(Seen seen, int number, long gone) {
        for (Held held : seen.held()) {
            if (relations.containsKey(held.relation())) {
                open.computeIfAbsent(held, any -> new Open(lastLooked, number));
            }
        }
        long end = gone == Long.MAX_VALUE ? clock.getAsLong() : gone;
        for (Held held : List.copyOf(open.keySet())) {
            if (!seen.held().contains(held)) {
                keep(held, end);
                open.remove(held);
            }
        }
        lastLooked = seen.asked();
    }

    private void keep(Held held, long until) {
        Open since = open.get(held);
        if (since != null) {
            kept.merge(
                    held,
                    new Kept(until - since.since(), since.statement()),
                    (one, other) -> one.held() >= other.held() ? one : other);
        }
    }

    private static String shown(String sql) {
        String line = COMMENTS.matcher(sql).replaceFirst("").strip().replaceAll("\\s+", " ");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN - 1) + "…";
    }
}
