package dev.holdfast.targets.local.image;

import dev.holdfast.problem.Code;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Every folder, file and link below a folder, with the checksum of each file: one line each, separated by tabs. */
record Manifest(List<Entry> entries) {
    Manifest {
        entries = entries.stream().sorted(Comparator.comparing(Entry::path)).toList();
    }

    /** One line; {@code path} is relative to the folder and has no {@code ..} in it. */
    sealed interface Entry {
        String path();

        /** A folder. */
        record Folder(String path) implements Entry {}

        /** A regular file. */
        record Plain(String path, boolean executable, String sha256, long bytes) implements Entry {}

        /** A symbolic link and what it says. */
        record Link(String path, String target) implements Entry {}
    }

    /**
     * Reads what is there and gives every folder 0755 and every file 0644 or 0755, whatever the packages and the caller's
     * umask say: nothing in an image is set-user-id, and an engine of another user can read all of it.
     */
    static Manifest taken(Path folder) throws IOException {
        List<Entry> entries = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
                if (!directory.equals(folder)) {
                    entries.add(new Entry.Folder(relative(folder, directory)));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String path = relative(folder, file);
                if (attributes.isSymbolicLink()) {
                    entries.add(
                            new Entry.Link(path, Files.readSymbolicLink(file).toString()));
                } else if (attributes.isRegularFile()) {
                    boolean executable = Files.getPosixFilePermissions(file)
                            .contains(java.nio.file.attribute.PosixFilePermission.OWNER_EXECUTE);
                    Files.setPosixFilePermissions(
                            file, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
                    entries.add(new Entry.Plain(path, executable, Folders.sha256(file), attributes.size()));
                } else {
                    Files.delete(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return new Manifest(entries);
    }

    static Manifest read(Path file) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            String[] words = line.split("\t", -1);
            entries.add(
                    switch (words[0] + words.length) {
                        case "d2" -> new Entry.Folder(words[1]);
                        case "f5" ->
                            new Entry.Plain(words[4], words[1].equals("755"), words[2], Long.parseLong(words[3]));
                        case "l3" -> new Entry.Link(words[2], words[1]);
                        default -> throw new IOException("unreadable line in " + file + ": " + line);
                    });
        }
        return new Manifest(entries);
    }

    void write(Path file) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Entry entry : entries) {
            text.append(
                    switch (entry) {
                        case Entry.Folder(String path) -> "d\t" + path;
                        case Entry.Plain(String path, boolean executable, String sha256, long bytes) ->
                            "f\t" + (executable ? "755" : "644") + "\t" + sha256 + "\t" + bytes + "\t" + path;
                        case Entry.Link(String path, String target) -> "l\t" + target + "\t" + path;
                    });
            text.append('\n');
        }
        Folders.write(file, text.toString());
    }

    long bytes() {
        return entries.stream()
                .mapToLong(e -> e instanceof Entry.Plain plain ? plain.bytes() : 0)
                .sum();
    }

    long files() {
        return entries.stream().filter(e -> !(e instanceof Entry.Folder)).count();
    }

    private static String relative(Path folder, Path file) {
        String path = folder.relativize(file).toString();
        if (path.contains("\t") || path.contains("\n")) {
            throw Refusals.of(
                    Code.HF3012,
                    "a package holds a file whose name has a tab or a line end in it: " + file,
                    "Is this really a package of Debian? No package of its archive has such a file.");
        }
        return path;
    }
}
