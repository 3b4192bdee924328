package dev.holdfast.engines.pgbouncer;

import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Register;
import dev.holdfast.engines.Engines;
import dev.holdfast.engines.FixedContext;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Service;
import dev.holdfast.testing.EngineContract;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class PgBouncerEngineTest extends EngineContract {
    private final PgBouncerEngine engine = new PgBouncerEngine();

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
        Service<PgBouncerSpec> service =
                pooler(10, 20, Map.of("auth_type", "any", "tcp_keepidel", "60", "tcp_keepcnt", "many"));
        Problems problems = new Problems();
        engine.check(service, FixedContext.of(service).stack(), problems);
        assertThat(problems.all())
                .extracting(Problem::code)
                .containsExactlyInAnyOrder(Code.HF1521, Code.HF1508, Code.HF1507, Code.HF1506);
        assertThat(problems.all())
                .extracting(Problem::cause)
                .containsExactlyInAnyOrder(
                        "pooler 'main-pooler' takes 10 clients for 20 server connections, so that some are never used",
                        "parameter 'auth_type' is kept by Holdfast: it belongs to the stack: SCRAM, checked against the"
                                + " server's verifiers",
                        "parameter 'tcp_keepcnt' has the value 'many', which is not what it takes",
                        "PgBouncer 1.24 has no parameter 'tcp_keepidel'");
    }

    @Test
    void theServerIsNamedByItsAddressAndPasswordsStandInAConfidentialFileOnly() {
        Service<PgBouncerSpec> service = pooler(100, 20, Map.of());
        Workload pooler = engine.provisioning()
                .workloads(service, FixedContext.of(service))
                .getFirst();
        assertThat(pooler.files().getFirst().preamble())
                .isEqualTo("[databases]\n* = host=127.0.0.1 port=7000\n\n[pgbouncer]\n");
        assertThat(pooler.files().get(1).content()).isInstanceOf(Content.Confidential.class);
        assertThat(pooler.toString()).doesNotContain("secret of");
    }

    @Test
    void sizesAreTakenOverWithoutARestart() {
        Service<PgBouncerSpec> service = pooler(100, 20, Map.of());
        assertThat(engine.sizing().orRefuse().settings(service))
                .extracting(Setting::effect)
                .containsOnly(Setting.Effect.RELOAD);
        String alerts =
                engine.observation().orRefuse().alerts(service).getFirst().yaml();
        assertThat(alerts).doesNotContain("${").contains(">= 20").contains("0.9 * 100");
    }

    private Service<PgBouncerSpec> pooler(int clients, int servers, Map<String, String> parameters) {
        PgBouncerSpec spec = new PgBouncerSpec(
                PgBouncerSpec.Mode.TRANSACTION,
                clients,
                servers,
                Duration.ofMinutes(2),
                Duration.ofMinutes(10),
                new TreeMap<>(parameters));
        Service<PgBouncerSpec> alone = FixedContext.service(engine, "main-pooler", spec);
        return new Service<>(
                alone.name(),
                alone.engine(),
                alone.version(),
                alone.resources(),
                spec,
                Optional.of("main"),
                alone.positions());
    }
}
