package dev.holdfast.targets.local.image;

import dev.holdfast.problem.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * {@code engines.lock}: for everything ever asked for, the exact packages or jars that answered it. Copied to another
 * machine it makes the same images there. Lines of words separated by tabs, so that two of them can be compared.
 */
record LockFile(SortedMap<String, Entry> entries) {
    private static final String HEAD =
            "# Which versions the engines of this cache are. Written by Holdfast; may be copied"
                    + " to another cache to get the same there.\nholdfast-engines\t1\n";

    LockFile {
        entries = new TreeMap<>(entries);
    }

    /** What was asked for, when and for which machine it was resolved, and what it resolved to. */
    record Entry(Request request, String architecture, String date, List<DebianPackage> packages, List<Jar> jars) {
        Entry {
            packages = List.copyOf(packages);
            jars = List.copyOf(jars);
        }
    }

    /** One file of a Maven artifact's class path. */
    record Jar(String file, String sha256, long bytes) {}

    static LockFile read(Path file) throws IOException {
        SortedMap<String, Entry> entries = new TreeMap<>();
        if (!Files.exists(file)) {
            return new LockFile(entries);
        }
        Optional<Entry> current = Optional.empty();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            if (line.startsWith("#") || line.isBlank()) {
                continue;
            }
            String[] words = line.split("\t", -1);
            try {
                current = switch (words[0]) {
                    case "holdfast-engines" -> supported(words[1]);
                    case "image" ->
                        Optional.of(new Entry(Request.parse(words[3]), words[1], words[2], List.of(), List.of()));
                    case "package" -> Optional.of(with(current.orElseThrow(), debian(words)));
                    case "jar" ->
                        Optional.of(with(current.orElseThrow(), new Jar(words[1], words[2], Long.parseLong(words[3]))));
                    default -> throw new IllegalArgumentException(words[0]);
                };
            } catch (RuntimeException e) {
                throw Refusals.of(
                        Code.HF3017,
                        "line " + number + " of " + file + " cannot be read: " + line,
                        "Mend the line, or move the file away: the current versions are then resolved anew. Images that"
                                + " are installed stay as they are.");
            }
            current.ifPresent(entry -> entries.put(entry.request().key(), entry));
        }
        return new LockFile(entries);
    }

    LockFile with(Entry entry) {
        SortedMap<String, Entry> more = new TreeMap<>(entries);
        more.put(entry.request().key(), entry);
        return new LockFile(more);
    }

    LockFile without(String key) {
        SortedMap<String, Entry> fewer = new TreeMap<>(entries);
        fewer.remove(key);
        return new LockFile(fewer);
    }

    Optional<Entry> entry(Request request) {
        return Optional.ofNullable(entries.get(request.key()));
    }

    List<DebianPackage> packages() {
        return entries.values().stream()
                .flatMap(e -> e.packages().stream())
                .distinct()
                .toList();
    }

    void write(Path file) throws IOException {
        StringBuilder text = new StringBuilder(HEAD);
        for (Entry entry : entries.values()) {
            text.append(text(entry));
        }
        Folders.write(file, text.toString());
    }

    static String text(Entry entry) {
        StringBuilder text = new StringBuilder();
        line(text, "image", entry.architecture(), entry.date(), entry.request().text());
        for (DebianPackage p : entry.packages()) {
            line(
                    text,
                    "package",
                    p.name(),
                    p.version(),
                    p.architecture(),
                    p.sha256(),
                    String.valueOf(p.bytes()),
                    String.valueOf(p.installedBytes()),
                    p.suite(),
                    p.origin());
        }
        for (Jar jar : entry.jars()) {
            line(text, "jar", jar.file(), jar.sha256(), String.valueOf(jar.bytes()));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String... words) {
        text.append(String.join("\t", words)).append('\n');
    }

    private static Optional<Entry> supported(String version) {
        if (!version.equals("1")) {
            throw new IllegalArgumentException(version);
        }
        return Optional.empty();
    }

    private static Entry with(Entry entry, DebianPackage more) {
        List<DebianPackage> packages = new ArrayList<>(entry.packages());
        packages.add(more);
        return new Entry(entry.request(), entry.architecture(), entry.date(), packages, entry.jars());
    }

    private static Entry with(Entry entry, Jar more) {
        List<Jar> jars = new ArrayList<>(entry.jars());
        jars.add(more);
        return new Entry(entry.request(), entry.architecture(), entry.date(), entry.packages(), jars);
    }

    private static DebianPackage debian(String[] words) {
        String sha256 = words[4];
        if (!sha256.matches("[0-9a-f]{64}") || !words[1].matches("[a-z0-9][a-z0-9+.-]+")) {
            throw new IllegalArgumentException(words[1]);
        }
        return new DebianPackage(
                words[1],
                words[2],
                words[3],
                sha256,
                Long.parseLong(words[5]),
                Long.parseLong(words[6]),
                words[7],
                words[8]);
    }
}
