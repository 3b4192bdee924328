package dev.holdfast.targets.compose;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Container;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Port;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Register;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.Scram;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Objectives;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** Five services with every feature of the contract: TLS, secrets, first-start files, folders, needs, exporters. */
final class FakeStack {
    static final SecretRef APP = new SecretRef("main", "roles/app");
    static final Member DATABASE = new Member("main-0", "main", "primary", List.of(new Port("postgres", 5432)));
    static final Member POOLER = new Member("main-pooler", "main-pooler", "pooler", List.of(new Port("pool", 5432)));
    static final Member CACHE = new Member("cache-0", "cache", "primary", List.of(new Port("redis", 6379)));
    static final Member OBJECTS = new Member("objects-0", "objects", "store", List.of(new Port("https", 9000)));
    static final Member METRICS = new Member("metrics-0", "metrics", "server", List.of(new Port("web", 9090)));
    static final Member EXPORTER = new Member("cache-exporter-0", "cache", "exporter", List.of(new Port("web", 9121)));

    private FakeStack() {}

    static Register register() {
        return register(FakeStack::database);
    }

    static Register register(BiFunction<Service<FakeEngine.Spec>, Context, List<Workload>> database) {
        return new Register(List.of(
                FakeEngine.of("postgres", DATABASE, database),
                FakeEngine.of("pgbouncer", POOLER, FakeStack::pooler),
                new FakeEngine(
                        "redis",
                        false,
                        List.of(CACHE),
                        FakeStack::cache,
                        List.of(EXPORTER),
                        (service, context) -> List.of(workload(
                                EXPORTER,
                                new Container(
                                                "docker.io/oliver006/redis_exporter:v1.67.0",
                                                List.of("--redis.addr=" + context.inside("cache-0", "redis")),
                                                new TreeMap<>(),
                                                List.of())
                                        .withUser("59000:59000"),
                                List.of(),
                                List.of(),
                                true,
                                Set.of("cache")))),
                FakeEngine.of("s3", OBJECTS, FakeStack::objects),
                new FakeEngine(
                        "prometheus",
                        true,
                        List.of(METRICS),
                        FakeStack::metrics,
                        List.of(),
                        (service, context) -> List.of())));
    }

    static Stack stack(Register register) {
        TreeMap<String, Service<?>> services = new TreeMap<>();
        Resources large = new Resources(new Cpu(1500), Bytes.mebi(2048), Bytes.mebi(10240));
        Resources small = new Resources(new Cpu(250), Bytes.mebi(128), Bytes.mebi(128));
        for (Map.Entry<String, String> entry : Map.of(
                        "main", "postgres",
                        "main-pooler", "pgbouncer",
                        "cache", "redis",
                        "objects", "s3",
                        "metrics", "prometheus")
                .entrySet()) {
            FakeEngine engine = (FakeEngine) register.find(entry.getValue()).orElseThrow();
            services.put(
                    entry.getKey(),
                    engine.service(entry.getKey(), entry.getKey().equals("main") ? large : small));
        }
        return new Stack("demo", Optional.empty(), services, Objectives.none());
    }

    static List<Workload> database(Service<?> service, Context context) {
        String verifier = Scram.verifier(context.secret(APP), context.secret(new SecretRef("main", "salts/app")));
        Container container = new Container(
                        "docker.io/library/postgres:17.6-bookworm",
                        List.of("postgres", "-c", "config_file=/config/postgresql.conf"),
                        new TreeMap<>(Map.of("PGDATA", "/data/pgdata", "POSTGRES_PASSWORD_FILE", "/secrets/admin")),
                        List.of("sh", "-c", "pg_isready -q -h $(hostname)"))
                .withUser("999:999")
                .withFirstStart(List.of(new Container.FirstStart(
                        "/docker-entrypoint-initdb.d/10-holdfast.sql",
                        new Content.Confidential(
                                new Redacted("create role app login password '" + verifier + "';\n"),
                                Setting.Effect.RESTART))));
        Content settings = new Content.Settings(
                Content.Syntax.QUOTED,
                List.of(
                        new Setting("shared_buffers", "512MB", Setting.Effect.RESTART, "25 % of memory"),
                        new Setting("search_path", "\"$user\", 'it''s'", Setting.Effect.RELOAD, "")));
        return List.of(workload(
                DATABASE,
                container,
                List.of(new ConfigurationFile("postgresql.conf", settings)),
                List.of(new Workload.SecretFile("admin", new SecretRef("main", "roles/admin"))),
                true,
                Set.of()));
    }

    private static List<Workload> pooler(Service<?> service, Context context) {
        Redacted users = new Redacted("\"app\" \"" + context.secret(APP).reveal() + "\"\n");
        return List.of(workload(
                POOLER,
                new Container(
                        "edoburu/pgbouncer:v1.24.1-p1",
                        List.of("pgbouncer", "/config/pgbouncer.ini"),
                        new TreeMap<>(),
                        List.of()),
                List.of(
                        new ConfigurationFile(
                                "pgbouncer.ini",
                                "[databases]\n* = host="
                                        + context.inside("main-0", "postgres").host() + "\n[pgbouncer]",
                                new Content.Settings(
                                        Content.Syntax.PLAIN,
                                        List.of(new Setting("pool_mode", "transaction", Setting.Effect.RELOAD, "")))),
                        new ConfigurationFile("users.txt", new Content.Confidential(users, Setting.Effect.RELOAD))),
                List.of(),
                true,
                Set.of("main-0")));
    }

    private static List<Workload> cache(Service<?> service, Context context) {
        Redacted users = new Redacted("user default >"
                + context.secret(new SecretRef("cache", "default")).reveal());
        return List.of(workload(
                CACHE,
                new Container(
                                "redis:8.0.4-bookworm",
                                List.of("redis-server", "/config/redis.conf"),
                                new TreeMap<>(),
                                List.of("redis-cli", "ping"))
                        .withUser("999:999")
                        .withFirstStart(List.of(new Container.FirstStart(
                                "/data/users.acl", new Content.Confidential(users, Setting.Effect.RESTART)))),
                List.of(new ConfigurationFile(
                        "redis.conf",
                        new Content.Settings(
                                Content.Syntax.SPACED,
                                List.of(new Setting("maxmemory", "96mb", Setting.Effect.RELOAD, ""))))),
                List.of(),
                true,
                Set.of()));
    }

    private static List<Workload> objects(Service<?> service, Context context) {
        return List.of(workload(
                OBJECTS,
                new Container("docker.io/andrewgaul/s3proxy:sha-ba0fd6d", List.of(), new TreeMap<>(), List.of())
                        .withFolders(List.of("backups", "wal")),
                List.of(),
                List.of(),
                true,
                Set.of()));
    }

    private static List<Workload> metrics(Service<?> service, Context context) {
        return List.of(workload(
                METRICS,
                new Container("docker.io/prom/prometheus:v3.5.0", List.of(), new TreeMap<>(), List.of())
                        .withUser("65534:65534"),
                List.of(new ConfigurationFile("prometheus.yml", new Content.Plain("{}\n", Setting.Effect.RELOAD))),
                List.of(),
                false,
                Set.of("main-0", "cache-0")));
    }

    static Workload workload(
            Member member,
            Container container,
            List<ConfigurationFile> files,
            List<Workload.SecretFile> secrets,
            boolean tls,
            Set<String> needs) {
        return new Workload(
                member,
                new Programs.Debian(List.of()),
                container,
                List.of(),
                new TreeMap<>(),
                files,
                secrets,
                tls,
                Optional.empty(),
                needs,
                new Workload.Stop(
                        member == DATABASE ? Workload.Signal.INTERRUPT : Workload.Signal.TERMINATE,
                        Duration.ofSeconds(30)),
                Workload.Reload.RESTART);
    }
}
