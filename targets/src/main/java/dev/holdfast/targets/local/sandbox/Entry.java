package dev.holdfast.targets.local.sandbox;

import dev.holdfast.targets.local.image.Image;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One program to be run inside an image. The image's own {@code /java} and {@code /app} need no bind.
 *
 * @param lock held for as long as any process of it lives; a second one with the same lock ends at once with 1
 * @param inside what is added to the environment inside; among the arguments, so no secret
 * @param interactive keeps the terminal and its process group; otherwise the program gets a session of its own, so that
 *     it outlives whoever started it
 */
public record Entry(
        Image image,
        List<Bind> binds,
        SortedMap<String, String> environment,
        List<String> command,
        Optional<Path> lock,
        boolean interactive,
        SortedMap<String, String> inside) {
    public Entry {
        inside = Collections.unmodifiableSortedMap(new TreeMap<>(inside));
        binds = List.copyOf(binds);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        command = List.copyOf(command);
    }

    public Entry(
            Image image,
            List<Bind> binds,
            SortedMap<String, String> environment,
            List<String> command,
            Optional<Path> lock,
            boolean interactive) {
        this(image, binds, environment, command, lock, interactive, new TreeMap<>());
    }

    /** With these in the environment of the program, which what leads into the sandbox must not have. */
    public Entry with(SortedMap<String, String> more) {
        return new Entry(image, binds, environment, command, lock, interactive, more);
    }

    /** A program that runs to its end on its own: no lock, no terminal. */
    public static Entry once(
            Image image, List<Bind> binds, SortedMap<String, String> environment, List<String> command) {
        return new Entry(image, binds, environment, command, Optional.empty(), false);
    }

    /** An engine, which alone may hold {@code lock}. */
    public static Entry engine(
            Image image, List<Bind> binds, SortedMap<String, String> environment, List<String> command, Path lock) {
        return new Entry(image, binds, environment, command, Optional.of(lock), false);
    }
}
