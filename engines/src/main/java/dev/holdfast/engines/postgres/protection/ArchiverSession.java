package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.stack.Service;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** What the server says of its own archiving. */
public final class ArchiverSession {
    private static final int PATIENCE_SECONDS = 30;

    /** Longer than a slow store needs for one file, and much shorter than a disk needs to fill. */
    private static final long STUCK_SECONDS = 90;

    private static final Duration FLUSH = Duration.ofSeconds(20);
    private static final long LOOK_NANOS = Duration.ofMillis(50).toNanos();

    /** One row, see {@link #read}. */
    static final String QUESTION = Beside.text(ArchiverSession.class, "archiver.sql");

    private ArchiverSession() {}

    /**
     * @param failing whether the last try failed
     * @param waiting files of the log that are to be archived, {@code bytes} what they take on the server's disk
     * @param oldestSeconds for how long the first of them has been waiting
     * @param error what the last failure said
     * @param asked when the server was asked, by its own clock
     */
    public record State(
            boolean failing,
            long archived,
            Optional<Instant> lastArchived,
            long waiting,
            long bytes,
            long oldestSeconds,
            String error,
            Instant asked) {

        public boolean isBroken() {
            return failing || oldestSeconds > STUCK_SECONDS;
        }

        /** What a ready server adds to its own evidence. */
        public String proof() {
            return lastArchived.map(at -> ", archived at " + at).orElse(", nothing archived yet");
        }

        /** The evidence, without a full stop. */
        public String because(String service) {
            String cause = error.isBlank()
                    ? ""
                    : ": " + Refusal.of(service, "archiving", 1, error).cause();
            String since = lastArchived.map(at -> "since " + at).orElse("yet");
            return "its write-ahead log is not archived " + since + cause + "; " + waiting + " files ("
                    + bytes / (1 << 20) + " MiB) wait on its disk";
        }

        public String next(String service) {
            return error.isBlank()
                    ? "See 'holdfast logs " + service + "' for what its archive command says."
                    : Refusal.of(service, "archiving", 1, error).remedy()
                            + " Archiving then goes on by itself within a minute.";
        }
    }

    /** With the question's columns appended to a row that begins elsewhere: {@code first} is the first of them. */
    public static State read(ResultSet row, int first) throws SQLException {
        java.sql.Timestamp last = row.getTimestamp(first + 2);
        return new State(
                row.getBoolean(first),
                row.getLong(first + 1),
                Optional.ofNullable(last).map(java.sql.Timestamp::toInstant),
                row.getLong(first + 3),
                row.getLong(first + 4),
                row.getLong(first + 5),
                Optional.ofNullable(row.getString(first + 6)).orElse(""),
                row.getTimestamp(first + 7).toInstant());
    }

    /** The columns as a part of another question. */
    public static String question() {
        return QUESTION.strip();
    }

    static State ask(Service<?> service, Context context) {
        try (Connection connection = PostgresSession.connection(service, context, Declared.HOME, PATIENCE_SECONDS);
                PreparedStatement statement = connection.prepareStatement(QUESTION);
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return read(rows, 1);
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    /** Has all that was committed until now archived, so that a restore can reach it; waits for that a little. */
    static void flush(Service<?> service, Context context) {
        State before = ask(service, context);
        if (before.isBroken()) {
            return;
        }
        var _ = switchLog(service, context);
        long end = System.nanoTime() + FLUSH.toNanos();
        while (ask(service, context).archived() <= before.archived() && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Has the file of the log that is being written archived next; returns its name. */
    static String switchLog(Service<?> service, Context context) {
        String question = "SELECT pg_walfile_name(pg_current_wal_lsn()), pg_create_restore_point('holdfast')::text,"
                + " pg_switch_wal()::text";
        try (Connection connection = PostgresSession.connection(service, context, Declared.HOME, PATIENCE_SECONDS);
                PreparedStatement statement = connection.prepareStatement(question);
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getString(1);
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }
}
