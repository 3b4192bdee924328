package dev.holdfast.engines.postgres;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Context;
import dev.holdfast.engines.ExternalPostgres;
import dev.holdfast.engines.Login;
import dev.holdfast.engines.PostgresWire.Door;
import dev.holdfast.engines.PostgresWire.Trust;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The names of what a PostgreSQL service is reached by: members, ports, secrets, URLs. */
public final class Doors {
    public static final String PORT = "postgres";

    /** The port's name that the pooler's own engine gives it. */
    static final String POOLER_PORT = "pgbouncer";

    public static final String POOLER_SUFFIX = "pooler";

    private Doors() {}

    /** Where the member's sandbox has a program of the server's own version. */
    public static String program(Service<?> service, String name) {
        return "/usr/lib/postgresql/" + service.version() + "/bin/" + name;
    }

    public static String primary(Service<?> service) {
        return service.name() + "-0";
    }

    public static String pooler(Service<?> service) {
        return service.name() + "-" + POOLER_SUFFIX;
    }

    public static String exporter(Service<?> service) {
        return service.name() + "-exporter";
    }

    public static SecretRef password(Service<?> service, String role) {
        return new SecretRef(service.name(), "roles/" + role);
    }

    /** The password of that name, as long as the file asks where it is made now. */
    public static Redacted secret(Service<?> service, SecretRef secret, Context context) {
        return service.settings() instanceof PostgresSpec spec
                ? context.secret(secret, spec.passwordRules().length())
                : context.secret(secret);
    }

    /** Where the server itself is, whoever runs it. */
    public static Address direct(Service<?> service, Context context) {
        return ExternalPostgres.of(service)
                .map(ExternalPostgres::address)
                .orElseGet(() -> context.outside(primary(service), PORT));
    }

    /** How the server itself is believed; the pooler is always the stack's own. */
    public static Trust trust(Service<?> service, Context context) {
        return ExternalPostgres.of(service)
                .map(ExternalPostgres::trust)
                .orElseGet(() -> Trust.in(context.authorityFile()));
    }

    /** The role of Holdfast: the one of the address where somebody else runs the server. */
    public static String keeper(Service<?> service) {
        return ExternalPostgres.of(service).map(ExternalPostgres::role).orElse(Declared.HOLDFAST);
    }

    /** Its name where row-level security binds it, which it does only where somebody else runs the server. */
    public static Optional<String> bound(Service<?> service, Context context) {
        return Elsewhere.is(service)
                ? new ExternalSession(service, context).keeper().bound()
                : Optional.empty();
    }

    /** Whether the role of Holdfast is a superuser, which it always is but where somebody else runs the server. */
    public static boolean superuser(Service<?> service, Context context) {
        return !Elsewhere.is(service)
                || new ExternalSession(service, context).keeper().superuser();
    }

    /** The door of that role to a database of the server; {@link Declared#HOME} is where it goes in. */
    public static Door keeper(Service<?> service, Context context, String database) {
        return ExternalPostgres.of(service)
                .map(external -> new Door(
                        external.address(),
                        database.equals(Declared.HOME) ? external.database() : database,
                        external.role(),
                        external.password(),
                        external.trust()))
                .orElseGet(() -> new Door(
                        direct(service, context),
                        database,
                        Login.name(service.name(), Declared.HOLDFAST, context),
                        secret(
                                service,
                                password(service, Login.name(service.name(), Declared.HOLDFAST, context)),
                                context),
                        Trust.in(context.authorityFile())));
    }

    public static Address pooled(Service<?> service, Context context) {
        return context.outside(pooler(service), POOLER_PORT);
    }

    /** Without any user or password in it. */
    public static String url(Address address, String database, Trust trust) {
        return "postgresql://" + host(address) + path(database, trust);
    }

    public static Redacted url(Address address, String role, Redacted password, String database, Trust trust) {
        return new Redacted("postgresql://" + encoded(role) + ":" + encoded(password.reveal()) + "@" + host(address)
                + path(database, trust));
    }

    private static String host(Address address) {
        return address.host().contains(":") ? "[" + address.host() + "]:" + address.port() : address.toString();
    }

    private static String path(String database, Trust trust) {
        String root = trust.authorityFile().isEmpty()
                ? ""
                : "&sslrootcert=" + encoded(trust.authorityFile()).replace("%2F", "/");
        return "/" + encoded(database) + "?sslmode=" + trust.mode() + root;
    }

    /** As RFC 3986 wants it in every part of a URL: a form's plus sign would be read as a plus sign. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
    }
}
