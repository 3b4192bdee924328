package dev.holdfast.proof.engines;

import java.io.StringWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;

/**
 * One session that belongs to one tenant and tries to get at the rows of another. A refusal is as good as no row; whatever
 * comes through is written down. Nothing is kept: each try is rolled back.
 */
final class Attack {
    private final Connection connection;
    private final String mine;
    private final String theirs;
    private final String who;
    private final List<String> found;

    Attack(Connection connection, String mine, String theirs, String who, List<String> found) {
        this.connection = connection;
        this.mine = mine;
        this.theirs = theirs;
        this.who = who;
        this.found = found;
    }

    void run(List<String> tables) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "SELECT set_config('app.tenant_id', '" + mine + "', true), set_config('app.role', 'member', true)");
            for (String table : tables) {
                read(table);
                write(table);
            }
            List<String> parts = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery("""
                    SELECT i.inhrelid::regclass::text FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE p.relkind = 'p'
                    """)) {
                while (rows.next()) {
                    parts.add(rows.getString(1));
                }
            }
            for (String part : parts) {
                seen("partition " + part, "SELECT count(*) FROM " + part);
                changed("partition " + part, "DELETE FROM " + part);
            }
            seen("the list of tenants", "SELECT count(*) FROM tenants WHERE id <> '" + mine + "'");
            changed("the list of tenants", "UPDATE tenants SET name = 'x' WHERE true");
            changed("the list of tenants, a new row", "INSERT INTO tenants (name) VALUES ('another')");
            seen("a view", "SELECT count(*) FROM open_orders WHERE what LIKE 'their%'");
            seen("a view of one table", "SELECT count(*) FROM all_names WHERE name LIKE 'their%'");
            seen("a function of the owner", "SELECT count_orders() - 1");
            references();
            if (who.startsWith("app")) {
                for (String table : tables) {
                    counters(statement, table);
                }
            }
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private void read(String table) throws SQLException {
        String condition = " WHERE tenant_id = '" + theirs + "'";
        seen("SELECT", "SELECT count(*) FROM " + table + condition);
        seen("SELECT of all", "SELECT count(*) - 1 FROM " + table);
        seen("a sub-query", "SELECT count(*) FROM (SELECT * FROM " + table + " OFFSET 0) AS all_of_it" + condition);
        seen("a lock", "SELECT count(*) FROM (SELECT FROM " + table + condition + " FOR UPDATE) AS locked");
        seen(
                "statistics",
                "SELECT count(*) FROM pg_stats WHERE schemaname || '.' || tablename IN ('" + table + "', 'public."
                        + table + "')");
        tried("COPY", () -> {
            StringWriter out = new StringWriter();
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("COPY (SELECT * FROM " + table + ") TO STDOUT", out);
            return out.toString().contains(theirs);
        });
        tried("a cursor", () -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("DECLARE every CURSOR FOR SELECT * FROM " + table + condition);
                try (ResultSet rows = statement.executeQuery("FETCH ALL FROM every")) {
                    return rows.next();
                }
            }
        });
        tried("a prepared statement", () -> {
            try (PreparedStatement prepared =
                    connection.prepareStatement("SELECT * FROM " + table + " WHERE tenant_id = ?::uuid")) {
                boolean any = false;
                for (int i = 0; i < 7; i++) {
                    prepared.setString(1, theirs);
                    try (ResultSet rows = prepared.executeQuery()) {
                        any |= rows.next();
                    }
                }
                return any;
            }
        });
        tried("a function that tells what it is given", () -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SELECT * FROM " + table + " AS t WHERE leak(t::text)");
                for (SQLWarning said = statement.getWarnings(); said != null; said = said.getNextWarning()) {
                    if (String.valueOf(said.getMessage()).contains(theirs)) {
                        return true;
                    }
                }
                return false;
            }
        });
        tried("EXPLAIN ANALYZE", () -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(
                            "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT * FROM " + table
                                    + condition)) {
                rows.next();
                return !rows.getString(1).contains("rows=0")
                        && !rows.getString(1).contains("never executed");
            }
        });
    }

    private void write(String table) throws SQLException {
        String condition = " WHERE tenant_id = '" + theirs + "'";
        String column = table.equals("users") ? "name" : table.equals("sales.visits") ? "page" : "what";
        changed("UPDATE", "UPDATE " + table + " SET " + column + " = 'x'" + condition);
        changed("DELETE", "DELETE FROM " + table + condition);
        changed("a gift to another tenant", "UPDATE " + table + " SET tenant_id = '" + theirs + "' WHERE true");
        changed("TRUNCATE", "TRUNCATE " + table + " CASCADE");
        if (!table.equals("orders")) {
            changed("INSERT", "INSERT INTO " + table + " (tenant_id, " + column + ") VALUES ('" + theirs + "', 'x')");
            tried(
                    "COPY FROM",
                    () -> connection
                                    .unwrap(PGConnection.class)
                                    .getCopyAPI()
                                    .copyIn(
                                            "COPY " + table + " (tenant_id, " + column + ") FROM STDIN",
                                            new java.io.StringReader(theirs + "\tx\n"))
                            > 0);
        }
    }

    /** How much others write, and the numbers that they will get. The owner of a sequence can read it, whatever is revoked. */
    private void counters(Statement statement, String table) throws SQLException {
        String counter = TenancyTest.one(statement, "SELECT pg_get_serial_sequence('" + table + "', 'id')");
        boolean isSerial = table.equals("orders");
        seen("a sequence", "SELECT last_value FROM " + counter);
        seen("a sequence set", "SELECT setval('" + counter + "', 1)");
        if (!isSerial) {
            seen("a sequence used", "SELECT nextval('" + counter + "')");
            seen("a sequence's last number", "SELECT currval('" + counter + "')");
            seen(
                    "the list of sequences",
                    "SELECT count(last_value) FROM pg_sequences WHERE schemaname || '.' || sequencename = '" + counter
                            + "'");
            seen("a sequence by its function", "SELECT coalesce(pg_sequence_last_value('" + counter + "'), 0)");
        }
    }

    /** Foreign keys are checked past the policies: no row may be tied to another tenant's, nor told to be there. */
    private void references() throws SQLException {
        for (int id = 1; id <= 4; id++) {
            int user = id;
            tried("a foreign key to user " + id, () -> {
                try (Statement statement = connection.createStatement()) {
                    if (!TenancyTest.one(statement, "SELECT count(*) FROM users WHERE id = " + user)
                            .equals("0")) {
                        return false;
                    }
                    return statement.executeUpdate("INSERT INTO orders (tenant_id, user_id, what) VALUES ('" + mine
                                    + "', " + user + ", 'x')")
                            > 0;
                }
            });
        }
    }

    private void seen(String way, String question) throws SQLException {
        tried(way + " (" + question + ")", () -> {
            try (Statement statement = connection.createStatement()) {
                return Long.parseLong(TenancyTest.one(statement, question)) > 0;
            }
        });
    }

    private void changed(String way, String statement) throws SQLException {
        tried(way + " (" + statement + ")", () -> {
            try (Statement attempt = connection.createStatement()) {
                return attempt.executeUpdate(statement) > 0 || statement.startsWith("TRUNCATE");
            }
        });
    }

    private interface Try {
        boolean succeeds() throws SQLException, java.io.IOException;
    }

    private void tried(String way, Try attempt) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            if (attempt.succeeds()) {
                found.add(who + ": " + way);
            }
        } catch (SQLException refused) {
            String state = String.valueOf(refused.getSQLState());
            // no privilege or a policy, a foreign key, no partition, COPY into tables with policies; anything else is a
            // mistake of the test
            if (!List.of("42501", "23503", "23514", "0A000").contains(state)) {
                throw new AssertionError(who + ": " + way + ": " + refused.getMessage(), refused);
            }
        } catch (java.io.IOException broken) {
            throw new AssertionError(broken);
        } finally {
            connection.rollback(before);
        }
    }
}
