package dev.holdfast.engines.postgres;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Context;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** The names of what a PostgreSQL service is reached by: members, ports, secrets, URLs. */
public final class Doors {
    public static final String PORT = "postgres";

    /** The port's name that the pooler's own engine gives it. */
    static final String POOLER_PORT = "pgbouncer";

    public static final String POOLER_SUFFIX = "pooler";

    private Doors() {}

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

    public static Address direct(Service<?> service, Context context) {
        return context.outside(primary(service), PORT);
    }

    public static Address pooled(Service<?> service, Context context) {
        return context.outside(pooler(service), POOLER_PORT);
    }

    /** Without any user or password in it. */
    public static String url(Address address, String database, String authorityFile) {
        return "postgresql://" + host(address) + path(database, authorityFile);
    }

    public static Redacted url(Address address, String role, Redacted password, String database, String authorityFile) {
        return new Redacted("postgresql://" + encoded(role) + ":" + encoded(password.reveal()) + "@" + host(address)
                + path(database, authorityFile));
    }

    private static String host(Address address) {
        return address.host().contains(":") ? "[" + address.host() + "]:" + address.port() : address.toString();
    }

    private static String path(String database, String authorityFile) {
        return "/" + encoded(database) + "?sslmode=verify-full&sslrootcert="
                + encoded(authorityFile).replace("%2F", "/");
    }

    /** As RFC 3986 wants it in every part of a URL: a form's plus sign would be read as a plus sign. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
    }
}
