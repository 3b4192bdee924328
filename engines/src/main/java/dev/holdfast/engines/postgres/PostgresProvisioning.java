package dev.holdfast.engines.postgres;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Container;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Port;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.blueprint.Workload.Initialise;
import dev.holdfast.blueprint.Workload.Reload;
import dev.holdfast.blueprint.Workload.SecretFile;
import dev.holdfast.blueprint.Workload.Signal;
import dev.holdfast.blueprint.Workload.Stop;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Copying;
import dev.holdfast.engine.Cutting;
import dev.holdfast.engine.Provisioning;
import dev.holdfast.engine.Sleeping;
import dev.holdfast.engine.Support;
import dev.holdfast.engines.postgres.PostgresExtensions.Extension;
import dev.holdfast.engines.postgres.copying.PostgresCopying;
import dev.holdfast.engines.postgres.copying.PostgresCutting;
import dev.holdfast.engines.postgres.protection.Archiving;
import dev.holdfast.plan.Change;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** One server, its data checksummed, TLS on, and no way in without a password. */
final class PostgresProvisioning implements Provisioning<PostgresSpec> {
    /** Official images; the second adds pgvector to the first. Both run as 999. */
    static final String IMAGE = "postgres:17.6-trixie";

    static final String VECTOR_IMAGE = "pgvector/pgvector:0.8.2-pg17";
    private static final Set<String> IN_IMAGES = Set.of("vector");
    private static final String IMAGE_USER = "999:999";
    private static final String SECRET = "superuser";
    private static final String SOCKETS = "/run";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final PostgresParameters parameters;
    private final PostgresExtensions extensions;
    private final PostgresSizing sizing;
    private final PostgresSchema schema;
    private final PostgresAccess access;

    PostgresProvisioning(
            PostgresParameters parameters,
            PostgresExtensions extensions,
            PostgresSizing sizing,
            PostgresSchema schema,
            PostgresAccess access) {
        this.parameters = parameters;
        this.extensions = extensions;
        this.sizing = sizing;
        this.schema = schema;
        this.access = access;
    }

    @Override
    public Support<Copying<PostgresSpec>> copying() {
        return Support.offered(new PostgresCopying());
    }

    @Override
    public Support<Sleeping<PostgresSpec>> sleeping(Service<PostgresSpec> service) {
        return Elsewhere.is(service)
                ? Support.notOffered("somebody else runs its server", "Remove 'suspend'.")
                : Support.offered(new PostgresSleeping());
    }

    @Override
    public Support<Cutting<PostgresSpec>> cutting() {
        return Support.offered(new PostgresCutting());
    }

    @Override
    public List<Member> members(Service<PostgresSpec> service) {
        return Elsewhere.is(service) ? List.of() : List.of(member(service));
    }

    private static Member member(Service<PostgresSpec> service) {
        return new Member(Doors.primary(service), service.name(), "primary", List.of(new Port(Doors.PORT, 5432)));
    }

    @Override
    public List<Workload> workloads(Service<PostgresSpec> service, Context context) {
        if (Elsewhere.is(service)) {
            return List.of();
        }
        Declared declared = Declared.of(service, extensions);
        Address listen = context.listen(Doors.primary(service), Doors.PORT);
        // made here where there is none, so that the file's length holds for it, too
        var _ = Doors.secret(service, Doors.password(service, Declared.HOLDFAST), context);
        return List.of(new Workload(
                member(service),
                programs(service, declared),
                container(service, declared, context),
                server(service, "-D", "/data"),
                new TreeMap<>(Map.of("HOME", "/tmp", "LANG", "C.UTF-8")),
                files(service, listen, context),
                // it is read at the first start only, so another value takes nothing
                List.of(new SecretFile(SECRET, Doors.password(service, Declared.HOLDFAST), Setting.Effect.RELOAD)),
                true,
                Optional.of(new Initialise(initialise(service))),
                Archiving.needs(service, context),
                new Stop(Signal.INTERRUPT, PATIENCE),
                Reload.SIGHUP));
    }

    private List<ConfigurationFile> files(Service<PostgresSpec> service, Address listen, Context context) {
        List<ConfigurationFile> files = new ArrayList<>(Archiving.files(service, context));
        files.add(new ConfigurationFile(
                "postgresql.conf", new Content.Settings(Content.Syntax.QUOTED, settings(service, listen, context))));
        files.add(new ConfigurationFile(
                "pg_hba.conf",
                new Content.Plain(HostRules.file(service, listen, context.isClosed()), Setting.Effect.RELOAD)));
        return files;
    }

    private static Programs programs(Service<PostgresSpec> service, Declared declared) {
        SortedSet<String> packages = new TreeSet<>();
        packages.add("postgresql-" + service.version());
        // a few kilobytes with which insight tries an index without making it; nothing of it is in a database
        packages.add("postgresql-" + service.version() + "-hypopg");
        declared.extensions().forEach(extension -> extension.debianPackage().ifPresent(name -> packages.add(name)));
        service.settings().backups().ifPresent(backups -> packages.add(Archiving.PACKAGE));
        return new Programs.Debian(List.copyOf(packages));
    }

    private static List<String> server(Service<PostgresSpec> service, String... more) {
        List<String> command = new ArrayList<>(List.of(Doors.program(service, "postgres")));
        command.addAll(List.of(more));
        command.addAll(List.of("-c", "config_file=/config/postgresql.conf", "-c", "hba_file=/config/pg_hba.conf"));
        return command;
    }

    private static List<String> initialise(Service<PostgresSpec> service) {
        List<String> command = new ArrayList<>(List.of(
                Doors.program(service, "initdb"),
                "--pgdata=/data",
                "--username=" + Declared.HOLDFAST,
                "--pwfile=/secrets/" + SECRET,
                "--sync-method=syncfs"));
        command.addAll(layout());
        return command;
    }

    /** The built-in C.UTF-8 sorts the same on every machine: an index never breaks with a new C library. */
    private static List<String> layout() {
        return List.of(
                "--auth=scram-sha-256",
                "--data-checksums",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C.UTF-8",
                "--no-instructions");
    }

    /** The image's own entry point makes the data folder; it looks for the socket where Debian puts it. */
    private Container container(Service<PostgresSpec> service, Declared declared, Context context) {
        SortedMap<String, String> environment = new TreeMap<>();
        environment.put("PGDATA", "/data/pgdata");
        environment.put("POSTGRES_DB", Declared.HOME);
        environment.put("POSTGRES_INITDB_ARGS", String.join(" ", layout()));
        environment.put("POSTGRES_PASSWORD_FILE", "/secrets/" + SECRET);
        environment.put("POSTGRES_USER", Declared.HOLDFAST);
        boolean vector = declared.extensions().stream().anyMatch(e -> e.name().equals("vector"));
        List<String> command = new ArrayList<>(List.of(
                "postgres",
                "-c",
                "config_file=/config/postgresql.conf",
                "-c",
                "hba_file=/config/pg_hba.conf",
                "-c",
                "unix_socket_directories=/var/run/postgresql"));
        // the images have no pgBackRest: archiving there would only fill the disk
        service.settings().backups().ifPresent(backups -> command.addAll(List.of("-c", "archive_mode=off")));
        return new Container(
                        vector ? VECTOR_IMAGE : IMAGE,
                        command,
                        environment,
                        List.of("pg_isready", "--host=127.0.0.1", "--port=5432", "--username=" + Declared.HOLDFAST))
                .withUser(IMAGE_USER)
                .withFirstStart(List.of(new Container.FirstStart(
                        "/docker-entrypoint-initdb.d/10-holdfast.sql",
                        new Content.Confidential(
                                Redacted.later(() -> Script.filled(firstStart(service, context), service, context)
                                        .reveal()),
                                Setting.Effect.RESTART))));
    }

    /** What apply would do to a new server, as one script for psql. */
    private String firstStart(Service<PostgresSpec> service, Context context) {
        List<Change> changes = new ArrayList<>(schema.fromNothing(service, context));
        changes.addAll(access.fromNothing(service, context));
        return changes.stream()
                .map(change -> Sql.connect(Declared.HOME) + "\n" + change.statement())
                .collect(Collectors.joining("\n\n", "", "\n"));
    }

    /** Which declared extensions the pinned container images do not have. */
    static List<String> missingInImages(Declared declared) {
        return declared.extensions().stream()
                .filter(extension -> extension.debianPackage().isPresent())
                .map(Extension::name)
                .filter(name -> !IN_IMAGES.contains(name))
                .toList();
    }

    private List<Setting> settings(Service<PostgresSpec> service, Address listen, Context context) {
        SortedMap<String, Setting> settings = new TreeMap<>();
        fixed(listen).forEach(setting -> settings.put(setting.key(), setting));
        sizing.settings(service).forEach(setting -> settings.put(setting.key(), setting));
        extensionSettings(Declared.of(service, extensions)).forEach(setting -> settings.put(setting.key(), setting));
        Archiving.settings(service, context)
                .forEach((name, value) -> settings.put(name, parameters.setting(name, value)));
        service.settings()
                .parameters()
                .forEach((written, value) -> parameters
                        .name(written)
                        .ifPresent(name -> settings.put(
                                name,
                                new Setting(
                                        name,
                                        value,
                                        parameters.find(name).orElseThrow().effect(),
                                        "the stack file sets it under parameters:"))));
        if (context.stack().isDerived()) {
            quiet(settings);
        }
        return List.copyOf(settings.values());
    }

    /** A copy must not act for the original: not take over its subscriptions, nor run its jobs a second time. */
    private static void quiet(SortedMap<String, Setting> settings) {
        String because = "this stack was made from the data of another, for which it must not act";
        settings.put(
                "max_logical_replication_workers",
                new Setting("max_logical_replication_workers", "0", Setting.Effect.RESTART, because));
        if (settings.containsKey("cron.database_name")) {
            settings.put(
                    "cron.launch_active_jobs",
                    new Setting("cron.launch_active_jobs", "off", Setting.Effect.RELOAD, because));
        }
    }

    private List<Setting> fixed(Address listen) {
        return List.of(
                parameters.setting("listen_addresses", listen.host()),
                parameters.setting("port", Integer.toString(listen.port())),
                parameters.setting("unix_socket_directories", SOCKETS),
                parameters.setting("ssl", "on"),
                parameters.setting("ssl_ca_file", "/tls/ca.crt"),
                parameters.setting("ssl_cert_file", "/tls/server.crt"),
                parameters.setting("ssl_key_file", "/tls/server.key"),
                parameters.setting("ssl_min_protocol_version", "TLSv1.3"),
                parameters.setting("password_encryption", "scram-sha-256"),
                parameters.setting("allow_alter_system", "off"),
                parameters.setting("track_commit_timestamp", "on"),
                parameters.setting("wal_level", "replica"),
                parameters.setting("wal_compression", "lz4"),
                parameters.setting("checkpoint_timeout", "15min"),
                parameters.setting("checkpoint_completion_target", "0.9"),
                parameters.setting("recovery_init_sync_method", "syncfs"),
                parameters.setting("effective_io_concurrency", "200"),
                parameters.setting("random_page_cost", "1.1"),
                parameters.setting("huge_pages", "try"),
                parameters.setting("jit", "off"),
                parameters.setting("idle_in_transaction_session_timeout", "10min"),
                parameters.setting("TimeZone", "UTC"),
                parameters.setting("log_destination", "stderr"),
                parameters.setting("logging_collector", "off"),
                parameters.setting("log_timezone", "UTC"),
                parameters.setting("log_line_prefix", "%m [%p] %q%u@%d %a "),
                parameters.setting("log_min_duration_statement", "1s"),
                parameters.setting("log_lock_waits", "on"),
                parameters.setting("track_io_timing", "on"),
                parameters.setting("log_checkpoints", "on"),
                parameters.setting("log_temp_files", "10MB"),
                parameters.setting("log_autovacuum_min_duration", "10s"),
                parameters.setting("log_parameter_max_length_on_error", "0"));
    }

    private List<Setting> extensionSettings(Declared declared) {
        List<Setting> settings = new ArrayList<>();
        List<String> names = declared.extensions().stream().map(Extension::name).toList();
        SortedSet<String> libraries = new TreeSet<>();
        declared.extensions().forEach(extension -> extension.preload().ifPresent(name -> libraries.add(name)));
        if (declared.service().settings().parameters().keySet().stream().anyMatch(k -> k.startsWith("auto_explain."))) {
            libraries.add("auto_explain");
        }
        if (!libraries.isEmpty()) {
            String all = String.join(",", libraries);
            settings.add(parameters.setting("shared_preload_libraries", all, all));
        }
        declared.homeOf("pg_cron").filter(home -> names.contains("pg_cron")).ifPresent(home -> {
            settings.add(parameters.setting("cron.database_name", home));
            settings.add(parameters.setting("cron.use_background_workers", "on"));
            settings.add(parameters.setting("cron.timezone", "UTC"));
        });
        if (names.contains("pg_partman")) {
            settings.add(parameters.setting(
                    "pg_partman_bgw.dbname",
                    declared.databases().keySet().stream()
                            .filter(database -> declared.extensions(database).stream()
                                    .anyMatch(e -> e.name().equals("pg_partman")))
                            .collect(Collectors.joining(","))));
            settings.add(parameters.setting("pg_partman_bgw.role", Declared.HOLDFAST));
        }
        if (names.contains("timescaledb")) {
            settings.add(parameters.setting("timescaledb.license", "apache"));
        }
        if (names.contains("pgaudit")) {
            settings.add(parameters.setting("pgaudit.log", "role,ddl"));
            settings.add(parameters.setting("pgaudit.log_catalog", "off"));
        }
        return settings;
    }

    /**
     * By the file that ALTER SYSTEM would write, which comes after the file of settings and outlives a restart. That statement itself
     * stays forbidden: the size is not for anybody to change by hand.
     */
    @Override
    public void move(Service<PostgresSpec> service, String member, List<Setting> moving, Context context) {
        List<String> lines = new ArrayList<>(List.of("# the size of the service, kept by Holdfast"));
        List<Setting> kept = service.resources().compute().isPresent() ? moving : List.<Setting>of();
        kept.forEach(setting -> lines.add(setting.key() + " = " + Sql.text(setting.value())));
        PostgresSession.execute(
                new Script.Batch(
                        Declared.HOME,
                        "COPY (SELECT line FROM unnest(ARRAY["
                                + lines.stream().map(Sql::text).collect(Collectors.joining(", "))
                                + "]) AS line) TO '/data/postgresql.auto.conf'"),
                service,
                context);
        PostgresSession.execute(new Script.Batch(Declared.HOME, "SELECT pg_reload_conf()"), service, context);
    }
}
