package dev.holdfast.engine;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Who may, and how they get in. */
public interface Access<S extends Record> extends Reconciled<S> {
    /** The doors of the service, the one most clients want first. */
    List<Endpoint> endpoints(Service<S> service, Context context);

    /**
     * What a program needs in its environment to use the service, such as {@code REDIS_URL}. {@code role} is a role of
     * the service; without one it is the one an application would use.
     */
    SortedMap<String, Redacted> variables(Service<S> service, Optional<String> role, Context context);

    /** The engine's own shell for that role. */
    Client client(Service<S> service, Optional<String> role, Context context);

    /** How its passwords are replaced while they are in use. */
    default Support<Rotation<S>> rotation() {
        return Support.notOffered(
                "Holdfast does not rotate passwords of this engine yet",
                "Give the clients another role, and remove the old one from the stack file when they use it.");
    }

    /** What is not as the file says, {@link #changes} among it, with what is known of who did it and when. */
    default List<Drift> drift(Service<S> service, Context context) {
        return List.of();
    }

    /** Where to connect, without any password in it. */
    record Endpoint(String name, String member, String host, int port, String url) {}

    /**
     * A program of the engine's own packages, secrets only in its environment, never in its arguments. The command is
     * empty where the engine has no shell of its own: then there are the environment and the URL.
     */
    record Client(
            List<String> command, SortedMap<String, Redacted> environment, Redacted url, Optional<Outside> outside) {
        public Client(List<String> command, SortedMap<String, Redacted> environment, Redacted url) {
            this(command, environment, url, Optional.empty());
        }
    }

    /**
     * What a shell needs whose server is none of the stack's members: programs of its own, and the file (empty for none)
     * with the authorities its environment names, which has to be shown to it.
     */
    record Outside(Programs programs, String authorityFile) {}
}
