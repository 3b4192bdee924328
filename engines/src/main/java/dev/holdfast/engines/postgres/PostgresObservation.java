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
import dev.holdfast.blueprint.Workload.Reload;
import dev.holdfast.blueprint.Workload.SecretFile;
import dev.holdfast.blueprint.Workload.Signal;
import dev.holdfast.blueprint.Workload.Stop;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Insight;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Scrape;
import dev.holdfast.engine.Support;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.ExternalWire;
import dev.holdfast.engines.KeptConnections;
import dev.holdfast.engines.Login;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.postgres.insight.PostgresInsight;
import dev.holdfast.engines.postgres.protection.ArchiverSession;
import dev.holdfast.engines.postgres.protection.Archiving;
import dev.holdfast.engines.postgres.timeseries.SeriesObservation;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Asks the server over its clients' door; the figures come from the exporter of the Prometheus community. */
final class PostgresObservation implements Observation<PostgresSpec> {
    private static final String PORT = "metrics";
    private static final String IMAGE = "quay.io/prometheuscommunity/postgres-exporter:v0.17.1";

    /** One row: in recovery, clients there, clients allowed. */
    private static final String QUESTION =
            "SELECT pg_catalog.pg_is_in_recovery(), (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity"
                    + " WHERE backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid()),"
                    + " pg_catalog.current_setting('max_connections')::int"
                    + " - pg_catalog.current_setting('superuser_reserved_connections')::int"
                    + " - coalesce(pg_catalog.current_setting('reserved_connections', true), '0')::int,"
                    + " pg_catalog.current_setting('server_version')";

    private final KeptConnections kept = new KeptConnections();

    @Override
    public Health probe(Service<PostgresSpec> service, String member, Context context) {
        PostgresWire.Door door = PostgresSession.door(service, context, Declared.HOME);
        boolean elsewhere = Elsewhere.is(service);
        boolean archives = !elsewhere && Archiving.of(service, context).isPresent();
        String question =
                archives ? QUESTION + ", archiver.* FROM (" + ArchiverSession.question() + ") archiver" : QUESTION;
        try {
            Health health = kept.ask(door, false, question, (row, millis) -> {
                boolean recovery = row.getBoolean(1);
                long clients = row.getLong(2);
                long allowed = row.getLong(3);
                if (clients >= allowed) {
                    return new Health.NotReady(
                            "all " + allowed + " connections that clients may have are taken",
                            "End clients that hold connections, send them through the pooler, or raise max_connections and run holdfast apply.");
                }
                String where = elsewhere ? "PostgreSQL " + row.getString(4) + " at " + door.address() + " " : "";
                String answered = where + "answered a query in " + millis + " ms, in_recovery=" + recovery + ", "
                        + clients + " of " + allowed + " connections taken";
                if (!archives) {
                    return new Health.Ready(answered);
                }
                ArchiverSession.State archiver = ArchiverSession.read(row, 5);
                return archiver.isBroken()
                        ? new Health.Impaired(archiver.because(service.name()), archiver.next(service.name()))
                        : new Health.Ready(answered + archiver.proof());
            });
            return health instanceof Health.Ready
                    ? SeriesObservation.complaint(service, context, kept).orElse(health)
                    : health;
        } catch (SQLException e) {
            return elsewhere
                    ? ExternalWire.refusal(e, "external PostgreSQL '" + member + "'")
                    : PostgresWire.refusal(e, "PostgreSQL '" + member + "'");
        }
    }

    @Override
    public List<Member> exporters(Service<PostgresSpec> service) {
        if (Elsewhere.is(service)) {
            return List.of();
        }
        return List.of(new Member(Doors.exporter(service), service.name(), "exporter", List.of(new Port(PORT, 9187))));
    }

    @Override
    public List<Workload> exporterWorkloads(Service<PostgresSpec> service, Context context) {
        if (Elsewhere.is(service)) {
            return List.of();
        }
        Address listen = context.listen(Doors.exporter(service), PORT);
        String login = Login.name(service.name(), Declared.METRICS, context);
        // made here where there is none, so that the file's length holds for it, too
        var _ = Doors.secret(service, Doors.password(service, login), context);
        Address server = context.inside(Doors.primary(service), Doors.PORT);
        List<String> series = SeriesObservation.databases(service);
        List<String> arguments = new ArrayList<>(List.of(
                "--web.listen-address=" + listen,
                "--web.config.file=/config/web.yaml",
                "--collector.database_wraparound",
                "--collector.long_running_transactions",
                "--collector.stat_checkpointer",
                "--log.level=warn"));
        List<ConfigurationFile> files = new ArrayList<>(List.of(new ConfigurationFile(
                "web.yaml",
                new Content.Plain(Beside.text(PostgresObservation.class, "exporter.yaml"), Setting.Effect.RESTART))));
        if (!series.isEmpty()) {
            arguments.addAll(List.of(
                    "--auto-discover-databases",
                    "--include-databases=" + String.join(",", series),
                    "--extend.query-path=/config/series.yaml"));
            files.add(new ConfigurationFile(
                    "series.yaml", new Content.Plain(SeriesObservation.metrics(), Setting.Effect.RESTART)));
        }
        Map<String, String> environment = Map.of(
                "DATA_SOURCE_URI",
                server + "/" + Declared.HOME + "?sslmode=verify-full&sslrootcert=/tls/ca.crt",
                "DATA_SOURCE_USER",
                login,
                "DATA_SOURCE_PASS_FILE",
                "/secrets/metrics");
        return List.of(new Workload(
                exporters(service).getFirst(),
                new Programs.Debian(List.of("prometheus-postgres-exporter")),
                new Container(IMAGE, arguments, new TreeMap<>(environment), List.of()).withUser("65534:65534"),
                with("/usr/bin/prometheus-postgres-exporter", arguments),
                new TreeMap<>(environment),
                files,
                List.of(new SecretFile("metrics", Doors.password(service, login))),
                true,
                Optional.empty(),
                Set.of(),
                new Stop(Signal.TERMINATE, Duration.ofSeconds(10)),
                Reload.RESTART));
    }

    private static List<String> with(String program, List<String> arguments) {
        List<String> command = new java.util.ArrayList<>(List.of(program));
        command.addAll(arguments);
        return command;
    }

    @Override
    public List<Scrape> scrapes(Service<PostgresSpec> service) {
        if (Elsewhere.is(service)) {
            return List.of();
        }
        return List.of(new Scrape(
                "postgres",
                service.name(),
                Doors.exporter(service),
                PORT,
                "/metrics",
                Map.of("engine", "postgres", "__scheme__", "https")));
    }

    @Override
    public List<AlertRules> alerts(Service<PostgresSpec> service) {
        if (Elsewhere.is(service)) {
            return List.of();
        }
        String rules = Beside.text(PostgresObservation.class, "alerts.yaml")
                .replace("${service}", service.name())
                .replace(
                        "${storage}",
                        Long.toString(service.resources().storage().count()))
                .replace("${shown}", service.resources().storage().toString());
        return List.of(new AlertRules(service.name(), rules));
    }

    @Override
    public Support<Insight<PostgresSpec>> insight() {
        return Support.offered(new PostgresInsight());
    }
}
