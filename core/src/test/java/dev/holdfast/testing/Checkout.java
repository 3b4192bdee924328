package dev.holdfast.testing;

import java.nio.file.Path;
import java.util.Optional;

/** The tree that is tested. */
public final class Checkout {
    private Checkout() {}

    public static Path root() {
        return Path.of(System.getProperty("holdfast.root", ".."))
                .toAbsolutePath()
                .normalize();
    }

    /** The cache of engines that all tests of a run share: {@code HOLDFAST_CACHE}, or a folder that stays in the tree. */
    public static Path engineCache() {
        return Optional.ofNullable(System.getenv("HOLDFAST_CACHE"))
                .filter(given -> !given.isBlank())
                .map(Path::of)
                .orElse(root().resolve("target/engine-cache"))
                .toAbsolutePath();
    }
}
