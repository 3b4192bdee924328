package dev.holdfast.targets.local.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

/** Looks before anything is fetched whether it will fit. */
final class Space {
    /** The indexes of the release, and something to breathe. */
    private static final long MARGIN = 96L << 20;

    private Space() {}

    /** What packages say they take is more than what is unpacked of them: a refusal here may be wrong by some 30 %. */
    static void check(Path engines, Collection<DebianPackage> missing) throws IOException {
        if (missing.isEmpty()) {
            return;
        }
        long needed = MARGIN
                + missing.stream()
                        .mapToLong(p -> p.bytes() + p.installedBytes())
                        .sum();
        long free = Files.getFileStore(engines).getUsableSpace();
        if (free < needed) {
            throw Refusals.noSpace(
                    engines,
                    "the engines need up to " + (needed >> 20) + " MiB in " + engines + " and " + (free >> 20)
                            + " MiB are free");
        }
    }
}
