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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** The images that members were started from, as their run files remember. Of a stack that is down there are none. */
final class UsedRoots {
    private UsedRoots() {}

    /** Each root that is in use, with the names of the stacks that use it. */
    static Map<Path, SortedSet<String>> of(EngineImages images, Home home) {
        List<Installed> installed = images.list(Set.of());
        Map<Path, SortedSet<String>> roots = new HashMap<>();
        for (StackFolder stack : home.stacks()) {
            Path run = stack.run("x").getParent();
            Set<String> names = new HashSet<>();
            if (run != null && Files.isDirectory(run)) {
                collect(run, names);
            }
            for (Installed each : installed) {
                Image image = each.image();
                if (names.stream().anyMatch(name -> name.contains(image.name()))) {
                    roots.computeIfAbsent(image.root(), root -> new TreeSet<>()).add(stack.name());
                }
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
