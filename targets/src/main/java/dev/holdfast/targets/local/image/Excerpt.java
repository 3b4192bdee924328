package dev.holdfast.targets.local.image;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The paragraphs of apt's verified indexes that some packages can lead to, byte for byte, as indexes of their own. Each run
 * of apt looks at every package that Debian has, for seconds; over what can be reached it takes milliseconds and decides
 * the same, because whatever could satisfy a dependency is in it: every version, every alternative and every provider.
 */
final class Excerpt {
    private static final int CHUNK = 1 << 20;
    private static final Pattern NEEDS = Pattern.compile("^(?:Pre-)?Depends: (.*)$", Pattern.MULTILINE);

    private final List<Path> indexes;
    /** What is called or provides that name. */
    private final Map<String, List<Paragraph>> byName = new HashMap<>();

    /** Where one is: reading them again is cheaper than keeping the text of all Debian in memory. */
    private record Paragraph(int index, long from, int length) implements Comparable<Paragraph> {
        @Override
        public int compareTo(Paragraph other) {
            return index != other.index ? Integer.compare(index, other.index) : Long.compare(from, other.from);
        }
    }

    /** {@code lists} is apt's folder of indexes, which are kept uncompressed. */
    Excerpt(Path lists) throws IOException {
        indexes = PackageStore.children(lists).stream()
                .filter(f -> f.toString().endsWith("_Packages"))
                .toList();
        for (int i = 0; i < indexes.size(); i++) {
            read(i);
        }
    }

    /**
     * Writes indexes with what {@code asked} can lead to, and links the signed files that vouch for them.
     *
     * @param present packages that apt is told are installed, whose dependencies therefore do not matter
     * @param followed false for {@code asked} alone
     */
    void write(Path lists, Path into, Collection<String> asked, Set<String> present, boolean followed)
            throws IOException {
        Folders.delete(into);
        Files.createDirectories(into.resolve("partial"));
        for (Path file : PackageStore.children(lists)) {
            if (file.toString().endsWith("Release") || file.toString().endsWith("Release.gpg")) {
                Files.createSymbolicLink(into.resolve(file.getFileName()), file);
            }
        }
        try (Readers readers = new Readers(indexes)) {
            Set<Paragraph> reached = reached(asked, present, followed, readers);
            for (int i = 0; i < indexes.size(); i++) {
                Path file = into.resolve(indexes.get(i).getFileName());
                try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                    for (Paragraph each : reached) {
                        if (each.index() == i) {
                            out.write(readers.text(each).getBytes(StandardCharsets.ISO_8859_1));
                            out.write('\n');
                        }
                    }
                }
            }
        }
    }

    private Set<Paragraph> reached(Collection<String> asked, Set<String> present, boolean followed, Readers readers)
            throws IOException {
        Set<Paragraph> reached = new TreeSet<>();
        Set<String> seen = new HashSet<>(asked);
        Deque<String> names = new ArrayDeque<>(seen);
        while (!names.isEmpty()) {
            for (Paragraph each : byName.getOrDefault(names.remove(), List.of())) {
                if (reached.add(each) && followed) {
                    for (String next : needs(readers.text(each))) {
                        if (!present.contains(next) && seen.add(next)) {
                            names.add(next);
                        }
                    }
                }
            }
        }
        return reached;
    }

    private static List<String> needs(String paragraph) {
        List<String> needs = new ArrayList<>();
        Matcher field = NEEDS.matcher(paragraph);
        while (field.find()) {
            needs.addAll(names(field.group(1)));
        }
        return needs;
    }

    /** {@code a (>= 1) | b:any, c} without everything but the names. */
    private static List<String> names(String relation) {
        List<String> names = new ArrayList<>();
        for (String each : relation.split("[,|]", -1)) {
            String words = each.strip();
            int end = 0;
            while (end < words.length() && " :(".indexOf(words.charAt(end)) < 0) {
                end++;
            }
            names.add(words.substring(0, end));
        }
        return names;
    }

    /** Notes where each paragraph is. By hand, because the index has a million lines and four of a hundred matter. */
    private void read(int index) throws IOException {
        byte[] buffer = new byte[CHUNK];
        int filled = 0;
        long offset = 0;
        try (InputStream in = Files.newInputStream(indexes.get(index))) {
            for (int n = in.readNBytes(buffer, 0, buffer.length);
                    n > 0;
                    n = in.readNBytes(buffer, filled, buffer.length - filled)) {
                filled += n;
                int from = 0;
                for (int at = from; at + 1 < filled; at++) {
                    if (buffer[at] == '\n' && buffer[at + 1] == '\n') {
                        note(buffer, index, offset, from, at + 1);
                        from = at + 2;
                        at++;
                    }
                }
                offset += from;
                filled -= from;
                System.arraycopy(buffer, from, buffer, 0, filled);
                if (filled == buffer.length) {
                    throw new IOException(
                            "a paragraph of " + indexes.get(index) + " is longer than " + CHUNK + " bytes");
                }
            }
        }
        if (filled > 1) {
            note(buffer, index, offset, 0, filled);
        }
    }

    private void note(byte[] buffer, int index, long offset, int from, int to) {
        var paragraph = new Paragraph(index, offset + from, to - from);
        boolean lineStart = true;
        for (int at = from; at < to; at++) {
            if (lineStart && buffer[at] == 'P') {
                int end = at;
                while (end < to && buffer[end] != '\n') {
                    end++;
                }
                String line = new String(buffer, at, end - at, StandardCharsets.ISO_8859_1);
                if (line.startsWith("Package: ") || line.startsWith("Provides: ")) {
                    for (String name : names(line.substring(line.indexOf(' ') + 1))) {
                        byName.computeIfAbsent(name, n -> new ArrayList<>(1)).add(paragraph);
                    }
                }
                at = end;
            }
            lineStart = at < to && buffer[at] == '\n';
        }
    }

    /** The indexes, open. */
    private static final class Readers implements AutoCloseable {
        private final List<RandomAccessFile> files = new ArrayList<>();

        Readers(List<Path> indexes) throws IOException {
            try {
                for (Path index : indexes) {
                    files.add(new RandomAccessFile(index.toFile(), "r"));
                }
            } catch (IOException e) {
                close();
                throw e;
            }
        }

        String text(Paragraph wanted) throws IOException {
            byte[] bytes = new byte[wanted.length()];
            RandomAccessFile file = files.get(wanted.index());
            file.seek(wanted.from());
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }

        @Override
        public void close() throws IOException {
            for (RandomAccessFile file : files) {
                file.close();
            }
        }
    }
}
