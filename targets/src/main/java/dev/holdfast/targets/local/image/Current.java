package dev.holdfast.targets.local.image;

import dev.holdfast.blueprint.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code current/<request>}: which root answers a request now. Written last, so that it never names what is not whole;
 * small, because reading it is all that a warm start does.
 */
final class Current {
    private Current() {}

    static Path file(Path engines, Request request) {
        return engines.resolve("current").resolve(request.key());
    }

    static Optional<Image> read(Path engines, Request request) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(file(engines, request));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        String name = "";
        Optional<Path> application = Optional.empty();
        SortedMap<String, String> versions = new TreeMap<>();
        for (String line : lines) {
            String[] words = line.split("\t", -1);
            switch (words[0] + words.length) {
                case "root2" -> name = words[1];
                case "application2" ->
                    application = Optional.of(engines.resolve("java").resolve(words[1]));
                case "request3" -> {} // for the list of what is installed
                case "version3" -> versions.put(words[1], words[2]);
                default -> {
                    return Optional.empty(); // of another version of Holdfast: made anew
                }
            }
        }
        Path root = Roots.tree(engines.resolve("roots").resolve(name));
        boolean whole = !name.isEmpty()
                && Files.isDirectory(root)
                && application.map(Files::isDirectory).orElse(true);
        return whole ? Optional.of(new Image(name, root, application, versions)) : Optional.empty();
    }

    static Image write(Path engines, LockFile.Entry entry, String name, Path root, Optional<Path> application)
            throws IOException {
        SortedMap<String, String> versions = new TreeMap<>();
        entry.packages().forEach(p -> versions.put(p.name(), p.version()));
        if (entry.request().programs() instanceof Programs.Maven maven) {
            versions.put(maven.artifact(), maven.version());
        }
        StringBuilder text = new StringBuilder("request\t");
        text.append(entry.date()).append('\t').append(entry.request().text()).append('\n');
        text.append("root\t").append(name).append('\n');
        application.ifPresent(lib -> text.append("application\t")
                .append(engines.resolve("java").relativize(lib))
                .append('\n'));
        versions.forEach((what, version) -> text.append("version\t")
                .append(what)
                .append('\t')
                .append(version)
                .append('\n'));
        Path file = file(engines, entry.request());
        Files.createDirectories(java.util.Objects.requireNonNull(file.getParent()));
        Folders.write(file, text.toString());
        return new Image(name, root, application, versions);
    }
}
