package dev.holdfast.proof.engines;

import dev.holdfast.engine.Insight.Answer;
import dev.holdfast.engine.Insight.Depth;
import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Query;
import dev.holdfast.engine.Insight.Question;
import dev.holdfast.engine.Insight.Row;
import dev.holdfast.engine.Insight.Severity;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.proof.Await;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What insight finds in a bad database, and that the statements it shows make it better. One server, in order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("engines")
final class InsightTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private static Path folder;

    private static BadShop shop;

    @BeforeAll
    static void start() throws SQLException {
        shop = BadShop.open(folder);
    }

    @AfterAll
    static void stop() {
        if (shop != null) {
            shop.close();
        }
    }

    @Test
    @Order(1)
    void theStatementsThatCostMostComeFirstEachWithItsPlanToBeHad() throws SQLException {
        try (Connection app = shop.connection("app");
                Statement statement = app.createStatement()) {
            for (int i = 1; i <= 40; i++) {
                read(statement, "SELECT count(*) FROM orders WHERE customer_id = " + i);
                read(statement, "SELECT count(*) FROM orders WHERE lower(note) = 'note " + i + "'");
                read(statement, "SELECT 1 FROM orders WHERE id = " + i);
            }
        }
        Answer slow = answer("slow", "shop");
        Json byCustomer = values(slow, "query", "SELECT count(*) FROM orders WHERE customer_id = $1");
        assertThat(byCustomer.longAt("calls")).contains(40L);
        assertThat(byCustomer.textAt("role")).contains("app");
        assertThat(byCustomer.at("share")).isPresent();
        assertThat(byCustomer.at("cacheHit")).isPresent();
        String id = byCustomer.textAt("id").orElseThrow();
        assertThat(rows(slow))
                .extracting(row -> row.findings().toString())
                .anyMatch(text -> text.contains("holdfast insight explain main/shop --id " + id));
        Answer byCalls = shop.stack()
                .facets("main")
                .insight(new Question("slow", Optional.of("shop"), Optional.of("calls"), false, 3), shop.stack());
        assertThat(byCalls.rows()).hasSize(3);
        assertThat(byCalls.notes()).anyMatch(note -> note.contains("more rows"));
        assertThat(answer("slow", "shop").rows())
                .noneMatch(row -> row.cells().toString().contains("pg_catalog"));
    }

    @Test
    @Order(2)
    void questionsThatCannotBeAnsweredAreRefused() {
        refused(Code.HF3550, "Did you mean 'indexes'?", () -> answer("index", "shop"));
        refused(Code.HF3552, "Did you mean 'main/shop'?", () -> answer("slow", "shpo"));
        refused(Code.HF3552, "main/plain", () -> explain(Optional.empty(), "SELECT 1", Depth.PLAN));
        refused(
                Code.HF3550,
                "Leave out --by",
                () -> shop.stack()
                        .facets("main")
                        .insight(new Question("locks", Optional.empty(), Optional.of("mean"), false, 5), shop.stack()));
    }

    @Test
    @Order(3)
    void missingIndexesAreTriedAndWhatIsShownMakesThem() throws SQLException {
        Answer before = answer("indexes", "shop");
        Row customer = row(before, "missing", "public.orders (customer_id)");
        assertThat(cell(before, customer, "gain")).matches("cost \\d+ to \\d+ \\(-9\\d %\\)");
        assertThat(customer.findings().getFirst().because()).contains("60000 rows", "called 40 times");
        assertThat(statements(customer))
                .containsExactly("CREATE INDEX CONCURRENTLY orders_customer_id_idx ON public.orders (customer_id)");
        assertThat(before.rows())
                .as("the same index is not asked for twice")
                .noneMatch(row -> row.cells().toString().contains("foreign key")
                        && row.cells().toString().contains("customer_id"));
        Row expression = row(before, "missing", "public.orders ((lower(note)))");
        Row odd = row(before, "foreign key", "public.\"Odd Lines\" (\"Order\")");
        Row events = row(before, "foreign key", "public.events (order_id)");
        assertThat(statements(events))
                .hasSize(5)
                .first()
                .asString()
                .startsWith("CREATE INDEX events_order_id_idx ON ONLY");
        assertThat(cell(before, events, "gain")).startsWith("cost ");
        for (Row row : List.of(customer, expression, odd, events)) {
            carryOut(row);
        }
        Answer after = answer("indexes", "shop");
        assertThat(kinds(after)).doesNotContain("missing", "foreign key", "invalid");
        assertThat(shop.stack().facets("main").changes(shop.stack()))
                .as("nothing was left behind")
                .isEmpty();
    }

    @Test
    @Order(4)
    void indexesThatOnlyCostAreNamedAndTheirRemovalRemovesTheFinding() throws SQLException {
        try (Connection migrator = shop.connection("migrator");
                Statement statement = migrator.createStatement()) {
            assertThatThrownBy(() ->
                            statement.execute("CREATE UNIQUE INDEX CONCURRENTLY orders_note_key ON orders (note)"))
                    .isInstanceOf(SQLException.class);
        }
        Answer before = answer("indexes", "shop");
        Row invalid = row(before, "invalid", "public.orders_note_key");
        assertThat(invalid.severity()).isEqualTo(Severity.WARNING);
        Row duplicate = row(before, "duplicate", "public.orders_at_again_idx");
        Row redundant = row(before, "redundant", "public.orders_status_idx");
        assertThat(redundant.findings().getFirst().because()).contains("the beginning of public.orders_status_at_idx");
        Row unused = row(before, "unused", "public.orders_note_pattern_idx");
        assertThat(unused.severity()).as("a server this young knows little").isEqualTo(Severity.FINE);
        assertThat(kinds(before)).as("a primary key is no index too many").doesNotContain("full reads");
        assertThat(before.rows()).noneMatch(row -> row.cells().toString().contains("_pkey"));
        try (Connection migrator = shop.connection("migrator");
                Statement statement = migrator.createStatement()) {
            statement.execute("UPDATE orders SET note = 'note ' || id");
        }
        for (Row row : List.of(invalid, duplicate, redundant, unused)) {
            carryOut(row);
        }
        Answer after = answer("indexes", "shop");
        assertThat(kinds(after)).doesNotContain("invalid", "duplicate", "redundant");
        assertThat(after.rows()).noneMatch(row -> row.cells().toString().contains("orders_note_pattern_idx"));
    }

    @Test
    @Order(5)
    void deadRowsAndTheRoomTheyTookAreFoundAndGivenBack() throws SQLException {
        Answer vacuum = answer("vacuum", "shop");
        Row ticks = row(vacuum, "table", "public.ticks");
        assertThat(ticks.findings()).extracting(Finding::because).anyMatch(text -> text.contains("switched off"));
        assertThat(ticks.findings()).extracting(Finding::because).anyMatch(text -> text.contains("90000 dead rows"));
        Answer parents = answer("vacuum", "shop");
        carryOut(row(parents, "partitioned table", "public.events"));
        carryOut(ticks);
        Answer better = answer("vacuum", "shop");
        assertThat(row(better, "table", "public.ticks").findings()).isEmpty();
        assertThat(kinds(better)).doesNotContain("partitioned table");

        for (boolean isExact : List.of(false, true)) {
            Answer bloat = shop.stack()
                    .facets("main")
                    .insight(new Question("bloat", Optional.of("shop"), Optional.empty(), isExact, 50), shop.stack());
            Row table = row(bloat, "table", "public.ticks");
            assertThat(cell(bloat, table, "by")).isEqualTo(isExact ? "counted" : "estimated");
            assertThat(Double.parseDouble(cell(bloat, table, "share"))).isBetween(60.0, 85.0);
            assertThat(statements(row(bloat, "index", "public.ticks_value_idx")))
                    .containsExactly("REINDEX INDEX CONCURRENTLY public.ticks_value_idx");
        }
        Answer bloat = answer("bloat", "shop");
        carryOut(row(bloat, "index", "public.ticks_value_idx"));
        carryOut(row(bloat, "table", "public.ticks"));
        assertThat(answer("bloat", "shop").rows())
                .noneMatch(row -> row.cells().toString().contains("ticks"));
    }

    @Test
    @Order(6)
    void whoIsBlockedLearnsWhoIsAtTheRootOfIt() throws Exception {
        try (Connection root = shop.connection("app");
                Connection middle = shop.connection("app");
                Connection last = shop.connection("migrator")) {
            root.setAutoCommit(false);
            execute(root, "UPDATE customers SET name = 'x' WHERE id = 1");
            middle.setAutoCommit(false);
            execute(middle, "UPDATE customers SET name = 'x' WHERE id = 2");
            Thread waiting =
                    Thread.ofVirtual().start(() -> quietly(middle, "UPDATE customers SET name = 'y' WHERE id = 1"));
            Thread behind =
                    Thread.ofVirtual().start(() -> quietly(last, "UPDATE customers SET name = 'z' WHERE id = 2"));
            Await.until(
                    "two sessions wait",
                    PATIENCE,
                    () -> answer("locks", "shop").rows().size() == 3,
                    () -> answer("locks", "shop").toString());

            Answer locks = answer("locks", "shop");
            Row culprit = locks.rows().getFirst();
            assertThat(cell(locks, culprit, "state")).isEqualTo("idle in transaction");
            assertThat(cell(locks, culprit, "blocks")).isEqualTo("2");
            assertThat(locks.rows())
                    .extracting(row -> cell(locks, row, "root"))
                    .containsExactly("", cell(locks, culprit, "pid"), cell(locks, culprit, "pid"));
            assertThat(locks.rows())
                    .extracting(row -> cell(locks, row, "depth"))
                    .containsExactly("0", "1", "2");
            Finding worst = locks.rows().get(2).findings().getFirst();
            assertThat(worst.because())
                    .contains("behind session " + cell(locks, culprit, "pid") + " of app", "idle in a transaction");
            Await.until(
                    "the idle one is noticed",
                    PATIENCE,
                    () -> idle().isPresent(),
                    () -> answer("connections", "shop").toString());
            assertThat(idle().orElseThrow().findings().getFirst().because()).contains("has been idle in a transaction");
            assertThat(worst.remedy().statements().getFirst().text()).startsWith("SELECT pg_terminate_backend(pid)");

            carryOut(locks.rows().get(2));
            waiting.join();
            middle.commit();
            behind.join();
            assertThat(answer("locks", "shop").rows()).isEmpty();
            assertThatThrownBy(() -> execute(root, "SELECT 1")).isInstanceOf(SQLException.class);
        }
    }

    private static Optional<Row> idle() {
        return answer("connections", "shop").rows().stream()
                .filter(row -> row.cells().getFirst().equals(Json.text("idle in transaction")))
                .findFirst();
    }

    @Test
    @Order(7)
    void limitsSizesAndSettingsAreHeldAgainstWhatTheFileSays() throws SQLException {
        try (Connection few = shop.connection("few")) {
            assertThat(few.isValid(1)).isTrue();
            Answer connections = answer("connections", "shop");
            assertThat(connections.rows().getFirst().findings().getFirst().because())
                    .isEqualTo("has 1 of the 1 connections it may have");
            assertThat(connections.rows())
                    .anyMatch(row -> row.cells().toString().contains("shop of few"));
        }
        Answer sizes = answer("sizes", "shop");
        assertThat(values(sizes, "name", "public.events").textAt("kind")).contains("table of 2 partitions");
        assertThat(values(sizes, "name", "public.orders").longAt("indexes").orElse(0L))
                .isPositive();
        Answer settings = answer("settings", "shop");
        assertThat(settings.rows().getFirst().findings().getFirst().because())
                .contains("loses the transactions of the last moments");
        assertThat(settings.rows().getFirst().findings().getFirst().remedy().text())
                .contains("parameters: { synchronous_commit: … }");
    }

    @Test
    @Order(8)
    void numbersOfTransactionsThatRunOutAreSeenFromAfar() throws SQLException {
        try (Connection migrator = shop.connection("migrator");
                Statement statement = migrator.createStatement()) {
            statement.execute("""
                    CREATE TEMP TABLE consumed (n int);
                    DO $$ BEGIN
                      FOR i IN 1 .. 92000 LOOP
                        BEGIN
                          INSERT INTO consumed VALUES (i);
                        EXCEPTION WHEN division_by_zero THEN
                          NULL;
                        END;
                      END LOOP;
                    END $$""");
        }
        Answer before = answer("vacuum", "shop");
        Row database = row(before, "database", "shop");
        assertThat(database.findings().getFirst().because())
                .contains("autovacuum freezes at 100000", "are left before the server stops");
        carryOut(database);
        assertThat(row(answer("vacuum", "shop"), "database", "shop").findings()).isEmpty();
    }

    @Test
    @Order(9)
    void aPlanShowsWhereItsTimeGoesAndWhatAnIndexWouldGain() throws SQLException {
        String question = "SELECT * FROM orders WHERE place = 7 ORDER BY note";
        Answer planned = explain(Optional.of("shop"), question, Depth.PLAN);
        Row scan = operation(planned, "Seq Scan of orders");
        assertThat(scan.findings().getFirst().because())
                .contains("reads all 60000 rows", "public.orders (place)", "cost ");
        assertThat(statements(scan))
                .containsExactly("CREATE INDEX CONCURRENTLY orders_place_idx ON public.orders (place)");
        Answer run = explain(Optional.of("shop"), question, Depth.RUN);
        assertThat(cell(run, operation(run, "Seq Scan of orders"), "actualRows"))
                .isEqualTo("600");
        assertThat(run.notes()).anyMatch(note -> note.startsWith("It took ") && note.endsWith("as role app."));
        carryOut(scan);
        assertThat(explain(Optional.of("shop"), question, Depth.RUN).rows())
                .noneMatch(row -> row.cells().getFirst().toString().contains("Seq Scan"));

        Answer spilled = shop.stack()
                .facets("main")
                .explain(
                        query(
                                Optional.of("shop"),
                                "SELECT * FROM orders ORDER BY md5(note)",
                                Depth.RUN,
                                Map.of("work_mem", "64kB")),
                        shop.stack());
        assertThat(operation(spilled, "Sort").findings().getFirst().because()).contains("does not fit into work_mem");
        Answer misjudged = explain(
                Optional.of("shop"),
                "SELECT * FROM orders WHERE status = 'open' AND place = 0 AND id % 100 = 0 AND note LIKE '%0'",
                Depth.RUN);
        assertThat(misjudged.rows())
                .flatExtracting(Row::findings)
                .extracting(Finding::because)
                .anyMatch(text -> text.startsWith("was expected to give"));
    }

    @Test
    @Order(10)
    void explainingChangesNothing() throws SQLException {
        String write = "UPDATE customers SET name = 'gone'";
        refused(Code.HF3554, "add --writes", () -> explain(Optional.of("shop"), write, Depth.RUN));
        Answer undone = explain(Optional.of("shop"), write, Depth.RUN_AND_TAKE_BACK);
        assertThat(cell(undone, undone.rows().get(1), "actualRows")).isEqualTo("5000");
        assertThat(one("SELECT count(*) FROM customers WHERE name = 'gone'")).isEqualTo("0");
        refused(Code.HF3553, "Give one", () -> explain(Optional.of("shop"), "SELECT 1; DROP TABLE ticks", Depth.PLAN));
        refused(
                Code.HF3553,
                "Give one",
                () -> explain(Optional.of("shop"), "SELECT 'a;' -- ;\n; /* ; */ DELETE FROM ticks", Depth.PLAN));
        refused(Code.HF3553, "Give one", () -> explain(Optional.of("shop"), "VACUUM", Depth.PLAN));
        refused(
                Code.HF3554,
                "Correct the query",
                () -> explain(Optional.of("shop"), "SELECT nothing FROM orders", Depth.PLAN));
        refused(
                Code.HF3554,
                "values",
                () -> explain(Optional.of("shop"), "SELECT * FROM orders WHERE id = $1", Depth.RUN));
        refused(
                Code.HF3554,
                "--timeout",
                () -> shop.stack()
                        .facets("main")
                        .explain(
                                new Query(
                                        Optional.of("shop"),
                                        "SELECT pg_sleep(30)",
                                        Optional.empty(),
                                        Optional.empty(),
                                        Depth.RUN,
                                        new TreeMap<>(),
                                        Duration.ofMillis(300)),
                                shop.stack()));
        assertThat(explain(
                                Optional.of("shop"),
                                "SELECT '; $1' AS \"a;b\", $q$;$q$ FROM orders WHERE id = $1;",
                                Depth.PLAN)
                        .rows())
                .isNotEmpty();
    }

    /** A planner runs functions that are called immutable. Those of others must not run with the rights of Holdfast. */
    @Test
    @Order(11)
    void aQueryOfSomebodyElseIsPlannedWithTheirRights() throws SQLException {
        Path proof = folder.resolve("main-0/data/owned");
        try (Connection migrator = shop.connection("migrator");
                Statement statement = migrator.createStatement()) {
            statement.execute("""
                    CREATE FUNCTION steal() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
                      BEGIN RESET SESSION AUTHORIZATION; EXCEPTION WHEN OTHERS THEN NULL; END;
                      BEGIN SET ROLE holdfast; EXCEPTION WHEN OTHERS THEN NULL; END;
                      COPY (SELECT 1) TO '/data/owned';
                      RETURN 1;
                    EXCEPTION WHEN insufficient_privilege THEN
                      RETURN 0;
                    END $$;
                    CREATE FUNCTION trap() RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN steal(); END'""");
            read(statement, "SELECT count(*) FROM orders WHERE id = CASE WHEN id < 0 THEN trap() ELSE id END");
        }
        assertThat(shop.stack()
                        .facets("main")
                        .explain(
                                new Query(
                                        Optional.of("shop"),
                                        "SELECT trap() FROM orders",
                                        Optional.empty(),
                                        Optional.of("migrator"),
                                        Depth.PLAN,
                                        new TreeMap<>(),
                                        PATIENCE),
                                shop.stack())
                        .rows())
                .isNotEmpty();
        assertThat(answer("indexes", "shop").rows()).isNotNull();
        assertThat(proof).doesNotExist();
        try (Connection careless = shop.connection("holdfast")) {
            execute(careless, "SET search_path = public; EXPLAIN SELECT trap()");
        }
        assertThat(proof).as("the trap is a real one").exists();
    }

    @Test
    @Order(12)
    void aDatabaseThatCannotTellItsStatementsSaysWhatToDo() throws SQLException {
        try (Connection owner = shop.connection("holdfast", "plain")) {
            execute(owner, "DROP EXTENSION pg_stat_statements");
        }
        assertThat(answer("slow", "plain").notes().getFirst())
                .contains("put pg_stat_statements into extensions of service 'main'");
        assertThat(answer("indexes", "plain").notes())
                .anyMatch(note -> note.contains("Without it no index can be proposed"));
    }

    /** A report waits for nobody for long: it is refused, and nobody waits behind it. */
    @Test
    @Order(13)
    void aReportThatCannotBeHadSaysWhy() throws SQLException {
        try (Connection hog = shop.connection("holdfast")) {
            hog.setAutoCommit(false);
            execute(hog, "LOCK TABLE pg_catalog.pg_constraint IN ACCESS EXCLUSIVE MODE");
            refused(Code.HF3551, "Ask again", () -> answer("indexes", "shop"));
            hog.rollback();
        }
        assertThat(answer("indexes", "shop").rows()).isNotNull();
    }

    private static Answer answer(String topic, String database) {
        return shop.stack()
                .facets("main")
                .insight(new Question(topic, Optional.of(database), Optional.empty(), false, 200), shop.stack());
    }

    private static Answer explain(Optional<String> database, String text, Depth depth) {
        return shop.stack().facets("main").explain(query(database, text, depth, Map.of()), shop.stack());
    }

    private static Query query(Optional<String> database, String text, Depth depth, Map<String, String> settings) {
        return new Query(
                database, text, Optional.empty(), Optional.of("app"), depth, new TreeMap<>(settings), PATIENCE);
    }

    private static void refused(Code code, String remedy, org.assertj.core.api.ThrowableAssert.ThrowingCallable asked) {
        assertThatThrownBy(asked).isInstanceOfSatisfying(HoldfastException.class, refusal -> {
            assertThat(refusal.problems().getFirst().code()).isEqualTo(code);
            assertThat(refusal.problems().getFirst().remedy()).contains(remedy);
        });
    }

    /** Runs what a person would be shown, as the role of Holdfast. */
    private static void carryOut(Row row) throws SQLException {
        for (Finding finding : row.findings()) {
            for (var statement : finding.remedy().statements()) {
                try (Connection connection =
                        shop.connection("holdfast", statement.thing().orElse("postgres"))) {
                    execute(connection, statement.text());
                }
            }
        }
    }

    private static List<Row> rows(Answer answer) {
        return answer.rows();
    }

    private static Row row(Answer answer, String kind, String name) {
        return answer.rows().stream()
                .filter(row ->
                        row.cells().contains(Json.text(kind)) && row.cells().contains(Json.text(name)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name + " in " + shown(answer)));
    }

    private static Row operation(Answer answer, String begins) {
        return answer.rows().stream()
                .filter(row -> row.cells().getFirst() instanceof Json.Text(String line)
                        && line.strip().startsWith(begins))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + begins + " in " + shown(answer)));
    }

    private static String shown(Answer answer) {
        List<String> lines = new ArrayList<>();
        answer.rows().forEach(row -> lines.add(row.toString()));
        return String.join("\n", lines) + answer.notes();
    }

    private static Json values(Answer answer, String column, String value) {
        for (Row row : answer.rows()) {
            if (cell(answer, row, column).equals(value)) {
                Json.Builder values = Json.object();
                for (int i = 0; i < row.cells().size(); i++) {
                    values.put(answer.columns().get(i).name(), row.cells().get(i));
                }
                return values.build();
            }
        }
        throw new AssertionError("no " + value + " in " + shown(answer));
    }

    private static String cell(Answer answer, Row row, String column) {
        for (int i = 0; i < answer.columns().size(); i++) {
            if (answer.columns().get(i).name().equals(column)) {
                return switch (row.cells().get(i)) {
                    case Json.Text(String text) -> text;
                    case Json.Numeral(String literal) -> literal;
                    default -> "";
                };
            }
        }
        throw new AssertionError("no column " + column);
    }

    private static List<String> kinds(Answer answer) {
        return answer.rows().stream().map(row -> cell(answer, row, "kind")).toList();
    }

    private static List<String> statements(Row row) {
        return row.findings().stream()
                .flatMap(finding -> finding.remedy().statements().stream())
                .map(statement -> statement.text())
                .toList();
    }

    private static String one(String question) throws SQLException {
        try (Connection connection = shop.connection("holdfast");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(question)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void read(Statement statement, String question) throws SQLException {
        try (ResultSet rows = statement.executeQuery(question)) {
            rows.next();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** For a session that may be ended while it waits. */
    private static void quietly(Connection connection, String sql) {
        try {
            execute(connection, sql);
        } catch (SQLException ended) {
            throw new IllegalStateException(ended);
        }
    }
}
