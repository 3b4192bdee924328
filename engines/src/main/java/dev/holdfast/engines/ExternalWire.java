package dev.holdfast.engines;

import dev.holdfast.engine.Health;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** What a failure of a server that somebody else runs says: nothing of it can be restarted from here. */
public final class ExternalWire {
    private ExternalWire() {}

    public static Health.NotReady refusal(SQLException failure, String who) {
        String message = PostgresWire.firstLine(failure);
        String state = Optional.ofNullable(failure.getSQLState()).orElse("");
        if (PostgresWire.has(failure, UnknownHostException.class)) {
            return not(
                    who + " has a host name that does not resolve",
                    "Correct the host in the file of external.url, or the resolver of this machine.");
        }
        if (PostgresWire.has(failure, GeneralSecurityException.class)
                || PostgresWire.has(failure, SSLException.class)) {
            return not(
                    who + " shows a certificate that is not trusted for this name: " + message,
                    "Name the provider's authority in external.ca, or correct the host; holdfast doctor says what is wrong with it.");
        }
        if (message.contains("does not support SSL")) {
            return not(
                    who + " offers no TLS, and the address does not say that it may do without",
                    "Turn TLS on at the server, or add sslmode=disable to the address where the network between is yours alone.");
        }
        return switch (state) {
            case "28P01", "28000" ->
                not(
                        who + " refuses the login: " + message,
                        "Correct user and password in the file of external.url; it is read anew at once.");
            case "3D000" ->
                not(who + " has no such database: " + message, "Correct the database in the file of external.url.");
            case "42501" ->
                not(
                        who + " does not allow that to the role of its address: " + message,
                        "Have its provider grant it to that role, or put the address of one with more rights into the file of external.url.");
            case "53300" ->
                not(who + " has no connection left: " + message, "Raise its limit, or end clients that hold theirs.");
            case "08001", "08004", "08006" ->
                not(
                        PostgresWire.has(failure, SocketTimeoutException.class) || failure.getCause() == null
                                ? who + " did not answer in time: " + message
                                : who + " cannot be reached: " + message,
                        "See what holdfast doctor says of its address; a firewall or an allow-list at the provider looks like this.");
            default ->
                not(
                        who + " answered with an error: " + message
                                + (state.isEmpty() ? "" : " (SQLSTATE " + state + ")"),
                        "Look at the server's own log at its provider.");
        };
    }

    private static Health.NotReady not(String because, String next) {
        return new Health.NotReady(because, next);
    }
}
