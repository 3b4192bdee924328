package dev.holdfast.targets.local;

import java.time.Duration;
import java.util.OptionalInt;

/** How a member ended. The status is known only of a process that this very daemon started. */
public sealed interface Ended {
    /** Lower case and without a full stop, to stand behind "because". */
    String because();

    /** It ended by itself or after being asked, within its patience. */
    record Exited(OptionalInt status) implements Ended {
        @Override
        public String because() {
            if (status.isEmpty()) {
                return "it ended (its exit status went to an earlier daemon)";
            }
            int value = status.getAsInt();
            return value > 128 && value < 193
                    ? "it was ended by signal " + (value - 128)
                    : "it exited with status " + value;
        }
    }

    /** It did not end when asked, and was killed. */
    record Killed(Duration patience) implements Ended {
        @Override
        public String because() {
            return "it was killed after not ending within " + patience.toSeconds() + "s";
        }
    }
}
