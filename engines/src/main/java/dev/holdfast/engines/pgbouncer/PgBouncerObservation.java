package dev.holdfast.engines.pgbouncer;

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
import dev.holdfast.blueprint.Workload.Signal;
import dev.holdfast.blueprint.Workload.Stop;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Scrape;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.KeptConnections;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.stack.Service;
import java.net.ConnectException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import javax.net.ssl.SSLException;

/** Goes in as a client goes, to the server and back; the console says how the pools are. */
final class PgBouncerObservation implements Observation<PgBouncerSpec> {
    private static final String PORT = "metrics";
    private static final String IMAGE = "quay.io/prometheuscommunity/pgbouncer-exporter:v0.10.2";

    private final KeptConnections kept = new KeptConnections();

    @Override
    public Health probe(Service<PgBouncerSpec> service, String member, Context context) {
        try {
            Health through = kept.ask(
                    PgBouncerNames.through(service, context),
                    false,
                    "SELECT pg_catalog.pg_is_in_recovery()",
                    (row, millis) -> new Health.Ready("the server answered through the pooler in " + millis + " ms"));
            Health pools = kept.ask(PgBouncerNames.console(service, context), true, "SHOW POOLS", this::pools);
            return new Health.Ready(through.because() + ", " + pools.because());
        } catch (SQLException e) {
            return refusal(e, member, service);
        }
    }

    private static Health refusal(SQLException e, String member, Service<PgBouncerSpec> service) {
        String message = PostgresWire.firstLine(e);
        String server = PgBouncerNames.parent(service);
        if (message.contains("query_wait_timeout")) {
            return new Health.NotReady(
                    "no server connection became free in time: " + message,
                    "Raise pooler.servers and run holdfast apply, or look for long transactions on '" + server + "'.");
        }
        if (message.contains("no more connections allowed")) {
            return new Health.NotReady(
                    "pooler '" + member + "' has all the clients it takes: " + message,
                    "Raise pooler.clients and run holdfast apply, or end clients that hold connections.");
        }
        String state = Optional.ofNullable(e.getSQLState()).orElse("");
        boolean reached = !PostgresWire.has(e, ConnectException.class) && !PostgresWire.has(e, SSLException.class);
        if (reached && (state.startsWith("08") || state.startsWith("57"))) {
            return new Health.NotReady(
                    "pooler '" + member + "' does not get into the server behind it: " + message,
                    "See why '" + server + "' is not ready with holdfast why " + server
                            + "; the pooler follows by itself.");
        }
        return PostgresWire.refusal(e, "pooler '" + member + "'");
    }

    /** All pools together; the row given is the first of them. */
    private Health pools(ResultSet row, long millis) throws SQLException {
        long active = 0;
        long waiting = 0;
        long servers = 0;
        do {
            if (!row.getString("database").equals(PgBouncerNames.CONSOLE)) {
                active += row.getLong("cl_active");
                waiting += row.getLong("cl_waiting");
                servers += row.getLong("sv_active") + row.getLong("sv_idle") + row.getLong("sv_used");
            }
        } while (row.next());
        return new Health.Ready(active + " clients on " + servers + " server connections, " + waiting + " waiting");
    }

    @Override
    public List<Member> exporters(Service<PgBouncerSpec> service) {
        return List.of(new Member(
                PgBouncerNames.exporter(service), service.name(), "exporter", List.of(new Port(PORT, 9127))));
    }

    /** The connection string stands in the arguments, so the password comes from a file of libpq's form. */
    @Override
    public List<Workload> exporterWorkloads(Service<PgBouncerSpec> service, Context context) {
        Address pooler = context.inside(service.name(), PgBouncerNames.PORT);
        List<String> arguments = List.of(
                "--pgBouncer.connectionString=postgres://" + PgBouncerNames.STATS + "@" + pooler + "/"
                        + PgBouncerNames.CONSOLE + "?sslmode=verify-full&sslrootcert=/tls/ca.crt",
                "--web.listen-address=" + context.listen(PgBouncerNames.exporter(service), PORT),
                "--web.config.file=/config/web.yaml",
                "--log.level=warn");
        List<String> command = new ArrayList<>(List.of("/usr/bin/prometheus-pgbouncer-exporter"));
        command.addAll(arguments);
        Map<String, String> environment = Map.of("PGPASSFILE", "/config/pgpass");
        return List.of(new Workload(
                exporters(service).getFirst(),
                new Programs.Debian(List.of("prometheus-pgbouncer-exporter")),
                new Container(IMAGE, arguments, new TreeMap<>(environment), List.of()).withUser("65534:65534"),
                command,
                new TreeMap<>(environment),
                List.of(
                        new ConfigurationFile(
                                "web.yaml",
                                new Content.Plain(
                                        Beside.text(PgBouncerObservation.class, "exporter.yaml"),
                                        Setting.Effect.RESTART)),
                        new ConfigurationFile(
                                "pgpass",
                                new Content.Confidential(
                                        PgBouncerProvisioning.passwordFile(service, context), Setting.Effect.RESTART))),
                List.of(),
                true,
                Optional.empty(),
                Set.of(service.name()),
                new Stop(Signal.TERMINATE, Duration.ofSeconds(10)),
                Reload.RESTART));
    }

    @Override
    public List<Scrape> scrapes(Service<PgBouncerSpec> service) {
        return List.of(new Scrape(
                "pgbouncer",
                service.name(),
                PgBouncerNames.exporter(service),
                PORT,
                "/metrics",
                Map.of("engine", "pgbouncer", "__scheme__", "https")));
    }

    @Override
    public List<AlertRules> alerts(Service<PgBouncerSpec> service) {
        String rules = Beside.text(PgBouncerObservation.class, "alerts.yaml")
                .replace("${service}", service.name())
                .replace("${servers}", Integer.toString(service.settings().servers()))
                .replace("${clients}", Integer.toString(service.settings().clients()));
        return List.of(new AlertRules(service.name(), rules));
    }
}
