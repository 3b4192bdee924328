package dev.holdfast.targets.local.volume;

import java.time.Duration;
import java.util.Optional;

/**
 * What a cut takes besides a moment.
 *
 * @param bytes to be copied; 0 where files are cloned
 * @param about how long that takes, from how fast the volume was seen to write; empty where nothing is copied
 */
public record Cost(long bytes, Optional<Duration> about) {
    public static final Cost NOTHING = new Cost(0, Optional.empty());
}
