package dev.holdfast.targets.local.image;

import java.nio.file.Path;

/** One thing about an installed image that is not as it was when it was installed. */
public record Damage(String image, Path file, Kind kind, String detail) {

    /** What is wrong with it. */
    public enum Kind {
        MISSING,
        CHANGED,
        /** It is there, and was not. */
        UNEXPECTED
    }
}
