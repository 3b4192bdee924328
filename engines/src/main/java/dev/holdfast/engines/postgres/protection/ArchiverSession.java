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
import java.sql.Statement;
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
    private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();

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

    /**
     * What came of having the log archived up to now.
     *
     * @param complete the moment, by the server's clock, before which every commit is in the store; empty where it got stuck
     * @param note what kept it from getting there, a sentence
     */
    record Flushed(Optional<Instant> complete, Optional<String> note) {
        /** Where the server is not at hand, or its newest commits are not wanted. */
        static final Flushed NOT = new Flushed(Optional.empty(), Optional.empty());
    }

    /** Has all that was committed until now archived, so that a restore can reach it; waits for that a little. */
    static Flushed flush(Service<?> service, Context context) {
        State before = ask(service, context);
        if (before.isBroken()) {
            return new Flushed(Optional.empty(), Optional.of(stuck(service, before)));
        }
        Switched switched = switchLog(service, context);
        return isArchived(service, context, switched, FLUSH, () -> {})
                ? new Flushed(Optional.of(switched.at()), Optional.empty())
                : new Flushed(Optional.empty(), Optional.of(stuck(service, ask(service, context))));
    }

    private static String stuck(Service<?> service, State state) {
        return "The newest commits of " + service.name() + " cannot be reached, because "
                + state.because(service.name()) + ".";
    }

    /**
     * A file of the log that was ended before its time.
     *
     * @param at by the server's clock: all that was committed before it is in this file or in one before it
     */
    record Switched(String file, Instant at) {}

    /** Has the file of the log that is being written archived next. */
    static Switched switchLog(Service<?> service, Context context) {
        // the point is there so that even a server that nobody writes to has something to end a file after
        String question = "SELECT clock_timestamp(), pg_create_restore_point('holdfast')";
        try (Connection connection = PostgresSession.connection(service, context, Declared.HOME, PATIENCE_SECONDS);
                Statement statement = connection.createStatement()) {
            Instant at;
            try (ResultSet row = statement.executeQuery(question)) {
                row.next();
                at = row.getTimestamp(1).toInstant();
            }
            try (ResultSet row = statement.executeQuery("SELECT pg_walfile_name(pg_switch_wal())")) {
                row.next();
                return new Switched(row.getString(1), at);
            }
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    /**
     * Waits until that very file is in the store; false where the time is over before. Others may be archived meanwhile, so
     * that their number says nothing: a file is waiting for as long as it is marked as ready.
     */
    static boolean isArchived(
            Service<?> service, Context context, Switched switched, Duration patience, Runnable meanwhile) {
        String question = "SELECT count(*) = 0 FROM pg_ls_archive_statusdir() WHERE name = ?";
        long end = System.nanoTime() + patience.toNanos();
        try (Connection connection = PostgresSession.connection(service, context, Declared.HOME, PATIENCE_SECONDS);
                PreparedStatement statement = connection.prepareStatement(question)) {
            statement.setString(1, switched.file() + ".ready");
            while (true) {
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    if (row.getBoolean(1)) {
                        return true;
                    }
                }
                if (System.nanoTime() > end) {
                    return false;
                }
                meanwhile.run();
                LockSupport.parkNanos(LOOK_NANOS);
            }
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }
}
