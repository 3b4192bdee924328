package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What other tools have recorded in a database: {@code foreign.yaml} says how each of them does it. Their tables are only read. */
final class ForeignSession {
    private static final Pattern NUMBER = Pattern.compile("^(\\d+)");

    private final LedgerSession ledger;
    private final Connection connection;

    ForeignSession(LedgerSession ledger, Connection connection) {
        this.ledger = ledger;
        this.connection = connection;
    }

    /** One entry of another tool's record. */
    record Old(String name, Optional<Instant> at, boolean finished) {
        /** The number the name begins with, as most tools have it. */
        Optional<MigrationVersion> version() {
            Matcher number = NUMBER.matcher(name);
            return number.find() ? MigrationVersion.parse(number.group(1)) : Optional.empty();
        }
    }

    /** A tool and all it has recorded, in its order. */
    record Found(String tool, String table, List<Old> entries) {
        Found {
            entries = List.copyOf(entries);
        }
    }

    /** Why a run must not begin: there is something, and nothing says what of the files it has. */
    static Optional<Problem> refusal(MigrationPlace place, LedgerSession ledger) throws SQLException {
        if (ledger.hasHistory() || ledger.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> tool = tools().stream()
                .filter(one -> exists(ledger, one))
                .map(Tool::name)
                .findFirst();
        return Optional.of(Problem.of(
                Code.HF3568,
                "database " + place.shown() + " has tables"
                        + tool.map(name -> ", made with " + name + ",").orElse("")
                        + " and no record of migrations in " + place.history(),
                "Run holdfast migrate adopt " + place.shown()
                        + (tool.isPresent() ? "" : " --at VERSION")
                        + ", which records how far the database has come; nothing of it is changed."));
    }

    private static boolean exists(LedgerSession ledger, Tool tool) {
        try {
            return ledger.exists(tool.table());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private record Tool(String name, String table, String column, String query) {}

    private static List<Tool> tools() {
        List<Tool> tools = new ArrayList<>();
        for (Map.Entry<String, Map<String, ?>> one :
                Beside.table(ForeignSession.class, "foreign.yaml").entrySet()) {
            Map<String, ?> words = one.getValue();
            tools.add(new Tool(
                    String.valueOf(words.get("tool")),
                    String.valueOf(words.get("table")),
                    String.valueOf(words.get("column")),
                    String.valueOf(words.get("entries"))));
        }
        return List.copyOf(tools);
    }

    /** The record of another tool, or empty where there is none. */
    Optional<Found> find() throws SQLException {
        for (Tool tool : tools()) {
            if (ledger.exists(tool.table()) && has(tool)) {
                List<Old> entries = new ArrayList<>();
                try (Statement statement = connection.createStatement();
                        ResultSet row = statement.executeQuery(tool.query())) {
                    while (row.next()) {
                        entries.add(new Old(
                                row.getString("name"),
                                Optional.ofNullable(row.getTimestamp("at")).map(Timestamp::toInstant),
                                row.getBoolean("finished")));
                    }
                }
                return Optional.of(new Found(tool.name(), tool.table(), entries));
            }
        }
        return Optional.empty();
    }

    private boolean has(Tool tool) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(?) AND attname = ? AND NOT attisdropped)")) {
            statement.setString(1, tool.table());
            statement.setString(2, tool.column());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /** Where the files stand for what was found, or the refusal that asks for the word. */
    static String version(MigrationPlace place, MigrationFolder folder, Found found) {
        List<Old> broken =
                found.entries().stream().filter(one -> !one.finished()).toList();
        if (!broken.isEmpty()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3569,
                    found.tool() + " has not finished '" + broken.getFirst().name() + "' in " + place.shown(),
                    "Bring it to its end with " + found.tool() + " first, then run holdfast migrate adopt again."));
        }
        List<MigrationVersion> versions = folder.versioned().stream()
                .flatMap(file -> file.version().stream())
                .toList();
        Optional<MigrationVersion> last = found.entries().stream()
                .flatMap(one -> one.version().stream())
                .filter(versions::contains)
                .max(MigrationVersion::compareTo);
        return last.map(MigrationVersion::toString)
                .orElseThrow(
                        () -> new HoldfastException(
                                Problem.of(
                                        Code.HF3569,
                                        found.tool() + " has recorded "
                                                + found.entries().size() + " migrations in " + place.shown()
                                                + (found.entries().isEmpty()
                                                        ? ""
                                                        : ", the last '"
                                                                + found.entries()
                                                                        .getLast()
                                                                        .name() + "'")
                                                + ", and no file in " + folder.path() + " has a version of theirs",
                                        "Say up to which of your files the database has come: holdfast migrate adopt "
                                                + place.shown()
                                                + " --at VERSION. A version below all of yours, such as 0.1, means that none of them has run.")));
    }

    /** Keeps what was found readable in the status. */
    void keep(MigrationPlace place, Found found, String operation, String actor) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "INSERT INTO holdfast.migrations (history, script, state, text, operation, actor, begun, ended) VALUES (?, ?,"
                        + " 'adopted', '', ?, ?, coalesce(?, clock_timestamp()), clock_timestamp()) ON CONFLICT DO NOTHING")) {
            for (Old one : found.entries()) {
                statement.setString(1, place.history());
                statement.setString(2, found.tool() + ": " + one.name());
                statement.setString(3, operation);
                statement.setString(4, actor);
                statement.setTimestamp(5, one.at().map(Timestamp::from).orElse(null));
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** The quoted table of a found record. */
    static String quoted(Found found) {
        return Sql.name(found.table());
    }
}
