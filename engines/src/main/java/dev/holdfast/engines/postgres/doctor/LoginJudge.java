package dev.holdfast.engines.postgres.doctor;

import dev.holdfast.engine.Doctor.Finding;
import dev.holdfast.text.Nearest;
import java.util.List;
import java.util.Locale;

/** What a refused login means. PostgreSQL gives one answer for a wrong password and a role that is not there, on purpose. */
record LoginJudge(String role, String database, boolean hasPassword) {

    boolean lacksDatabase(DoctorSession.Failed refused) {
        return refused.state().equals("3D000") || refused.line().contains("no such database");
    }

    /** @param there the databases that could be seen by going in elsewhere */
    Finding judge(DoctorSession.Failed refused, List<String> there) {
        String line = refused.line();
        String lower = line.toLowerCase(Locale.ROOT);
        if (lacksDatabase(refused)) {
            return Finding.bad(
                    "login",
                    (refused.state().equals("3D000") ? "user and password are right, but " : "")
                            + "there is no database '" + database + "'",
                    there.isEmpty()
                            ? "Correct the database's name, or create it."
                            : "There are " + String.join(", ", there) + "."
                                    + Nearest.to(database, there)
                                            .map(near -> " Did you mean '" + near + "'?")
                                            .orElse(""));
        }
        if (lower.contains("no pg_hba.conf entry") || lower.contains("pg_hba.conf rejects")) {
            boolean plain = lower.contains("no encryption");
            return Finding.bad(
                    "login",
                    "pg_hba.conf lets nobody in that way: " + line,
                    plain
                            ? "The server wants TLS from here: add sslmode=verify-full."
                            : "Add a line for this host, user and database to pg_hba.conf (at a provider: its allow-list) and reload.");
        }
        if (lower.contains("no such user")
                || lower.contains("role \"" + role.toLowerCase(Locale.ROOT) + "\" does not exist")) {
            return Finding.bad(
                    "login",
                    "there is no role '" + role + "': " + line,
                    "Correct the user's name, or create the role.");
        }
        if (lower.contains("is not permitted to log in")) {
            return Finding.bad("login", line, "Run: ALTER ROLE … LOGIN, or use a role that may log in.");
        }
        if (refused.state().equals("28P01")
                || lower.contains("password authentication failed")
                || lower.contains("sasl authentication failed")
                || lower.contains("password is an empty string")
                || lower.contains("no password was provided")) {
            return Finding.bad(
                    "login",
                    hasPassword
                            ? "the password of '" + role
                                    + "' is wrong, or there is no such role: PostgreSQL says the same of both, on purpose"
                            : "the server wants a password, and the address has none",
                    hasPassword
                            ? "Copy the password anew, each special character escaped (%40 for @); the server's log says which of the two it is."
                            : "Write it into the address after the user: user:password@host.");
        }
        return switch (refused.state()) {
            case "53300" ->
                Finding.bad(
                        "login",
                        "no connection is left: " + line,
                        "Raise max_connections, end idle clients, or go through a pooler.");
            case "57P03" ->
                Finding.bad(
                        "login",
                        "the server is starting, stopping or recovering: " + line,
                        "Wait, and read its log if it takes minutes.");
            case "28000" ->
                Finding.bad(
                        "login",
                        "the login is refused: " + line,
                        "Read the server's log, which says why; pg_hba.conf is the usual place.");
            default ->
                Finding.bad(
                        "login",
                        "the login failed: " + line
                                + (refused.state().isEmpty() ? "" : " (SQLSTATE " + refused.state() + ")"),
                        "Read the log of the server, or of the pooler before it.");
        };
    }
}
