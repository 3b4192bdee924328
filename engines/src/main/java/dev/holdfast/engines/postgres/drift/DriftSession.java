package dev.holdfast.engines.postgres.drift;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.stack.Service;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Questions about what was changed, each in a visit of its own. */
record DriftSession(Service<?> service, Context context) {

    /** A row by the names of its columns, without those that were null. */
    record Line(Map<String, String> values) {
        Line {
            values = Map.copyOf(values);
        }

        String text(String column) {
            return Optional.ofNullable(values.get(column)).orElse("");
        }

        Optional<Instant> moment(String column) {
            return Optional.ofNullable(values.get(column)).map(Instant::parse);
        }
    }

    List<Line> ask(String database, String file, String... arguments) {
        return query(database, Beside.text(DriftSession.class, file), arguments);
    }

    List<Line> query(String database, String question, String... arguments) {
        List<Line> lines = new ArrayList<>();
        try (Connection connection = PostgresSession.connection(service, context, database, 60);
                PreparedStatement statement = connection.prepareStatement(question)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setString(i + 1, arguments[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    lines.add(line(rows));
                }
            }
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
        return lines;
    }

    private static Line line(ResultSet row) throws SQLException {
        Map<String, String> values = new HashMap<>();
        ResultSetMetaData columns = row.getMetaData();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            boolean isMoment = columns.getColumnType(i) == Types.TIMESTAMP;
            String text = isMoment && row.getTimestamp(i) != null
                    ? row.getTimestamp(i).toInstant().toString()
                    : row.getString(i);
            if (text != null) {
                values.put(columns.getColumnLabel(i), text);
            }
        }
        return new Line(values);
    }
}
