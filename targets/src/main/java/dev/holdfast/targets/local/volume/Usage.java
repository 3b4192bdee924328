package dev.holdfast.targets.local.volume;

import java.util.OptionalLong;

/**
 * What one stack's data takes.
 *
 * @param total as if nothing were shared
 * @param own what would be free if it were gone; empty where the file system does not say
 */
public record Usage(long total, OptionalLong own) {
    public OptionalLong shared() {
        return own.isPresent() ? OptionalLong.of(Math.max(0, total - own.getAsLong())) : OptionalLong.empty();
    }
}
