package dev.holdfast.target;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.target.Target.Rendered;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What was rendered into a folder: owner, and for each path the digests of the bytes that were written. A confidential
 * file has none ({@code -}), because a digest of a short password in a file that goes into version control would give it
 * away.
 */
record Manifest(String owner, SortedMap<String, Set<String>> digests) {
    static final String NAME = ".holdfast-rendered";

    private static final String HEAD = "# What 'holdfast render' wrote here; keep it beside the files. ";
    private static final String CONFIDENTIAL = "-";

    static Manifest of(String owner, List<Rendered> files) {
        SortedMap<String, Set<String>> digests = new TreeMap<>();
        for (Rendered file : files) {
            if (!isInside(file.path()) || file.path().equals(NAME)) {
                throw new HoldfastException(Problem.of(
                        Code.HF9001,
                        "a render names the path '" + file.path() + "', which is not inside its folder",
                        "Please report this: the stack file should have been refused."));
            }
            String digest =
                    file.confidential() ? CONFIDENTIAL : digest(file.text().getBytes(StandardCharsets.UTF_8));
            digests.put(file.path(), Set.of(digest));
        }
        return new Manifest(owner, digests);
    }

    /** Empty where there is none; refused where the folder belongs to another stack or another target. */
    static Manifest read(Path file, String owner) throws IOException {
        if (!Files.exists(file)) {
            return new Manifest(owner, new TreeMap<>());
        }
        List<String> lines = Files.readString(file).lines().toList();
        String head = lines.isEmpty() ? "" : lines.getFirst();
        if (!head.equals(HEAD + owner)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3421,
                    file + " says that the folder does not belong to " + owner,
                    "Choose another folder with -o: each holds one stack on one target."));
        }
        SortedMap<String, Set<String>> digests = new TreeMap<>();
        for (String line : lines.subList(1, lines.size())) {
            int space = line.indexOf(' ');
            String path = line.substring(space + 1);
            if (space > 0 && isInside(path)) {
                digests.computeIfAbsent(path, p -> new TreeSet<>()).add(line.substring(0, space));
            }
        }
        return new Manifest(owner, digests);
    }

    Set<String> paths() {
        return digests.keySet();
    }

    boolean wrote(String path, byte[] bytes) {
        Set<String> known = digests.getOrDefault(path, Set.of());
        return known.contains(CONFIDENTIAL) || known.contains(digest(bytes));
    }

    Manifest and(Manifest other) {
        SortedMap<String, Set<String>> both = new TreeMap<>();
        for (Manifest each : List.of(this, other)) {
            each.digests.forEach((path, known) ->
                    both.computeIfAbsent(path, p -> new TreeSet<>()).addAll(known));
        }
        return new Manifest(owner, both);
    }

    byte[] bytes() {
        StringBuilder text = new StringBuilder(HEAD).append(owner).append('\n');
        for (Map.Entry<String, Set<String>> entry : digests.entrySet()) {
            for (String digest : entry.getValue()) {
                text.append(digest).append(' ').append(entry.getKey()).append('\n');
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The file is in version control, where anyone may have changed it: a path in it must not lead out. */
    private static boolean isInside(String path) {
        Path parsed = Path.of(path);
        return !path.isEmpty()
                && !path.contains("\n")
                && !parsed.isAbsolute()
                && parsed.normalize().equals(parsed)
                && !parsed.startsWith("..");
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
