package dev.holdfast.engines;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Health;
import dev.holdfast.secret.Redacted;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;

/** The PostgreSQL protocol, which more than one engine speaks: how to get in, and what a refusal means. */
public final class PostgresWire {
    private static final String CANCEL_SECONDS = "2";

    private PostgresWire() {}

    /** Who asks for what, and by whose word the server is believed. */
    public record Door(Address address, String database, String role, Redacted password, Trust trust) {}

    /**
     * How a server is believed: {@code mode} is libpq's sslmode, {@code authorityFile} the certificates it is compared
     * with (empty where it is not), and {@code seconds} how long it may take to let us in.
     */
    public record Trust(String mode, String authorityFile, int seconds) {
        /** A server of the stack's own. */
        public static Trust in(String authorityFile) {
            return new Trust("verify-full", authorityFile, 2);
        }
    }

    /**
     * Opens a connection, believing the server as the door says: one of the stack's own over TLS 1.3 with its name and
     * authority verified, within two seconds. {@code console} is for a pooler's own console, which knows neither prepared
     * statements nor settings.
     */
    public static Connection open(Door door, boolean console, int answerSeconds) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", door.role());
        properties.setProperty("password", door.password().reveal());
        properties.setProperty("sslmode", door.trust().mode());
        if (!door.trust().authorityFile().isEmpty()) {
            properties.setProperty("sslrootcert", door.trust().authorityFile());
        }
        String seconds = Integer.toString(door.trust().seconds());
        properties.setProperty("gssEncMode", "disable");
        properties.setProperty("connectTimeout", seconds);
        properties.setProperty("loginTimeout", seconds);
        properties.setProperty("socketTimeout", Integer.toString(answerSeconds));
        properties.setProperty("cancelSignalTimeout", CANCEL_SECONDS);
        properties.setProperty("ApplicationName", "holdfast");
        // fewer round trips at the start; every server from 9.4 on is one of those
        properties.setProperty("assumeMinServerVersion", "9.4");
        if (console) {
            properties.setProperty("preferQueryMode", "simple");
            // the driver sets extra_float_digits on every server it takes for old, which a console refuses, but not
            // where
            // replication is spoken of
            properties.setProperty("replication", "false");
        }
        String host = door.address().host();
        String url = "jdbc:postgresql://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + door.address().port() + "/"
                + java.net.URLEncoder.encode(door.database(), java.nio.charset.StandardCharsets.UTF_8);
        return DriverManager.getConnection(url, properties);
    }

    /** What a failure says to somebody who wants the service back. */
    public static Health.NotReady refusal(SQLException failure, String who) {
        String state = Optional.ofNullable(failure.getSQLState()).orElse("");
        String message = firstLine(failure);
        if (has(failure, CertificateExpiredException.class) || has(failure, CertificateNotYetValidException.class)) {
            return new Health.NotReady(
                    "the certificate of " + who + " is not valid today",
                    "Run holdfast restart, which issues a new one, and check the clock of this machine.");
        }
        if (has(failure, java.security.GeneralSecurityException.class)
                || has(failure, javax.net.ssl.SSLException.class)) {
            return new Health.NotReady(
                    who + " shows a certificate that the stack's authority did not sign for this name: " + message,
                    "Run holdfast restart, which issues a new one; if it stays, something else listens on this port.");
        }
        return switch (state) {
            case "28P01", "28000" ->
                new Health.NotReady(
                        who + " refuses the password of its role: " + message,
                        "Run holdfast plan, which shows the roles whose password was changed by hand, and holdfast apply.");
            case "53300" ->
                new Health.NotReady(
                        who + " has no connection left: " + message,
                        "Raise pooler.servers or the role's connections and run holdfast apply, or end clients that hold theirs.");
            case "53100" ->
                new Health.NotReady(
                        who + " has no room left on its disk: " + message,
                        "Free space on the file system of the stack's volume; the server goes on by itself.");
            case "57P03" -> new Health.NotReady(who + " is not there yet: " + message, starting(message));
            case "57P01", "57P02" ->
                new Health.NotReady(
                        who + " ended the connection: " + message,
                        "Wait for its next start; holdfast why says who ended it.");
            case "08001", "08004", "08006" -> unreachable(failure, who, message);
            default ->
                new Health.NotReady(
                        who + " answered with an error: " + message
                                + (state.isEmpty() ? "" : " (SQLSTATE " + state + ")"),
                        "Look at holdfast logs for what it says at that time.");
        };
    }

    private static Health.NotReady unreachable(SQLException failure, String who, String message) {
        // the driver's own limit on the login has no cause; a refused connection has
        if (has(failure, java.net.SocketTimeoutException.class) || failure.getCause() == null) {
            return new Health.NotReady(
                    who + " did not answer within two seconds",
                    "Look at holdfast logs; a process that is stopped or a disk that hangs looks like this.");
        }
        return new Health.NotReady(
                who + " does not listen: " + message,
                "Look at holdfast logs for why it ended; the supervisor starts it again.");
    }

    private static String starting(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        return lower.contains("recovery") || lower.contains("not yet accepting")
                ? "It replays its write-ahead log after a crash; wait, and look at holdfast logs if it takes minutes or starts over (a full disk does that)."
                : "Wait a few seconds; if it stays so, look at holdfast logs.";
    }

    /** Whether the failure came of one of that kind. */
    public static boolean has(Throwable failure, Class<? extends Throwable> type) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    /** One line, without the severity that the server puts before it and the advice that the driver puts after it. */
    public static String firstLine(SQLException failure) {
        String message = Optional.ofNullable(failure.getMessage()).orElse("no message");
        String line = message.lines().findFirst().orElse(message).strip();
        return line.replaceFirst("^(FATAL|ERROR|PANIC): ", "")
                .replaceFirst(" refused\\. Check that .*", " refused")
                .replaceFirst("\\.$", "");
    }
}
