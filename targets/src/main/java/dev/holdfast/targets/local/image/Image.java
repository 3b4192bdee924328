package dev.holdfast.targets.local.image;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A folder that becomes {@code /} of an engine, and for a Java engine the folder of its jars ({@code /app}). Neither is
 * ever changed once it is there: another set of versions is another folder.
 *
 * @param versions what is inside: Debian package or {@code group:artifact} to its exact version
 */
public record Image(String name, Path root, Optional<Path> application, SortedMap<String, String> versions) {
    /** Who programs inside are ({@code holdfast}); far from the numbers that distributions give away. */
    public static final int USER = 64230;

    public Image {
        versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
    }
}
