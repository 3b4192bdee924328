package dev.holdfast.engines.postgres.rotation;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Context;
import dev.holdfast.engines.Login;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.PostgresWire.Trust;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.PostgresSpec.Door;
import dev.holdfast.engines.postgres.PostgresSpec.Role;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Logs in as a client would, before anybody is told to. */
final class TrialSession {
    private static final int ANSWER_SECONDS = 10;
    private static final String NOT_FROM_HERE = "28000";

    private final Service<PostgresSpec> service;
    private final Declared declared;
    private final Context context;

    TrialSession(Service<PostgresSpec> service, Declared declared, Context context) {
        this.service = service;
        this.declared = declared;
        this.context = context;
    }

    /** Throws where the login does not get in by every door that the role's clients may use, or is not the role there. */
    void requireIn(String role, String login, SecretRef password) {
        List<Way> doors =
                new ArrayList<>(List.of(new Way(Doors.direct(service, context), Doors.trust(service, context))));
        Role own = declared.roles().get(role);
        boolean pooled = role.equals(Declared.PROBE) || (own != null && own.through() == Door.POOLER);
        if (pooled && declared.isPooled()) {
            doors.add(new Way(Doors.pooled(service, context), Trust.in(context.authorityFile())));
        }
        SortedSet<String> entered = own == null ? new TreeSet<>() : declared.databasesOf(own);
        String database = own == null || entered.isEmpty() ? Declared.HOME : entered.first();
        for (Way door : doors) {
            String user = user(door, database, login, password);
            if (!user.equals(role)) {
                throw refused(role, door.address(), "it comes in as '" + user + "'");
            }
        }
    }

    private record Way(Address address, Trust trust) {}

    private String user(Way way, String database, String login, SecretRef password) {
        PostgresWire.Door door =
                new PostgresWire.Door(way.address(), database, login, context.secret(password), way.trust());
        try (Connection connection = PostgresWire.open(door, false, ANSWER_SECONDS);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT current_user")) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            if (isKeptOut(e)) {
                // from here nobody may come in as that role, so whoever may has to see for themselves
                return Login.base(login);
            }
            throw refused(login, way.address(), PostgresWire.firstLine(e));
        }
    }

    private boolean isKeptOut(SQLException refusal) {
        String message = Optional.ofNullable(refusal.getMessage()).orElse("");
        boolean atDoor = NOT_FROM_HERE.equals(refusal.getSQLState())
                || message.contains("login rejected")
                // what PgBouncer says where no rule fits
                || message.contains("no authentication method");
        return atDoor && !service.settings().allow().isEmpty() && !message.contains("not permitted to log in");
    }

    private HoldfastException refused(String role, Address door, String why) {
        return new HoldfastException(Problem.of(
                Code.HF3505,
                "the new password of '" + role + "' in service '" + service.name() + "' does not get in at " + door
                        + ": " + why,
                "The old password is still good. Remove the cause, then run the same command again: it goes on."));
    }
}
