package dev.holdfast.daemon.supervise;

import java.time.Instant;

/** Whether it sleeps. */
sealed interface SleepState {
    record Awake() implements SleepState {}

    record Asleep(Instant since, String because) implements SleepState {}

    /** It could not be woken; whoever comes before {@code retry} is told why. */
    record Broken(String cause, int failures, Instant retry) implements SleepState {}
}
