package dev.holdfast.engines.pgbouncer;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.Login;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;

/** The names of what a pooler has, and of what it finds on the server behind it. */
final class PgBouncerNames {
    static final String PORT = "pgbouncer";

    /** The console's database, which PgBouncer itself answers for. */
    static final String CONSOLE = "pgbouncer";

    /** May do everything on the console. */
    static final String ADMIN = "holdfast_admin";

    /** May look on the console. */
    static final String STATS = "holdfast_stats";

    /** Roles of the server that its own engine makes where a pooler is declared. */
    static final String LOOKUP = "holdfast_pooler";

    static final String PROBE = "holdfast_probe";

    /** The Debian package of psql, which is also the version in its path. */
    static final String CLIENT_VERSION = "17";

    static final String SERVER_PORT = "postgres";
    static final String SERVER_DATABASE = "postgres";

    private PgBouncerNames() {}

    static String parent(Service<?> service) {
        return service.parent().orElse(service.name());
    }

    static String server(Service<?> service) {
        return parent(service) + "-0";
    }

    static String exporter(Service<?> service) {
        return service.name() + "-exporter";
    }

    static SecretRef own(Service<?> service, String user) {
        return new SecretRef(service.name(), "users/" + user);
    }

    static SecretRef ofServer(Service<?> service, String role) {
        return Login.password(parent(service), role);
    }

    /** As whom the pooler looks up verifiers now: that role, or its twin while its password is rotated. */
    static String lookup(Service<?> service, Context context) {
        return Login.name(parent(service), LOOKUP, context);
    }

    static PostgresWire.Door console(Service<?> service, Context context) {
        return new PostgresWire.Door(
                context.outside(service.name(), PORT),
                CONSOLE,
                STATS,
                context.secret(own(service, STATS)),
                PostgresWire.Trust.in(context.authorityFile()));
    }

    /** The way a client goes: its password is checked against the server's verifier, and the answer is the server's. */
    static PostgresWire.Door through(Service<?> service, Context context) {
        String probe = Login.name(parent(service), PROBE, context);
        return new PostgresWire.Door(
                context.outside(service.name(), PORT),
                PgBouncerServer.entered(service, context),
                probe,
                context.secret(ofServer(service, probe)),
                PostgresWire.Trust.in(context.authorityFile()));
    }
}
