package dev.holdfast.daemon.supervise;

import dev.holdfast.engine.Health;
import java.time.Duration;

/** How often one run of a member is probed, and how often in a row it has failed to answer. Confined to its keeper. */
final class Vigil {
    private final Pace pace;
    private boolean hasServed;
    private boolean hasBeenReady;
    private int failures;
    private Duration pause;

    Vigil(Pace pace) {
        this.pace = pace;
        this.pause = pace.probeStarting();
    }

    /** Takes an answer in; {@code age} is how long the member has run. */
    void saw(Health health, Duration age) {
        switch (health) {
            case Health.Ready _ -> {
                failures = 0;
                pause = hasServed && age.compareTo(pace.steady()) >= 0 ? pace.probeCalm() : pace.probe();
                hasServed = true;
                hasBeenReady = true;
            }
            case Health.Impaired _ -> {
                // it answers: a restart would mend nothing, and what is broken may be mended at any moment
                failures = 0;
                pause = hasBeenReady ? pace.probe() : longer();
                hasServed = true;
            }
            case Health.NotReady _ -> {
                if (hasServed) {
                    failures++;
                    pause = pace.probe();
                } else {
                    pause = longer();
                }
            }
        }
    }

    /** Often at first, when each look may be the one that finds it ready. */
    private Duration longer() {
        Duration longer = pause.multipliedBy(5).dividedBy(4);
        return longer.compareTo(pace.probe()) > 0 ? pace.probe() : longer;
    }

    /** Until the next look. */
    Duration pause() {
        return pause;
    }

    /** Whether it has stopped serving for so long that it counts as hung. */
    boolean isHung() {
        return failures >= pace.probeFailures();
    }

    void forgetFailures() {
        failures = 0;
    }
}
