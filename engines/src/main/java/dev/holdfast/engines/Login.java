package dev.holdfast.engines;

import dev.holdfast.engine.Context;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.Safe;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * How far the rotation of one role's password is, as it is kept beside the passwords themselves, so that the two never
 * disagree. A twin is a second login of the same role: the only way in which two passwords can be good at once.
 *
 * @param previous the twin of the rotation before, good until this one ends
 * @param until when the old password ends; there from OVERLAP on
 */
public record Login(
        String service, String role, Phase phase, String twin, Optional<String> previous, Optional<Instant> until) {

    /** What has been done. */
    public enum Phase {
        /** The new password is kept; the server may not know it yet. */
        BEGUN,
        /** Both are good, and the new one is given out. */
        OVERLAP,
        /** The old one is being taken away. */
        FINISHING,
        /** Only the new one is good, for the role and for its twin alike. */
        DONE
    }

    /** The two names a twin can have, none of which a stack file can give to a role. */
    public static List<String> twinsOf(String role) {
        return List.of(role + "~1", role + "~2");
    }

    /** Whose login the name is. */
    public static String base(String name) {
        int tilde = name.lastIndexOf('~');
        return tilde < 0 ? name : name.substring(0, tilde);
    }

    public static Optional<Login> of(String service, String role, Context context) {
        return context.safe().flatMap(safe -> safe.find(state(service, role))).map(text -> read(service, role, text));
    }

    /** The name to log in with now; its password is {@code roles/<name>}. */
    public static String name(String service, String role, Context context) {
        return name(of(service, role, context), role);
    }

    /** The same, of a place of which only the secrets are at hand. */
    public static String name(String service, String role, Safe safe) {
        return name(safe.find(state(service, role)).map(text -> read(service, role, text)), role);
    }

    private static String name(Optional<Login> state, String role) {
        return state.filter(login -> login.phase() == Phase.OVERLAP || login.phase() == Phase.FINISHING)
                .map(Login::twin)
                .orElse(role);
    }

    public static SecretRef password(String service, String name) {
        return new SecretRef(service, "roles/" + name);
    }

    public static SecretRef state(String service, String role) {
        return new SecretRef(service, "rotations/" + role);
    }

    /** The twins that may log in at this time. */
    public SortedSet<String> twins() {
        List<String> names = new ArrayList<>(List.of(twin));
        if (phase != Phase.DONE) {
            previous.ifPresent(names::add);
        }
        return new TreeSet<>(names);
    }

    /** Whether it has to go on. */
    public boolean isOpen() {
        return phase != Phase.DONE;
    }

    public Login in(Phase next) {
        return new Login(service, role, next, twin, previous, until);
    }

    public Login until(Instant end) {
        return new Login(service, role, phase, twin, previous, Optional.of(end));
    }

    public Redacted written() {
        Json.Builder json = Json.object().put("phase", phase.name()).put("twin", twin);
        previous.ifPresent(name -> json.put("previous", name));
        until.ifPresent(end -> json.put("until", end.toString()));
        return new Redacted(json.build().pretty());
    }

    private static Login read(String service, String role, Redacted text) {
        try {
            Json json = Json.parse(text.reveal());
            return new Login(
                    service,
                    role,
                    Phase.valueOf(json.textAt("phase").orElse("")),
                    json.textAt("twin").orElseThrow(() -> new IllegalArgumentException("no twin")),
                    json.textAt("previous"),
                    json.textAt("until").map(Instant::parse));
        } catch (JsonException | IllegalArgumentException | java.time.DateTimeException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF9001,
                            "the note of the rotation of '" + role + "' in service '" + service + "' cannot be read",
                            "Please report this: it is a mistake of ours."),
                    e);
        }
    }
}
