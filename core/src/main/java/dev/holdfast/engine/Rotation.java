package dev.holdfast.engine;

import dev.holdfast.stack.Service;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Replaces passwords while they are in use: first both are good, then only the new one is. Each half, killed anywhere and
 * begun again, goes on where it stopped.
 */
public interface Rotation<S extends Record> {
    /** Everything of the service that logs in with a password of Holdfast's, the roles of the file first. Asks nobody. */
    List<Credential> logins(Service<S> service, Context context);

    /**
     * When this returns both passwords are good, the new one has been tried, and it is what clients are given from now on.
     *
     * @param now when it begins, from which {@code grace} is counted; without one it is the file's
     */
    Begun begin(Service<S> service, String role, Instant now, Optional<Duration> grace, Bench bench);

    /** When this returns only the new password is good, which has been tried. */
    Finished finish(Service<S> service, String role, Bench bench);

    /**
     * @param isOwn whether it is one of Holdfast's own, whose clients Holdfast tells of a new password itself
     * @param since when its password was made; empty where that was before such notes were kept
     * @param until when the old password ends, while two are good
     * @param complaint what the password rules of the file find wrong with it
     */
    record Credential(
            String role,
            boolean isOwn,
            Optional<Instant> since,
            State state,
            Optional<Instant> until,
            Optional<String> complaint) {}

    /** How many passwords are good. */
    enum State {
        ONE,
        TWO,
        /** Something stopped it half way; the same command goes on. */
        INTERRUPTED
    }

    /**
     * @param login the name that goes with the new password
     * @param resumed whether it had been begun before
     * @param follow members whose files name the login, to be brought up to date now
     */
    record Begun(String role, String login, Instant until, boolean resumed, List<String> follow) {}

    /**
     * @param left sessions that had come in with what is no longer good; they were not ended
     * @param follow members whose files name the login, to be brought up to date now
     */
    record Finished(String role, int left, List<String> follow) {}
}
