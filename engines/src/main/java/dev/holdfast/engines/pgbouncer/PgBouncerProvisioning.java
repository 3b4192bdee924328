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
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Cutting;
import dev.holdfast.engine.Provisioning;
import dev.holdfast.engine.Sleeping;
import dev.holdfast.engine.Support;
import dev.holdfast.engines.HostRule;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Pooled;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One pooler in front of one server. It needs nothing to be up before it: clients wait until the server is there. */
final class PgBouncerProvisioning implements Provisioning<PgBouncerSpec> {
    /** There is no official image; this one is the most used, small, and starts what it is told to. */
    static final String IMAGE = "edoburu/pgbouncer:v1.24.1-p1";

    private static final String PROGRAM = "/usr/sbin/pgbouncer";
    private static final String INI = "/config/pgbouncer.ini";

    private final PgBouncerParameters parameters;
    private final PgBouncerSizing sizing;

    PgBouncerProvisioning(PgBouncerParameters parameters, PgBouncerSizing sizing) {
        this.parameters = parameters;
        this.sizing = sizing;
    }

    @Override
    public Support<Cutting<PgBouncerSpec>> cutting() {
        return Support.offered(new Cutting<>() {});
    }

    @Override
    public List<Member> members(Service<PgBouncerSpec> service) {
        return List.of(
                new Member(service.name(), service.name(), "pooler", List.of(new Port(PgBouncerNames.PORT, 6432))));
    }

    @Override
    public Support<Sleeping<PgBouncerSpec>> sleeping(Service<PgBouncerSpec> service) {
        return Support.offered(new PgBouncerSleeping());
    }

    @Override
    public List<Workload> workloads(Service<PgBouncerSpec> service, Context context) {
        PgBouncerServer server = PgBouncerServer.of(service, context);
        String databases = "[databases]\n* = host=" + server.address().host() + " port="
                + server.address().port() + "\n\n[pgbouncer]\n";
        List<String> ready = List.of(
                "psql",
                "postgresql://127.0.0.1:6432/" + PgBouncerNames.CONSOLE + "?sslmode=require",
                "--username=" + PgBouncerNames.STATS,
                "--no-password",
                "--command=SHOW VERSION");
        SortedMap<String, String> environment = new TreeMap<>(Map.of("HOME", "/tmp", "LANG", "C.UTF-8"));
        SortedMap<String, String> inContainer = new TreeMap<>(Map.of("PGPASSFILE", "/config/pgpass"));
        List<ConfigurationFile> files = new ArrayList<>(List.of(
                new ConfigurationFile(
                        "pgbouncer.ini",
                        databases,
                        new Content.Settings(Content.Syntax.PLAIN, settings(service, server, context))),
                new ConfigurationFile(
                        "userlist.txt", new Content.Confidential(users(service, context), Setting.Effect.RELOAD)),
                new ConfigurationFile(
                        "pgpass", new Content.Confidential(passwordFile(service, context), Setting.Effect.RELOAD))));
        files.addAll(files(rules(service, context)));
        server.authority()
                .ifPresent(text -> files.add(new ConfigurationFile(
                        PgBouncerServer.AUTHORITY, new Content.Plain(text, Setting.Effect.RELOAD))));
        return List.of(new Workload(
                members(service).getFirst(),
                // psql is the shell of its console
                new Programs.Debian(List.of("pgbouncer", "postgresql-client-" + PgBouncerNames.CLIENT_VERSION)),
                // the image's entry point would write a configuration of its own over environment variables
                new Container(IMAGE, List.of("/usr/bin/pgbouncer", INI), inContainer, ready).withUser("70:70"),
                List.of(PROGRAM, INI),
                environment,
                files,
                List.of(),
                true,
                Optional.empty(),
                Set.of(),
                new Stop(Signal.INTERRUPT, Duration.ofSeconds(30)),
                Reload.SIGHUP));
    }

    /** The rules of the server behind it hold at this door, too: that server only ever sees the pooler's address. */
    private static List<HostRule> rules(Service<PgBouncerSpec> service, Context context) {
        String parent = PgBouncerNames.parent(service);
        List<HostRule> declared = Optional.<Service<?>>ofNullable(
                        context.stack().services().get(parent))
                .map(Service::settings)
                .filter(HostRule.Source.class::isInstance)
                .map(settings -> ((HostRule.Source) settings).hostRules(parent))
                .orElse(List.of());
        if (declared.isEmpty()) {
            return List.of();
        }
        List<String> own = HostRule.withTwins(
                List.of(PgBouncerNames.ADMIN, PgBouncerNames.STATS, PgBouncerNames.LOOKUP, PgBouncerNames.PROBE));
        List<HostRule> rules = new ArrayList<>();
        rules.add(new HostRule(List.of(HostRule.EVERY), own, List.of("all"), false, false));
        declared.stream().filter(rule -> !rule.certificate()).forEach(rules::add);
        return rules;
    }

    private static List<ConfigurationFile> files(List<HostRule> rules) {
        String text = "# type database role address method\n"
                + rules.stream().map(HostRule::lines).collect(Collectors.joining());
        return rules.isEmpty()
                ? List.of()
                : List.of(new ConfigurationFile("hba.conf", new Content.Plain(text, Setting.Effect.RELOAD)));
    }

    /** Generated passwords are letters and digits; quotes are doubled all the same. */
    private static Redacted users(Service<PgBouncerSpec> service, Context context) {
        String lookup = PgBouncerNames.lookup(service, context);
        return new Redacted(user(lookup, context.secret(PgBouncerNames.ofServer(service, lookup)))
                + user(PgBouncerNames.ADMIN, context.secret(PgBouncerNames.own(service, PgBouncerNames.ADMIN)))
                + user(PgBouncerNames.STATS, context.secret(PgBouncerNames.own(service, PgBouncerNames.STATS))));
    }

    private static String user(String name, Redacted password) {
        return "\"" + name + "\" \"" + password.reveal().replace("\"", "\"\"") + "\"\n";
    }

    /** So that a health check and the exporter log in without a password in an argument or a variable. */
    static Redacted passwordFile(Service<PgBouncerSpec> service, Context context) {
        String password = context.secret(PgBouncerNames.own(service, PgBouncerNames.STATS))
                .reveal()
                .replace("\\", "\\\\")
                .replace(":", "\\:");
        return new Redacted("*:*:" + PgBouncerNames.CONSOLE + ":" + PgBouncerNames.STATS + ":" + password + "\n");
    }

    /**
     * A client that sets whose rows it sees for its session leaves that behind in a connection which the next client is given
     * after the transaction. In session mode PgBouncer discards everything by itself.
     */
    private static String forget(Service<PgBouncerSpec> service, Context context) {
        if (service.settings().mode() == PgBouncerSpec.Mode.SESSION) {
            return "";
        }
        return service.parent()
                .map(parent -> context.stack().services().get(parent))
                .flatMap(server -> server.settings() instanceof Pooled pooled ? Optional.of(pooled) : Optional.empty())
                .map(pooled -> pooled.personal().stream()
                        .map(name -> "RESET \"" + name.replace(".", "\".\"") + "\"")
                        .collect(Collectors.joining("; ")))
                .orElse("");
    }

    private List<Setting> settings(Service<PgBouncerSpec> service, PgBouncerServer server, Context context) {
        Address listen = context.listen(service.name(), PgBouncerNames.PORT);
        SortedMap<String, Setting> settings = new TreeMap<>();
        List.of(
                        parameters.setting("listen_addr", listen.host()),
                        parameters.setting("listen_port", Integer.toString(listen.port())),
                        parameters.setting("unix_socket_dir", ""),
                        parameters.setting("auth_type", rules(service, context).isEmpty() ? "scram-sha-256" : "hba"),
                        parameters.setting("auth_file", "/config/userlist.txt"),
                        parameters.setting("auth_query", "SELECT usename, passwd FROM holdfast.pool_lookup($1)"),
                        parameters.setting("auth_user", PgBouncerNames.lookup(service, context)),
                        parameters.setting("auth_dbname", server.database()),
                        parameters.setting("admin_users", PgBouncerNames.ADMIN),
                        parameters.setting("stats_users", PgBouncerNames.STATS),
                        parameters.setting("client_tls_sslmode", "require"),
                        parameters.setting("client_tls_ca_file", "/tls/ca.crt"),
                        parameters.setting("client_tls_key_file", "/tls/server.key"),
                        parameters.setting("client_tls_cert_file", "/tls/server.crt"),
                        parameters.setting("client_tls_protocols", "tlsv1.3"),
                        parameters.setting("server_tls_sslmode", server.mode()),
                        parameters.setting("server_tls_ca_file", server.authorityPath()),
                        parameters.setting("server_tls_protocols", server.protocols()),
                        parameters.setting("max_prepared_statements", "200"),
                        parameters.setting("server_login_retry", "0.5"),
                        parameters.setting("server_connect_timeout", "5"),
                        parameters.setting("server_fast_close", "1"),
                        parameters.setting("tcp_keepalive", "1"),
                        parameters.setting("ignore_startup_parameters", "extra_float_digits"),
                        parameters.setting("log_connections", "0"),
                        parameters.setting("log_disconnections", "0"))
                .forEach(setting -> settings.put(setting.key(), setting));
        if (!rules(service, context).isEmpty()) {
            settings.put("auth_hba_file", parameters.setting("auth_hba_file", "/config/hba.conf"));
            settings.put("server_tls_cert_file", parameters.setting("server_tls_cert_file", "/tls/server.crt"));
            settings.put("server_tls_key_file", parameters.setting("server_tls_key_file", "/tls/server.key"));
        }
        sizing.settings(service).forEach(setting -> settings.put(setting.key(), setting));
        service.settings()
                .parameters()
                .forEach((name, value) -> Optional.ofNullable(
                                parameters.byName().get(name))
                        .ifPresent(parameter -> settings.put(
                                name,
                                new Setting(
                                        name,
                                        value,
                                        parameter.effect(),
                                        "the stack file sets it under pooler.parameters:"))));
        String forget = forget(service, context);
        if (!forget.isEmpty()) {
            String own = service.settings().parameters().getOrDefault("server_reset_query", "");
            settings.put(
                    "server_reset_query",
                    parameters.setting("server_reset_query", own.isEmpty() ? forget : own + "; " + forget));
            settings.put("server_reset_query_always", parameters.setting("server_reset_query_always", "1"));
        }
        return List.copyOf(settings.values());
    }
}
