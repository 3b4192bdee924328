package dev.holdfast.engines.postgres;

import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Register;
import dev.holdfast.engines.Engines;
import dev.holdfast.engines.FixedContext;
import dev.holdfast.engines.postgres.PostgresSpec.Can;
import dev.holdfast.engines.postgres.PostgresSpec.Database;
import dev.holdfast.engines.postgres.PostgresSpec.Door;
import dev.holdfast.engines.postgres.PostgresSpec.Role;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Embedded;
import dev.holdfast.stack.Pool;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.testing.EngineContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class PostgresEngineTest extends EngineContract {
    private static final Resources SMALL = new Resources(new Cpu(1000), Bytes.mebi(1024), Bytes.mebi(10240));

    private final PostgresEngine engine = new PostgresEngine();

    /** A pooler's settings as this engine sees them. */
    private record FakePool(int servers, int clients) implements Pool {}

    @Override
    protected Engine<?> engine() {
        return engine;
    }

    @Override
    protected Register register() {
        return Engines.register();
    }

    @Override
    protected String services() {
        return """
                main:
                  engine: postgres
                  extensions: [vector, pg_stat_statements, pg_cron, pgaudit, pg_partman, timescaledb]
                  pooler: { mode: transaction, clients: 200, servers: 20 }
                  databases: { shop: { extensions: [pg_trgm] }, other: {} }
                  roles:
                    migrator: { can: [ddl] }
                    app: { can: [read, write], through: pooler }
                    reader: { can: [read], databases: [shop] }
                """;
    }

    @Test
    void everythingWrongIsSaidAtOnce() {
        SortedMap<String, Role> roles = new TreeMap<>();
        roles.put("pg_reader", role(Door.DIRECT, List.of(), Can.READ));
        roles.put("app", role(Door.POOLER, List.of("shopp"), Can.READ, Can.WRITE));
        roles.put("idle", role(Door.DIRECT, List.of()));
        SortedMap<String, String> parameters = new TreeMap<>(
                Map.of("work_men", "64MB", "work_mem", "64", "ssl", "off", "wal_level", "most", "cron.log_run", "on"));
        PostgresSpec spec = new PostgresSpec(
                2,
                Optional.empty(),
                List.of("pgvector"),
                Optional.empty(),
                new TreeMap<>(Map.of(
                        "shop",
                        new Database(
                                Optional.of("nobody"),
                                List.of(),
                                new TreeMap<>(),
                                List.of(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty()))),
                roles,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                parameters);
        Service<PostgresSpec> service = FixedContext.service(
                engine, "main", spec, new Resources(new Cpu(1000), Bytes.mebi(128), Bytes.mebi(64)));
        assertThat(problems(service))
                .containsExactly(
                        "service 'main' asks for 2 standbys, and this build runs PostgreSQL with one member [HF2010]",
                        "role 'nobody' is not declared in service 'main' [HF1502]",
                        "database 'shopp' is not declared in service 'main' [HF1502]",
                        "role 'app' goes through the pooler, and service 'main' has none [HF1504]",
                        "role 'idle' may do nothing [HF1505]",
                        "role 'pg_reader' has a name that PostgreSQL or Holdfast keeps for itself [HF1501]",
                        "extension 'pgvector' is not one Holdfast knows of PostgreSQL 17 [HF1503]",
                        "parameter 'cron.log_run' belongs to the extension pg_cron, which service 'main' does not declare"
                                + " [HF1506]",
                        "parameter 'ssl' is kept by Holdfast: it belongs to the stack: TLS is always on, with certificates of"
                                + " the stack's own authority [HF1508]",
                        "parameter 'wal_level' has the value 'most', which is none of its words [HF1507]",
                        "parameter 'work_mem' has the value '64', which has no unit [HF1507]",
                        "PostgreSQL 17 has no parameter 'work_men' [HF1506]",
                        "service 'main' has 128Mi of memory, and PostgreSQL needs 256Mi [HF1509]",
                        "service 'main' has 64Mi of storage, and PostgreSQL needs 1Gi [HF1509]");
    }

    @Test
    void aPoolerLargerThanTheServerAllowsIsRefused() {
        PostgresSpec spec = spec(
                Optional.of(new Embedded("fake", new FakePool(50, 100))),
                Map.of("a", database(), "b", database()),
                Map.of("max_connections", "40"));
        assertThat(problems(FixedContext.service(engine, "main", spec, SMALL)))
                .containsExactly("max_connections is 40, and the pooler alone opens 100 connections beside the 13 that"
                        + " Holdfast and the superuser keep [HF1510]");
    }

    @Test
    void whatNeedsNoComplaintGetsNone() {
        assertThat(problems(service())).isEmpty();
        assertThat(engine.things(service())).containsExactly("main");
    }

    @ParameterizedTest(name = "{0} of {1} gives {2}")
    @CsvSource({
        "shared_buffers, 1024, 256MB",
        "effective_cache_size, 1024, 768MB",
        "work_mem, 1024, 6528kB",
        "maintenance_work_mem, 1024, 64MB",
        "max_connections, 1024, 40",
        "shared_buffers, 32768, 8192MB",
        "work_mem, 32768, 209664kB",
        "maintenance_work_mem, 32768, 2048MB",
        "work_mem, 256, 1600kB",
        "max_wal_size, 1024, 1024MB",
        "min_wal_size, 1024, 256MB",
        "temp_file_limit, 1024, 2560MB",
        "max_worker_processes, 1024, 9"
    })
    void settingsFollowFromResources(String key, long mebi, String value) {
        Resources resources = new Resources(new Cpu(1000), Bytes.mebi(mebi), Bytes.mebi(10240));
        Service<PostgresSpec> service =
                FixedContext.service(engine, "main", service().settings(), resources);
        assertThat(engine.sizing().orRefuse().settings(service))
                .filteredOn(setting -> setting.key().equals(key))
                .extracting(Setting::value)
                .containsExactly(value);
    }

    @Test
    void theServerHasRoomForItsPooler() {
        PostgresSpec spec = spec(
                Optional.of(new Embedded("fake", new FakePool(30, 500))),
                Map.of("a", database(), "b", database()),
                Map.of());
        assertThat(engine.sizing().orRefuse().settings(FixedContext.service(engine, "main", spec, SMALL)))
                .filteredOn(setting -> setting.key().equals("max_connections"))
                .singleElement()
                .satisfies(setting -> {
                    assertThat(setting.value()).isEqualTo("73");
                    assertThat(setting.because())
                            .endsWith("(13, 30 servers of the pooler for each of 2 databases, 0 direct)");
                });
    }

    @Test
    void workloadsAreTheSameEachTimeAndHoldNoSecretInTheOpen() {
        Service<PostgresSpec> service = service();
        FixedContext context = FixedContext.of(service);
        List<Workload> workloads = engine.provisioning().workloads(service, context);
        Workload server = workloads.getFirst();
        Workload again = engine.provisioning().workloads(service, context).getFirst();
        assertThat(again.files()).isEqualTo(server.files());
        assertThat(again.command()).isEqualTo(server.command());
        assertThat(server.command() + " " + server.environment() + server.files() + server.container())
                .doesNotContain("secret of");
        assertThat(server.files().get(1).content()).isEqualTo(new Content.Plain("""
                        # type database role address method
                        local all all scram-sha-256
                        hostssl all all 127.0.0.1/32 scram-sha-256
                        hostssl all all ::1/128 scram-sha-256
                        hostssl replication holdfast,holdfast~1,holdfast~2 127.0.0.1/32 scram-sha-256
                        hostssl replication holdfast,holdfast~1,holdfast~2 ::1/128 scram-sha-256
                        """, Setting.Effect.RELOAD));
    }

    @Test
    void aNameCannotEndItsQuotes() {
        assertThat(Sql.name("a\"; DROP ROLE \"b")).isEqualTo("\"a\"\"; DROP ROLE \"\"b\"");
        assertThat(Sql.name("two\n\nlines\\")).isEqualTo("U&\"two\\000a\\000alines\\\\\"");
        assertThat(Sql.text("it's")).isEqualTo("'it''s'");
        assertThat(Script.of("CREATE DATABASE \"x\";\n\n\\connect \"a\"\"b\"\nSELECT 1;")
                        .batches())
                .containsExactly(
                        new Script.Batch("postgres", "CREATE DATABASE \"x\";"), new Script.Batch("a\"b", "SELECT 1;"));
    }

    @Test
    void aNewRoleIsMadeMarkedAndGranted() {
        List<Change> changes = engine.access().orRefuse().fromNothing(service(), FixedContext.of(service()));
        assertThat(changes)
                .filteredOn(change -> change.where().equals("main/roles/app"))
                .singleElement()
                .satisfies(change -> assertThat(change.statement()).isEqualTo("""
                                CREATE ROLE "app";

                                ALTER ROLE "app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT CONNECTION LIMIT -1 PASSWORD '${main/roles/app}';
                                COMMENT ON ROLE "app" IS 'holdfast: role of service main';"""));
        assertThat(changes).allSatisfy(change -> assertThat(change.undo()).isPresent());
    }

    @Test
    void whatAProgramNeedsIsEncodedAndRedacted() {
        Service<PostgresSpec> service = service();
        SortedMap<String, Redacted> variables =
                engine.access().orRefuse().variables(service, Optional.empty(), FixedContext.of(service));
        assertThat(variables.toString()).doesNotContain("secret");
        assertThat(Optional.ofNullable(variables.get("DATABASE_URL")).map(Redacted::reveal))
                .contains("postgresql://app:secret%20of%20main%2Froles%2Fapp@127.0.0.1:7000/main"
                        + "?sslmode=verify-full&sslrootcert=/nowhere/ca.crt");
        assertThatThrownBy(() ->
                        engine.access().orRefuse().variables(service, Optional.of("ap"), FixedContext.of(service)))
                .isInstanceOf(HoldfastException.class)
                .hasMessage("service 'main' has no role 'ap' [HF1511]\n  fix: Ask for one of app. Did you mean 'app'?");
    }

    @Test
    void everySettingOfOursHasItsRuleAndEveryAlertItsReason() {
        Workload server = engine.provisioning()
                .workloads(service(), FixedContext.of(service()))
                .getFirst();
        assertThat(((Content.Settings) server.files().getFirst().content()).settings())
                .allSatisfy(setting -> assertThat(setting.because()).isNotBlank());
        String alerts =
                engine.observation().orRefuse().alerts(service()).getFirst().yaml();
        assertThat(alerts).doesNotContain("${");
        assertThat(alerts.split("because:", -1)).hasSameSizeAs(alerts.split("- alert:", -1));
        assertThat(alerts.split("action:", -1)).hasSameSizeAs(alerts.split("- alert:", -1));
    }

    private Service<PostgresSpec> service() {
        return FixedContext.service(engine, "main", spec(Optional.empty(), Map.of(), Map.of()), SMALL);
    }

    private List<String> problems(Service<PostgresSpec> service) {
        Problems problems = new Problems();
        engine.check(service, FixedContext.of(service).stack(), problems);
        List<String> found = new ArrayList<>();
        for (Problem problem : problems.all()) {
            found.add(problem.cause() + " [" + problem.code() + "]");
            assertThat(problem.remedy()).matches("(?s)[A-Z].*[.?]");
        }
        return found.stream().collect(Collectors.toList());
    }

    private static PostgresSpec spec(
            Optional<Embedded> pooler, Map<String, Database> databases, Map<String, String> parameters) {
        return new PostgresSpec(
                0,
                Optional.empty(),
                List.of(),
                pooler,
                new TreeMap<>(databases),
                new TreeMap<>(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>(parameters));
    }

    private static Database database() {
        return Database.plain();
    }

    private static Role role(Door through, List<String> databases, Can... can) {
        return Role.of(List.of(can), through, databases);
    }
}
