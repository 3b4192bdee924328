package dev.holdfast.engines.postgres.masking;

import dev.holdfast.apply.Tasks;
import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Masking.Column;
import dev.holdfast.engines.postgres.MaskSpec;
import dev.holdfast.engines.postgres.MaskingSpec;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.engines.postgres.masking.MaskingSession.Held;
import dev.holdfast.engines.postgres.masking.Relation.Tie;
import dev.holdfast.engines.postgres.tenancy.Table;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The masking of one database of a copy whose doors are closed, to files without an old value. While rows are replaced no index is
 * kept: a permutation of unique values would meet the old ones half way. All files are then written anew with their indexes, and
 * what must be unique is built once more with the check. It may fail at any point, because the copy is then thrown away.
 */
final class Pass {
    private static final Duration LONGEST = Duration.ofDays(2);
    private static final int MOST_AT_ONCE = 4;

    /** The only way to keep indexes and forced triggers away from an update, and to drop what statistics know of values. */
    private static final String CATALOGUE_WRITABLE = "SET allow_system_table_mods = on";

    private static final String AUDIT = " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE n.nspname = 'holdfast' AND c.relkind = 'r' AND c.relname IN ('audit_log', 'audit_seals', 'ddl_log')";

    private static final String EMPTIED =
            "SELECT to_regclass(name)::oid::int8 FROM unnest(?::text[]) AS name WHERE to_regclass(name) IS NOT NULL"
                    + " UNION SELECT c.oid::int8" + AUDIT;

    private final Service<?> service;
    private final Bench bench;
    private final String database;
    private final MaskingSpec spec;
    private final String key;
    private final Semaphore turns;

    Pass(Service<?> service, Bench bench, String database, MaskingSpec spec, String key) {
        this.service = service;
        this.bench = bench;
        this.database = database;
        this.spec = spec;
        this.key = key;
        this.turns = new Semaphore(
                Math.toIntExact(Math.clamp(service.resources().cpu().millis() / 1000, 1, MOST_AT_ONCE)));
    }

    List<Column> run() throws InterruptedException {
        try (MaskingSession session = replacing()) {
            Catalogue catalogue = session.catalogue();
            SortedMap<Table, SortedMap<String, MaskSpec>> changing = Fitting.changing(spec);
            List<Relation> relations = changing.keySet().stream()
                    .filter(catalogue.relations()::containsKey)
                    .map(catalogue.relations()::get)
                    .toList();
            List<Long> ids = relations.stream().map(Relation::id).toList();
            List<Held> family = session.family(ids);
            List<Long> all = family.stream().map(Held::id).toList();
            rollBackPrepared(session);
            List<Long> emptied = session.ids(EMPTIED, tables(spec.empty()));
            List<Long> held = new ArrayList<>(all);
            held.addAll(emptied);
            Released released = hold(session, held);
            empty(session);
            List<Column> columns = replace(relations, changing);
            List<Held> rewritten =
                    new ArrayList<>(family.stream().filter(Held::hasFile).toList());
            rewritten.addAll(session.dropped(all));
            rewrite(rewritten);
            release(session, released);
            requireUnique(session, family, changing);
            requireTies(session, catalogue, Fitting.reaching(spec, catalogue));
            forget(session, relations, all);
            return columns;
        }
    }

    private MaskingSession replacing() {
        return MaskingSession.replacing(service, bench.context(), database, key);
    }

    /** Rows of transactions that nobody has decided on are no rows yet, and would come back as they were. */
    private static void rollBackPrepared(MaskingSession session) {
        session.lines("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()")
                .forEach(gid -> session.execute("ending what was prepared", "ROLLBACK PREPARED " + Sql.text(gid)));
    }

    private void empty(MaskingSession session) throws InterruptedException {
        Set<String> tables = new LinkedHashSet<>(tables(spec.empty()));
        // the audit holds the rows as they were; the copy begins one of its own
        tables.addAll(session.lines("SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)" + AUDIT));
        if (!tables.isEmpty()) {
            bench.say("empties " + String.join(", ", tables) + " of " + database);
            inTurn("emptying tables", "TRUNCATE " + String.join(", ", tables));
        }
    }

    private static List<String> tables(List<String> written) {
        return written.stream().map(table -> Table.of(table).sql()).toList();
    }

    /** What was taken out of force, to be put back. */
    private record Released(List<Long> relations, List<Long> indexes, List<Long> always, List<Long> replica) {}

    private static Released hold(MaskingSession session, List<Long> relations) {
        session.execute("preparing its tables", CATALOGUE_WRITABLE);
        Released released = new Released(
                relations,
                session.ids(
                        "UPDATE pg_index SET indisready = false, indisvalid = false"
                                + " WHERE indrelid = ANY (?) AND indisready AND indisvalid RETURNING indexrelid::int8",
                        relations),
                session.ids(
                        "UPDATE pg_trigger SET tgenabled = 'D' WHERE tgrelid = ANY (?) AND tgenabled = 'A' RETURNING oid::int8",
                        relations),
                session.ids(
                        "UPDATE pg_trigger SET tgenabled = 'D' WHERE tgrelid = ANY (?) AND tgenabled = 'R' RETURNING oid::int8",
                        relations));
        tell(session, relations);
        return released;
    }

    /** Sessions learn of a changed table by its own entry, and of a changed trigger not at all. */
    private static void tell(MaskingSession session, List<Long> relations) {
        session.ids("UPDATE pg_class SET relname = relname WHERE oid = ANY (?) RETURNING 1", relations);
    }

    private static void release(MaskingSession session, Released released) {
        session.ids(
                "UPDATE pg_index SET indisready = true, indisvalid = true WHERE indexrelid = ANY (?) RETURNING 1",
                released.indexes());
        session.ids("UPDATE pg_trigger SET tgenabled = 'A' WHERE oid = ANY (?) RETURNING 1", released.always());
        session.ids("UPDATE pg_trigger SET tgenabled = 'R' WHERE oid = ANY (?) RETURNING 1", released.replica());
        tell(session, released.relations());
    }

    private List<Column> replace(List<Relation> relations, SortedMap<Table, SortedMap<String, MaskSpec>> changing)
            throws InterruptedException {
        AtomicInteger done = new AtomicInteger();
        List<Callable<List<Column>>> apart = new ArrayList<>();
        List<Callable<List<Column>>> above = new ArrayList<>();
        for (Relation relation : relations) {
            SortedMap<String, MaskSpec> masks = changing.getOrDefault(relation.table(), new TreeMap<>());
            (relation.isChild() ? apart : above).add(() -> {
                long rows = inTurn("replacing values in '" + relation.table() + "'", Replacing.update(relation, masks));
                bench.say("masked " + database, done.incrementAndGet(), relations.size(), "tables");
                return masks.entrySet().stream()
                        .map(entry -> new Column(
                                database,
                                relation.table().toString(),
                                entry.getKey(),
                                entry.getValue().rule().word(),
                                rows))
                        .toList();
            });
        }
        bench.say("masked " + database, 0, relations.size(), "tables");
        List<List<Column>> columns = new ArrayList<>(all(above));
        // the update of a parent reaches these rows, too, and two at once would each miss what the other has just moved
        for (Callable<List<Column>> one : apart) {
            columns.addAll(all(List.of(one)));
        }
        return columns.stream().flatMap(List::stream).toList();
    }

    /** New files, in which nothing is that no query sees: dead rows, free space, columns that were dropped. */
    private void rewrite(List<Held> tables) throws InterruptedException {
        AtomicInteger done = new AtomicInteger();
        List<Callable<Long>> tasks = new ArrayList<>();
        for (Held held : tables) {
            tasks.add(() -> {
                long none = inTurn(
                        "writing '" + held.table() + "' anew",
                        "VACUUM (FULL) " + held.table().sql());
                bench.say("rewritten in " + database, done.incrementAndGet(), tables.size(), "tables");
                return none;
            });
        }
        all(tasks);
    }

    private long inTurn(String what, String statement) throws InterruptedException {
        turns.acquire();
        try {
            bench.requireWanted();
            try (MaskingSession session = replacing()) {
                return session.execute(what, statement);
            }
        } finally {
            turns.release();
        }
    }

    private static <T> List<T> all(List<Callable<T>> tasks) throws InterruptedException {
        try {
            return Tasks.all(tasks, LONGEST);
        } catch (TimeoutException late) {
            throw new IllegalStateException(late);
        }
    }

    /** The rewriting took every index for right; those over replaced values are built once more, with the check. */
    private void requireUnique(
            MaskingSession session, List<Held> family, SortedMap<Table, SortedMap<String, MaskSpec>> changing) {
        Map<Long, Held> files = new TreeMap<>();
        family.stream().filter(Held::hasFile).forEach(held -> files.put(held.id(), held));
        Set<String> changed = new LinkedHashSet<>();
        changing.values().forEach(masks -> changed.addAll(masks.keySet()));
        bench.say("checking what must be unique in " + database);
        session.uniques(files.keySet()).stream()
                .filter(unique -> unique.columns().stream().anyMatch(changed::contains))
                .forEach(unique -> {
                    bench.requireWanted();
                    String schema = Optional.ofNullable(files.get(unique.relation()))
                            .map(held -> held.table().schema())
                            .orElse("public");
                    session.execute(
                            "checking that '" + unique.index() + "' is unique",
                            "REINDEX INDEX " + new Table(schema, unique.index()).sql());
                });
    }

    private void requireTies(
            MaskingSession session, Catalogue catalogue, SortedMap<Table, SortedMap<String, MaskSpec>> changing) {
        for (Tie tie : catalogue.ties()) {
            boolean touched = tie.columns().stream().anyMatch(column -> isIn(changing, tie.from(), column))
                    || tie.toColumns().stream().anyMatch(column -> isIn(changing, tie.to(), column));
            if (touched && !session.lines(orphan(tie)).isEmpty()) {
                throw new HoldfastException(Problem.of(
                                Code.HF3284,
                                "after masking, rows of '" + tie.from() + "' in " + service.name() + "/" + database
                                        + " refer to rows of '" + tie.to() + "' that are not there (" + tie.name()
                                        + ")",
                                "Give both ends of the foreign key the same rule, one that makes equal values equal.")
                        .at(service.positions().of("databases." + database + ".masking.tables." + tie.from())));
            }
        }
    }

    private static boolean isIn(SortedMap<Table, SortedMap<String, MaskSpec>> changing, Table table, String column) {
        return changing.getOrDefault(table, new TreeMap<>()).containsKey(column);
    }

    private static String orphan(Tie tie) {
        List<String> set = new ArrayList<>();
        List<String> met = new ArrayList<>();
        for (int i = 0; i < tie.columns().size(); i++) {
            String here = "here." + Sql.name(tie.columns().get(i));
            set.add(here + " IS NOT NULL");
            met.add("there." + Sql.name(tie.toColumns().get(i)) + " = " + here);
        }
        return "SELECT 'orphan' FROM " + tie.from().sql() + " AS here WHERE " + String.join(" AND ", set)
                + " AND NOT EXISTS (SELECT FROM " + tie.to().sql() + " AS there WHERE " + String.join(" AND ", met)
                + ") LIMIT 1";
    }

    /** What knows values beside the tables: materialized views, statistics, the texts of statements, slots. */
    private void forget(MaskingSession session, List<Relation> relations, List<Long> all) {
        bench.requireWanted();
        bench.say("removing what else knows old values in " + database);
        List<Held> views = session.views();
        views.forEach(view -> session.execute(
                "filling '" + view.table() + "' anew",
                "REFRESH MATERIALIZED VIEW " + view.table().sql()));
        List<Long> known = new ArrayList<>(all);
        views.forEach(view -> known.add(view.id()));
        known.addAll(session.ids(EMPTIED, tables(spec.empty())));
        spec.empty()
                .forEach(table -> known.addAll(session.ids(
                        "SELECT c.oid::int8 FROM pg_class c WHERE c.oid = to_regclass(?)",
                        Table.of(table).sql())));
        session.ids(
                "DELETE FROM pg_statistic WHERE starelid = ANY (?::oid[])"
                        + " OR starelid IN (SELECT indexrelid FROM pg_index WHERE indrelid = ANY (?::oid[])) RETURNING 1",
                known,
                known);
        session.ids(
                "DELETE FROM pg_statistic_ext_data WHERE stxoid IN"
                        + " (SELECT oid FROM pg_statistic_ext WHERE stxrelid = ANY (?::oid[])) RETURNING 1",
                known);
        relations.forEach(relation ->
                session.execute("analyzing", "ANALYZE " + relation.table().sql()));
        views.forEach(
                view -> session.execute("analyzing", "ANALYZE " + view.table().sql()));
        session.execute("rewriting statistics", "VACUUM (FULL) pg_statistic");
        session.execute("rewriting statistics", "VACUUM (FULL) pg_statistic_ext_data");
        session.lines("SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
                        + " WHERE e.extname = 'pg_stat_statements'")
                .forEach(schema -> session.query("SELECT " + schema + ".pg_stat_statements_reset()::text", row -> {}));
    }
}
