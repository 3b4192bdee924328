package dev.holdfast.engines.postgres.copying;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.Login;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.PostgresWire.Door;
import dev.holdfast.engines.PostgresWire.Trust;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.PostgresSession;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.Safe;
import dev.holdfast.secret.Scram;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What is said to a server before and after its files were cloned. */
final class EntranceSession {
    private static final int ANSWER_SECONDS = 600;

    /** A log that is long to replay keeps the server away; that it came to its end is seen by whoever keeps it up. */
    private static final long PATIENCE_NANOS = Duration.ofMinutes(10).toNanos();

    private static final long RELOAD_NANOS = Duration.ofSeconds(30).toNanos();

    private static final Duration PAUSE = Duration.ofMillis(5);

    /** None of it is written to the log of the server. */
    private static final String SILENCE = "SET search_path = pg_catalog; SET standard_conforming_strings = on;"
            + " SET log_statement = 'none'; SET log_min_duration_statement = -1; SET log_min_error_statement = 'panic'";

    private EntranceSession() {}

    static void checkpoint(Service<?> service, Context from) {
        try (Connection connection = PostgresSession.connection(service, from, Declared.HOME, ANSWER_SECONDS);
                Statement statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    /**
     * Comes in with the login of the place that the data came from and gives every role that this place knows the password
     * it has here. Second logins, which only a rotation over there knows of, are good no more.
     */
    static void enter(Service<PostgresSpec> service, Safe lent, Context to) throws InterruptedException {
        String login = Login.name(service.name(), Declared.HOLDFAST, lent);
        Optional<Redacted> password = lent.find(Doors.password(service, login));
        Redacted own = Doors.secret(service, Doors.password(service, Declared.HOLDFAST), to);
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                if (password.isEmpty()) {
                    door(service, to, Declared.HOLDFAST, own).close();
                    return;
                }
                take(service, door(service, to, login, password.get()), to);
                return;
            } catch (SQLException e) {
                if (isRefused(e) && password.isPresent()) {
                    // who was interrupted had come this far already
                    password = Optional.empty();
                } else if (isRefused(e) || System.nanoTime() > end) {
                    throw PostgresSession.unreachable(service, e);
                }
            }
            Thread.sleep(PAUSE);
        }
    }

    /** Whoever is let in by the same login next goes on with the connection, where somebody keeps it for him. */
    private static void take(Service<PostgresSpec> service, Connection connection, Context to) throws SQLException {
        boolean kept = false;
        try {
            try (Statement statement = connection.createStatement()) {
                take(service, statement, to);
            }
            kept = PostgresSession.leave(service, to, Declared.HOME, connection);
        } finally {
            if (!kept) {
                connection.close();
            }
        }
    }

    /** In one go, so that no role has the password of the other place once anybody else may come in. */
    private static void take(Service<PostgresSpec> service, Statement statement, Context to) throws SQLException {
        statement.execute(SILENCE);
        List<String> logins = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("SELECT rolname FROM pg_roles WHERE rolcanlogin")) {
            while (rows.next()) {
                logins.add(rows.getString(1));
            }
        }
        Set<String> known = Declared.logins(service);
        statement.execute(logins.parallelStream()
                .flatMap(login -> changed(service, login, known, to).stream())
                .collect(Collectors.joining("; ")));
    }

    private static Optional<String> changed(
            Service<PostgresSpec> service, String login, Set<String> known, Context to) {
        String base = Login.base(login);
        boolean isTwin = !base.equals(login);
        if (isTwin
                && Login.of(service.name(), base, to)
                        .filter(rotation -> rotation.twins().contains(login))
                        .isEmpty()) {
            return Optional.of("ALTER ROLE " + Sql.name(login) + " NOLOGIN");
        }
        if (!known.contains(base)) {
            // made by hand: nobody here keeps a password for it
            return Optional.empty();
        }
        SecretRef password = Doors.password(service, login);
        String verifier = Scram.verifier(
                Doors.secret(service, password, to),
                to.secret(new SecretRef(password.service(), "salts/" + password.name())));
        return Optional.of("ALTER ROLE " + Sql.name(login) + " PASSWORD " + Sql.text(verifier));
    }

    /** The server takes new rules for connections when it comes to it, and says nothing. */
    static void awaitReload(Service<?> service, Context to) throws InterruptedException {
        long end = System.nanoTime() + RELOAD_NANOS;
        while (!isReloaded(service, to)) {
            if (System.nanoTime() > end) {
                throw new HoldfastException(Problem.of(
                        Code.HF3501,
                        "PostgreSQL '" + service.name() + "' has not read its rules for connections within "
                                + Duration.ofNanos(RELOAD_NANOS).toSeconds()
                                + " s, so that nobody but Holdfast can come in",
                        "See 'holdfast logs " + service.name() + "' for why, then run the command again."));
            }
            Thread.sleep(PAUSE);
        }
    }

    private static boolean isReloaded(Service<?> service, Context to) {
        try (Connection connection = PostgresSession.connection(service, to, Declared.HOME, ANSWER_SECONDS);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_conf_load_time() > pg_postmaster_start_time()")) {
            return row.next() && row.getBoolean(1);
        } catch (SQLException e) {
            throw PostgresSession.unreachable(service, e);
        }
    }

    private static Connection door(Service<?> service, Context to, String login, Redacted password)
            throws SQLException {
        return PostgresWire.open(
                new Door(Doors.direct(service, to), Declared.HOME, login, password, Trust.in(to.authorityFile())),
                false,
                ANSWER_SECONDS);
    }

    private static boolean isRefused(SQLException e) {
        return Optional.ofNullable(e.getSQLState()).orElse("").startsWith("28");
    }
}
