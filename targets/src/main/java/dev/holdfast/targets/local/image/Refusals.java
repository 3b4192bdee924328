package dev.holdfast.targets.local.image;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.Locale;

/** The refusals of this package, worded once. */
final class Refusals {
    private Refusals() {}

    static HoldfastException of(Code code, String cause, String remedy) {
        return new HoldfastException(Problem.of(code, cause, remedy));
    }

    static HoldfastException elsewhere(Programs.Elsewhere programs) {
        return of(Code.HF1628, programs.name() + " does not run here: " + programs.because(), programs.instead());
    }

    static HoldfastException interrupted() {
        Thread.currentThread().interrupt();
        return of(
                Code.HF3010,
                "the installation of engines was interrupted",
                "Run the command again; what was already fetched and verified is kept.");
    }

    static HoldfastException noSpace(Path where, String cause) {
        return of(
                Code.HF3007,
                cause,
                "Free space on the file system of " + where + ", or point HOLDFAST_HOME to one that has more.");
    }

    /** What an I/O error while writing the cache means to the person in front of it. */
    static HoldfastException cache(Path where, IOException error) {
        if (error instanceof ClosedByInterruptException) {
            return interrupted();
        }
        String message = String.valueOf(error.getMessage());
        if (message.toLowerCase(Locale.ROOT).contains("no space left")
                || message.toLowerCase(Locale.ROOT).contains("quota exceeded")) {
            return noSpace(where, "no space left while writing " + message.replace(": No space left on device", ""));
        }
        boolean denied = error instanceof AccessDeniedException
                || error.getCause() instanceof ReadOnlyFileSystemException
                || message.contains("Permission denied")
                || message.contains("Read-only file system");
        String cause = denied ? "cannot write to the engine cache " + where : "engine cache " + where + " failed";
        return new HoldfastException(
                Problem.of(
                        Code.HF3008,
                        cause + " (" + error.getClass().getSimpleName() + ": " + message + ")",
                        "Make " + where + " writable for this user, or set HOLDFAST_HOME to a folder that is."),
                error);
    }
}
