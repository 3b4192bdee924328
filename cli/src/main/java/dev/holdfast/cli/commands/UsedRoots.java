package dev.holdfast.cli.commands;

import dev.holdfast.targets.local.Home;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.targets.local.image.EngineImages;
import dev.holdfast.targets.local.image.Image;
import dev.holdfast.targets.local.image.Installed;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The images that members were started from, as their run files remember. Of a stack that is down there are none. */
final class UsedRoots {
    private UsedRoots() {}

    static Set<Path> of(EngineImages images, Home home) {
        Set<String> names = new HashSet<>();
        for (StackFolder stack : home.stacks()) {
            Path run = stack.run("x").getParent();
            if (run != null && Files.isDirectory(run)) {
                collect(run, names);
            }
        }
        Set<Path> roots = new HashSet<>();
        for (Installed installed : images.list(Set.of())) {
            Image image = installed.image();
            if (names.stream().anyMatch(name -> name.contains(image.name()))) {
                roots.add(image.root());
            }
        }
        return roots;
    }

    private static void collect(Path run, Set<String> names) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(run, "*.json")) {
            for (Path file : files) {
                programs(file).ifPresent(names::add);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Optional<String> programs(Path file) throws IOException {
        try {
            return Json.parse(Files.readString(file)).textAt("programs");
        } catch (NoSuchFileException | JsonException ended) {
            // a member that ends at this moment takes its file away; what is half there is nobody's
            return Optional.empty();
        }
    }
}
