package dev.holdfast.targets.local;

import dev.holdfast.text.Json;
import java.nio.file.Files;
import java.util.Optional;

/**
 * A stack whose data has the logins of another one or values that are to be masked, so that nobody but Holdfast may enter until
 * it has its own. It remembers how far a masking came: a second one over values of which some are replaced would do harm.
 */
public record Lent(StackFolder folder) {
    private static final String LENDER = "lender";
    private static final String MASKING = "masking";
    private static final String BEGUN = "begun";
    private static final String DONE = "done";

    /** From now on, until {@link #unlock}; what comes into it has not been masked. */
    public void shut(String lender) {
        folder.closed().write(Json.object().put(LENDER, lender).build());
    }

    public void maskingBegins() {
        remember(BEGUN);
    }

    public void maskingEnds() {
        remember(DONE);
    }

    private void remember(String state) {
        String lender = lender().orElseThrow(() -> new IllegalStateException("what is open is not masked"));
        folder.closed()
                .write(Json.object().put(LENDER, lender).put(MASKING, state).build());
    }

    /** Whether some of its values may have been replaced and others not. */
    public boolean isHalfMasked() {
        return masking().filter(BEGUN::equals).isPresent();
    }

    public boolean isMasked() {
        return masking().filter(DONE::equals).isPresent();
    }

    private Optional<String> masking() {
        return folder.closed().read(json -> json.textAt(MASKING).orElse("")).filter(state -> !state.isEmpty());
    }

    /** The data has the logins of this stack alone. */
    public void unlock() {
        Disk.remove(folder.closed().path());
    }

    /** The stack whose logins the data has, while it has not its own. */
    public Optional<String> lender() {
        return folder.closed().read(json -> StateFile.requireText(json, LENDER));
    }

    public boolean isClosed() {
        return Files.exists(folder.closed().path());
    }
}
