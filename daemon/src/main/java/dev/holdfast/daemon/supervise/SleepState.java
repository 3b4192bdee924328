package dev.holdfast.daemon.supervise;

import dev.holdfast.targets.local.Doors;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Whether it sleeps. */
sealed interface SleepState {
    record Awake() implements SleepState {}

    record Asleep(Instant since, String because) implements SleepState {}

    /** It could not be woken; whoever comes before {@code retry} is told why. */
    record Broken(String cause, int failures, Duration pause, Instant retry) implements SleepState {
        private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
        private static final int LONGEST_PAUSES = 60;

        /** The pause doubles with each failure in a row, up to a minute. */
        static Broken now(String cause, int failures, Instant now) {
            Duration pause = FIRST_PAUSE.multipliedBy(Math.min(LONGEST_PAUSES, 1L << Math.clamp(failures, 0, 10)));
            return new Broken(cause, failures, pause, now.plus(pause));
        }
    }

    /** How often it could not be woken in a row. */
    default int failures() {
        return 0;
    }

    /** As it is written down. */
    default Optional<Doors.Asleep> noted(String service) {
        return this instanceof Asleep(Instant since, String because)
                ? Optional.of(new Doors.Asleep(service, since, because))
                : Optional.empty();
    }
}
