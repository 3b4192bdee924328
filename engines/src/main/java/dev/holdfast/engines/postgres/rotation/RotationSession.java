package dev.holdfast.engines.postgres.rotation;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.Login;
import dev.holdfast.engines.postgres.Applied;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The second half of a rotation, on the server. Every step is harmless where it has been done before. */
final class RotationSession {
    private final Service<PostgresSpec> service;
    private final Context context;

    RotationSession(Service<PostgresSpec> service, Context context) {
        this.service = service;
        this.context = context;
    }

    /** From here on the old password of the role is refused. */
    void give(String role, SecretRef password) {
        execute("ALTER ROLE " + Sql.name(role) + " PASSWORD " + Sql.password(password) + ";");
    }

    /** Who is in with what is no longer good. */
    int sessions(String role, Optional<String> twin) {
        List<String> names = new ArrayList<>(List.of(role));
        twin.ifPresent(names::add);
        try (Connection connection = PostgresSession.connection(service, context, Declared.HOME, 60);
                PreparedStatement question =
                        connection.prepareStatement(Beside.text(RotationSession.class, "sessions.sql"))) {
            question.setArray(1, connection.createArrayOf("name", names.toArray()));
            try (ResultSet row = question.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    /** Whether it is gone; one that somebody is still in with only loses its right to log in. */
    boolean dropTwin(String twin) {
        if (!exists(twin)) {
            return true;
        }
        execute("ALTER ROLE " + Sql.name(twin) + " NOLOGIN;");
        if (sessions(twin, Optional.empty()) > 0) {
            return false;
        }
        String base = Sql.name(Login.base(twin));
        databases()
                .forEach(database -> execute(Sql.connect(database) + "\nREASSIGN OWNED BY " + Sql.name(twin) + " TO "
                        + base + ";\nDROP OWNED BY " + Sql.name(twin) + ";"));
        execute("DROP ROLE IF EXISTS " + Sql.name(twin) + ";");
        return true;
    }

    /** What was made after {@code SET ROLE none} belongs to the twin; it is the role's. */
    void returnObjects(String twin, String role) {
        databases()
                .forEach(database -> execute(Sql.connect(database) + "\nREASSIGN OWNED BY " + Sql.name(twin) + " TO "
                        + Sql.name(role) + ";"));
    }

    /** On a server of somebody else those that its role may enter: what is in others cannot be of ours. */
    private List<String> databases() {
        return query("SELECT datname FROM pg_catalog.pg_database WHERE datallowconn AND datname <> 'template1'"
                + " AND pg_catalog.has_database_privilege(oid, 'CONNECT')");
    }

    private boolean exists(String role) {
        return query("SELECT rolname FROM pg_catalog.pg_roles").contains(role);
    }

    private List<String> query(String question) {
        List<String> answers = new ArrayList<>();
        try (Connection connection = PostgresSession.connection(service, context, Declared.HOME, 60);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(question)) {
            while (rows.next()) {
                answers.add(rows.getString(1));
            }
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
        return answers;
    }

    private void execute(String sql) {
        Applied.statement(sql, service, context);
    }
}
