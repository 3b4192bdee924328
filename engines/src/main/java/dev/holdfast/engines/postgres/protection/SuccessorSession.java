package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.PostgresWire.Door;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.Scram;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A copy that serves and is to take the place of its source. Asked again after it was interrupted, it does the same. */
final class SuccessorSession implements AutoCloseable {
    private static final int ANSWER_SECONDS = 60;

    private final Service<?> service;
    private final Context to;
    private final Connection connection;

    private SuccessorSession(Service<?> service, Context to, Connection connection) {
        this.service = service;
        this.to = to;
        this.connection = connection;
    }

    /** With its own password, or with the one it was given by an attempt before this one. */
    static SuccessorSession open(Service<?> service, Context copy, Context to) {
        Door own = Doors.keeper(service, copy, Declared.HOME);
        try {
            return new SuccessorSession(service, to, PostgresWire.open(own, false, ANSWER_SECONDS));
        } catch (SQLException refused) {
            if (!String.valueOf(refused.getSQLState()).startsWith("28")) {
                throw PostgresSession.unreachable(service, refused);
            }
        }
        try {
            Door given = new Door(
                    own.address(),
                    own.database(),
                    own.role(),
                    Doors.keeper(service, to, Declared.HOME).password(),
                    own.trust());
            return new SuccessorSession(service, to, PostgresWire.open(given, false, ANSWER_SECONDS));
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    /** What it writes its log on now. */
    int timeline() {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_insert_lsn())")) {
            row.next();
            return Integer.parseInt(row.getString(1).substring(0, 8), 16);
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    /** Gives Holdfast's own role there the password of the other place. */
    void handOver() {
        SecretRef password = Doors.password(service, Declared.HOLDFAST);
        Redacted salt = to.secret(new SecretRef(password.service(), "salts/" + password.name()));
        String verifier = Scram.verifier(to.secret(password), salt);
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "SET search_path = pg_catalog; SET log_statement = 'none'; SET log_min_duration_statement = -1;"
                            + " SET log_min_error_statement = 'panic'; ALTER ROLE " + Sql.name(Declared.HOLDFAST)
                            + " PASSWORD "
                            + Sql.text(verifier));
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException gone) {
            throw PostgresSession.unreachable(service, gone);
        }
    }
}
