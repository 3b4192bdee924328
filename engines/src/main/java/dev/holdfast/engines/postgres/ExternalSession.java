package dev.holdfast.engines.postgres;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.PostgresWire.Door;
import dev.holdfast.stack.Service;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What has to be known of a server that somebody else runs before anything is planned for it. Reads only. */
final class ExternalSession {
    private static final int ANSWER_SECONDS = 20;

    private final Service<?> service;
    private final Context context;

    ExternalSession(Service<?> service, Context context) {
        this.service = service;
        this.context = context;
    }

    ExternalKeeper keeper() {
        return ask(Declared.HOME, "external_keeper.sql", rows -> {
            if (!rows.next()) {
                throw new SQLException("the role of the address is not among the roles");
            }
            return new ExternalKeeper(
                    rows.getString("name"),
                    rows.getBoolean("rolsuper"),
                    rows.getBoolean("rolbypassrls"),
                    rows.getBoolean("rolcreaterole"),
                    rows.getBoolean("rolcreatedb"),
                    rows.getInt("version"),
                    Optional.ofNullable(rows.getString("libraries")),
                    texts(rows, "usable"),
                    texts(rows, "administered"),
                    texts(rows, "offered"),
                    texts(rows, "guarded"),
                    rows.getBoolean("provider"));
        });
    }

    /** Schemas with things in them whose owner the keeper does not have the rights of, and one such owner of each. */
    SortedMap<String, String> foreign(String database) {
        return ask(database, "external_foreign.sql", rows -> {
            SortedMap<String, String> owners = new TreeMap<>();
            while (rows.next()) {
                owners.put(rows.getString("schema"), rows.getString("owner"));
            }
            return owners;
        });
    }

    /** Whether the role lets itself in with the password Holdfast keeps: all that can be known without the verifiers. */
    boolean letsIn(String role) {
        Door keeper = Doors.keeper(service, context, Declared.HOME);
        Door door = new Door(
                keeper.address(),
                keeper.database(),
                role,
                Doors.secret(service, Doors.password(service, role), context),
                keeper.trust());
        try (Connection entered = PostgresWire.open(door, false, ANSWER_SECONDS)) {
            return entered.isValid(ANSWER_SECONDS);
        } catch (SQLException refused) {
            // any other refusal (no such database for it, too many connections) comes after the password was right
            return !Optional.ofNullable(refused.getSQLState()).orElse("").startsWith("28P");
        }
    }

    private interface Answer<T> {
        T read(ResultSet rows) throws SQLException;
    }

    private <T> T ask(String database, String file, Answer<T> answer) {
        try (Connection connection = PostgresSession.connection(service, context, database, ANSWER_SECONDS);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(Beside.text(ExternalSession.class, file))) {
            return answer.read(rows);
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    private static SortedSet<String> texts(ResultSet rows, String column) throws SQLException {
        return new TreeSet<>(List.of((String[]) rows.getArray(column).getArray()));
    }
}
