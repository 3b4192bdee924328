package dev.holdfast.engines.postgres.timeseries;

import java.time.Duration;
import java.util.Optional;

/** How pg_cron says how often. */
final class Cron {
    private Cron() {}

    /** Empty where pg_cron has no word for it: what neither divides the next greater unit nor is a few seconds. */
    static Optional<String> of(Duration every) {
        long seconds = every.toSeconds();
        if (seconds < 1 || every.toMillis() % 1000 != 0) {
            return Optional.empty();
        }
        if (seconds < 60) {
            return Optional.of(seconds + (seconds == 1 ? " second" : " seconds"));
        }
        if (seconds % 60 == 0 && seconds < 3600 && 3600 % seconds == 0) {
            return Optional.of(seconds == 60 ? "* * * * *" : "*/" + seconds / 60 + " * * * *");
        }
        if (seconds % 3600 == 0 && seconds < 86_400 && 86_400 % seconds == 0) {
            return Optional.of(seconds == 3600 ? "0 * * * *" : "0 */" + seconds / 3600 + " * * *");
        }
        return seconds == 86_400 ? Optional.of("0 0 * * *") : Optional.empty();
    }
}
