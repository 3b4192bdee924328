package dev.holdfast.engines.postgres.copying;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.Filling.Step;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.Scram;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.List;

/**
 * Sees to it that Holdfast gets into a server whose data came from elsewhere, whatever passwords that had: before the
 * server's first start, in its single-user mode, where nobody is asked for one and nobody else can be.
 */
public final class Entrance {
    private static final Duration PATIENCE = Duration.ofHours(24);

    private Entrance() {}

    /**
     * The last step of a filling. It replays what WAL there is to be replayed (with a {@code recovery.signal} the whole
     * way to its target, which it then has promoted), and gives the role of Holdfast the password of {@code to}. All
     * other roles' are then set by Access, over a connection.
     */
    public static Step step(Service<?> service, Context to) {
        return new Step(
                        "opening " + service.name(),
                        List.of(
                                Doors.program(service, "postgres"),
                                "--single",
                                "-D",
                                "/data",
                                "-j",
                                "-c",
                                "config_file=/config/postgresql.conf",
                                "-c",
                                "hba_file=/config/pg_hba.conf",
                                // what libraries do in the background must wait for the real start
                                "-c",
                                "shared_preload_libraries=",
                                // one process cannot be both who replays and who could look on meanwhile
                                "-c",
                                "hot_standby=off",
                                "-c",
                                "archive_mode=off",
                                "-c",
                                "exit_on_error=on",
                                "-c",
                                "log_min_error_statement=panic",
                                "-c",
                                "log_min_duration_statement=-1",
                                "template1"),
                        PATIENCE)
                .withInput(Redacted.later(() -> script(service, to)));
    }

    /** In this mode a statement ends with a semicolon and an empty line. */
    private static String script(Service<?> service, Context to) {
        SecretRef password = Doors.password(service, Declared.HOLDFAST);
        String verifier = Scram.verifier(
                Doors.secret(service, password, to), to.secret(new SecretRef(password.service(), "salts/" + password.name())));
        String role = Sql.name(Declared.HOLDFAST);
        return "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = "
                + Sql.text(Declared.HOLDFAST) + ") THEN CREATE ROLE " + role + "; END IF; END $$;\n\n"
                + "ALTER ROLE " + role
                + " SUPERUSER LOGIN REPLICATION CONNECTION LIMIT -1 VALID UNTIL 'infinity' PASSWORD "
                + Sql.text(verifier) + ";\n\n";
    }
}
