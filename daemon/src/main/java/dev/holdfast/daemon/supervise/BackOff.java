package dev.holdfast.daemon.supervise;

import dev.holdfast.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** When to start again after a failure, and when to stop trying. Pure: the times come in. */
record BackOff(Pace pace, int failures) {

    static BackOff none(Pace pace) {
        return new BackOff(pace, 0);
    }

    /** After one more failure of a member that had been started then and ended now. */
    BackOff failed(Instant started, Instant ended) {
        boolean steady = Duration.between(started, ended).compareTo(pace.steady()) >= 0;
        return new BackOff(pace, steady ? 1 : failures + 1);
    }

    boolean isOver() {
        return failures >= pace.maxFailures();
    }

    /** Why it is given up; {@code log} are the last words of the member. */
    String words(String because, List<String> log) {
        return "it ended " + failures + " times in a row within " + Durations.text(pace.steady())
                + " of its start, the last time because " + because
                + (log.isEmpty() ? "" : "; its log ends: " + String.join(" ‖ ", log));
    }

    /** The pause before the next start. */
    Duration pause() {
        if (failures <= 1) {
            return Duration.ZERO;
        }
        // beyond 20 doublings every sensible pace is at its end
        Duration doubled = pace.firstBackOff().multipliedBy(1L << Math.min(failures - 2, 20));
        return doubled.compareTo(pace.maxBackOff()) > 0 ? pace.maxBackOff() : doubled;
    }
}
