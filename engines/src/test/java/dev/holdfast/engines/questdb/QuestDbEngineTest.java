package dev.holdfast.engines.questdb;

import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Health;
import dev.holdfast.engines.FixedContext;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.testing.EngineContract;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class QuestDbEngineTest extends EngineContract {
    private final QuestDbEngine engine = new QuestDbEngine();

    @Override
    protected Engine<?> engine() {
        return engine;
    }

    @Override
    protected String services() {
        return """
                ticks:
                  engine: questdb
                  tables:
                    trades:
                      columns: [ts timestamp, symbol symbol, price double, place geohash(5c), book "double[]"]
                      timestamp: ts
                      partition: day
                      ttl: 30d
                      deduplicate: [symbol]
                    plain: { columns: [n long] }
                  views:
                    hourly:
                      query: SELECT ts, symbol, avg(price) AS price FROM trades SAMPLE BY 1h
                      base: trades
                      refresh: manual
                      partition: month
                      ttl: 1y
                  roles: { feed: { can: [read, write] }, eyes: { can: [read] } }
                """.replace("book \"double[]\"", "\"book double[]\"");
    }

    @Test
    void everythingWrongIsSaidAtOnce() {
        TreeMap<String, QuestDbSpec.Table> tables = new TreeMap<>();
        tables.put("bare", table(List.of(), Optional.empty(), Optional.of("1d"), List.of()));
        tables.put("holdfast_managed", table(List.of("ts timestamp"), Optional.of("ts"), Optional.empty(), List.of()));
        tables.put(
                "odd",
                table(
                        List.of("ts timestamp", "TS long", "x dubble"),
                        Optional.of("x"),
                        Optional.of("36h"),
                        List.of("y")));
        TreeMap<String, QuestDbSpec.View> views = new TreeMap<>();
        views.put("odd", view("DROP TABLE odd"));
        TreeMap<String, QuestDbSpec.Role> roles = new TreeMap<>();
        roles.put("a", new QuestDbSpec.Role(List.of(QuestDbSpec.Can.READ, QuestDbSpec.Can.WRITE)));
        roles.put("b", new QuestDbSpec.Role(List.of(QuestDbSpec.Can.READ, QuestDbSpec.Can.WRITE)));
        roles.put("c", new QuestDbSpec.Role(List.of(QuestDbSpec.Can.READ)));
        roles.put("d", new QuestDbSpec.Role(List.of(QuestDbSpec.Can.READ)));
        roles.put("holdfast", new QuestDbSpec.Role(List.of(QuestDbSpec.Can.WRITE)));
        Service<QuestDbSpec> service = FixedContext.service(
                engine,
                "ticks",
                new QuestDbSpec(tables, views, roles),
                new Resources(new Cpu(500), Bytes.mebi(256), Bytes.mebi(1024)));
        Problems problems = new Problems();
        engine.check(service, FixedContext.of(service).stack(), problems);
        assertThat(problems.all().stream().map(problem -> problem.code() + " " + problem.cause()))
                .containsExactly(
                        "HF1620 service 'ticks' gives QuestDB 256Mi of memory, and it needs 512Mi",
                        "HF1622 table 'bare' of service 'ticks' has no columns",
                        "HF1622 table 'bare' of service 'ticks' has a ttl and no timestamp",
                        "HF1622 table 'holdfast_managed' of service 'ticks' has the name of Holdfast's own table",
                        "HF1622 table 'odd' of service 'ticks' has two columns 'TS', whose case QuestDB does not tell apart",
                        "HF1622 column 'x' of table 'odd' of service 'ticks' has the type 'dubble', which QuestDB does not know",
                        "HF1622 table 'odd' of service 'ticks' has 'x' for its timestamp, which is of type 'dubble'",
                        "HF1622 table 'odd' of service 'ticks' has the ttl 36h, which is no multiple of a day",
                        "HF1622 table 'odd' of service 'ticks' is to be deduplicated by 'y', which is none of its columns",
                        "HF1622 view 'odd' of service 'ticks' has the name of a table",
                        "HF1622 view 'odd' of service 'ticks' is not one SELECT",
                        "HF1623 role 'holdfast' of service 'ticks' has the name of Holdfast's own account",
                        "HF1623 role 'b' of service 'ticks' is a second one that writes, and the open edition of QuestDB has one such login",
                        "HF1623 role 'holdfast' of service 'ticks' is a second one that writes, and the open edition of QuestDB has one such login",
                        "HF1623 role 'd' of service 'ticks' is a second one that only reads, and the open edition of QuestDB has one such login");
    }

    @Test
    void tablesAndViewsAreMadeChangedKeptAndLetGo() {
        QuestDbSpec spec = new QuestDbSpec(
                new TreeMap<>(Map.of(
                        "trades",
                        table(
                                List.of("ts timestamp", "symbol symbol", "price double"),
                                Optional.of("ts"),
                                Optional.of("30d"),
                                List.of("symbol")))),
                new TreeMap<>(Map.of("hourly", view("SELECT ts, avg(price) AS price FROM trades SAMPLE BY 1h"))),
                new TreeMap<>());
        List<Change> fresh = QuestDbDiff.of("ticks", spec, QuestDbActual.none()).changes();
        assertThat(fresh)
                .extracting(Change::statement)
                .containsExactly(
                        "CREATE TABLE IF NOT EXISTS \"trades\" (\"ts\" TIMESTAMP, \"symbol\" SYMBOL, \"price\" DOUBLE)"
                                + " TIMESTAMP(\"ts\") PARTITION BY DAY TTL 30 DAYS WAL DEDUP UPSERT KEYS(\"symbol\", \"ts\")",
                        "CREATE MATERIALIZED VIEW IF NOT EXISTS \"hourly\" REFRESH IMMEDIATE AS (SELECT ts, avg(price) AS"
                                + " price FROM trades SAMPLE BY 1h) PARTITION BY DAY");

        QuestDbTable there = new QuestDbTable(
                "trades",
                List.of(new QuestDbTable.Column("ts", "timestamp"), new QuestDbTable.Column("symbol", "varchar")),
                Optional.of("ts"),
                "month",
                Optional.empty(),
                new TreeSet<>());
        QuestDbTable byHand =
                new QuestDbTable("byhand", List.of(), Optional.empty(), "none", Optional.empty(), new TreeSet<>());
        QuestDbTable left =
                new QuestDbTable("left", List.of(), Optional.empty(), "none", Optional.empty(), new TreeSet<>());
        QuestDbView broken = new QuestDbView(
                "hourly",
                "SELECT ts, avg(price) AS price FROM trades SAMPLE BY 1h",
                Optional.of("trades"),
                "immediate",
                "day",
                Optional.empty(),
                Optional.of("table was truncated"));
        QuestDbActual actual = new QuestDbActual(
                new TreeMap<>(Map.of("trades", there, "byhand", byHand, "left", left)),
                new TreeMap<>(Map.of("hourly", broken)),
                Set.of("trades", "left", "longgone"),
                Set.of("hourly"));
        QuestDbDiff diff = QuestDbDiff.of("ticks", spec, actual);
        assertThat(diff.changes().stream().map(change -> change.risk() + " " + change.statement()))
                .containsExactly(
                        "DATA DROP TABLE IF EXISTS \"left\"",
                        "DATA ALTER TABLE \"trades\" ALTER COLUMN \"symbol\" TYPE SYMBOL",
                        "NONE ALTER TABLE \"trades\" ADD COLUMN IF NOT EXISTS \"price\" DOUBLE",
                        "DATA ALTER TABLE \"trades\" SET TTL 30 DAYS",
                        "NONE ALTER TABLE \"trades\" DEDUP ENABLE UPSERT KEYS(\"symbol\", \"ts\")",
                        "DATA REFRESH MATERIALIZED VIEW \"hourly\" FULL");
        assertThat(diff.notes())
                .singleElement()
                .asString()
                .contains("is ordered by 'ts' in parts of a month, and the file says 'ts' in parts of a day");
        assertThat(diff.changes().getFirst().approval()).contains("ticks/tables/left");
    }

    @Test
    void spansAreComparedAsQuestDbCountsThem() {
        assertThat(QuestDbTtl.of("2w")).isEqualTo(QuestDbTtl.of("14d"));
        assertThat(QuestDbTtl.observed(2, "WEEK")).contains(QuestDbTtl.of("14d"));
        assertThat(QuestDbTtl.observed(1, "YEAR")).contains(QuestDbTtl.of("12M"));
        assertThat(QuestDbTtl.observed(0, "HOUR")).isEmpty();
        assertThat(QuestDbTtl.of("2M").isNoShorterThan(QuestDbTtl.of("30d"))).isTrue();
        assertThat(QuestDbTtl.of("30d").isNoShorterThan(QuestDbTtl.of("1M"))).isFalse();
        assertThat(QuestDbTtl.of("1y").words()).isEqualTo("1 YEARS");
        assertThat(QuestDbTtl.of("36h").words()).isEqualTo("36 HOURS");
        assertThat(QuestDbTtl.of("1M").fits(QuestDbSpec.Partition.WEEK)).isFalse();
        assertThat(QuestDbTtl.of("1M").fits(QuestDbSpec.Partition.DAY)).isTrue();
    }

    @Test
    void healthSaysWhatStandsStill() {
        Map<String, String> fine =
                Map.of("name", "trades", "suspended", "false", "writerTxn", "7", "sequencerTxn", "9");
        assertThat(QuestDbObservation.health("ticks", List.of(fine), List.of()))
                .isEqualTo(new Health.Ready(
                        "it answers over HTTP, 1 table written to, 2 transactions still to be applied"));
        Map<String, String> stuck =
                Map.of("name", "trades", "suspended", "true", "errorTag", "DISK FULL", "errorMessage", "no space left");
        assertThat(QuestDbObservation.health("ticks", List.of(stuck), List.of()))
                .isInstanceOf(Health.Impaired.class)
                .extracting(Health::because)
                .isEqualTo(
                        "table 'trades' takes rows and does not show them: applying its log stopped (DISK FULL no space left)");
        assertThat(QuestDbObservation.health(
                        "ticks",
                        List.of(fine),
                        List.of(Map.of("view_name", "hourly", "invalidation_reason", "truncate"))))
                .isInstanceOf(Health.Impaired.class)
                .extracting(Health::because)
                .isEqualTo("view 'hourly' is kept no longer: truncate");
    }

    @Test
    void heapWorkersAndTheRestFollowFromResources() {
        assertThat(sized(1000, 768)).containsExactly("200m", Long.toString(472L << 20), "1");
        assertThat(sized(2500, 8192)).containsExactly("2048m", Long.toString(6048L << 20), "3");
    }

    @Test
    void aServerThatIsNotThereIsAProblemOfAChange() throws IOException {
        Service<QuestDbSpec> service = FixedContext.service(
                engine, "ticks", new QuestDbSpec(new TreeMap<>(), new TreeMap<>(), new TreeMap<>()));
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        FixedContext context =
                new FixedContext(FixedContext.of(service).stack(), "/nowhere", port, List.of(), List.of());
        assertThatThrownBy(() -> engine.schema().orRefuse().changes(service, context))
                .hasMessageStartingWith("nothing listens at 127.0.0.1:" + port + " [HF3670]");
        QuestDbSession.Door door = QuestDbSession.Door.of(service, context);
        assertThat(QuestDbSession.failure(new QuestDbSession.Refusal(401, "status 401"), door)
                        .code()
                        .name())
                .isEqualTo("HF3671");
        assertThat(QuestDbSession.failure(new QuestDbSession.Refusal(400, "table does not exist"), door)
                        .code()
                        .name())
                .isEqualTo("HF3672");
        assertThatThrownBy(() -> engine.access().orRefuse().variables(service, Optional.of("ghost"), context))
                .hasMessage("service 'ticks' has no role 'ghost' [HF1605]\n  fix: Name one of: app.");
    }

    private List<String> sized(long millis, long mebi) {
        return engine
                .sizing()
                .orRefuse()
                .settings(FixedContext.service(
                        engine,
                        "ticks",
                        new QuestDbSpec(new TreeMap<>(), new TreeMap<>(), new TreeMap<>()),
                        new Resources(new Cpu(millis), Bytes.mebi(mebi), Bytes.mebi(1024))))
                .stream()
                .map(setting -> setting.value())
                .toList();
    }

    private static QuestDbSpec.Table table(
            List<String> columns, Optional<String> timestamp, Optional<String> ttl, List<String> deduplicate) {
        return new QuestDbSpec.Table(columns, timestamp, QuestDbSpec.Partition.DAY, ttl, deduplicate);
    }

    private static QuestDbSpec.View view(String query) {
        return new QuestDbSpec.View(
                query, Optional.empty(), QuestDbSpec.Refresh.IMMEDIATE, QuestDbSpec.Partition.DAY, Optional.empty());
    }
}
