package dev.holdfast.target;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.target.Target.Rendered;
import dev.holdfast.text.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The folder a render is written to. It may hold files of other people ({@code compose.override.yaml}): what Holdfast did
 * not write, or what was edited since, is never overwritten and never removed, and all of it is named at once before
 * anything is touched. An interrupted write can be repeated.
 */
public final class OutputFolder {
    private final Path folder;

    public OutputFolder(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** What a write did; the paths are relative to the folder and sorted. */
    public record Written(List<String> written, List<String> unchanged, List<String> removed) {
        public Written {
            written = List.copyOf(written);
            unchanged = List.copyOf(unchanged);
            removed = List.copyOf(removed);
        }
    }

    /** @param owner which stack on which target ({@code compose/starter}); a folder belongs to one */
    public Written write(String owner, List<Rendered> files) {
        try {
            Manifest before = Manifest.read(folder.resolve(Manifest.NAME), owner);
            Manifest after = Manifest.of(owner, files);
            Set<String> stale = new TreeSet<>(before.paths());
            stale.removeAll(after.paths());
            refuseWhatIsNotOurs(before, files, stale);
            return replace(before, after, files, stale);
        } catch (IOException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3423,
                            "the folder " + folder + " cannot be written ("
                                    + e.getClass().getSimpleName() + ": " + e.getMessage() + ")",
                            "Choose a folder that is yours and has space left with -o."),
                    e);
        }
    }

    private Written replace(Manifest before, Manifest after, List<Rendered> files, Set<String> stale)
            throws IOException {
        List<Rendered> changed = new ArrayList<>();
        List<String> unchanged = new ArrayList<>();
        for (Rendered file : files) {
            if (isThere(file)) {
                unchanged.add(file.path());
            } else {
                changed.add(file);
            }
        }
        unchanged.sort(null);
        if (changed.isEmpty() && before.equals(after)) {
            return new Written(List.of(), unchanged, List.of());
        }
        Files.createDirectories(folder);
        Path manifest = folder.resolve(Manifest.NAME);
        // from here until the end both the old and the new bytes of a path count as ours
        AtomicFile.writeReadable(manifest, before.and(after).bytes());
        List<String> written = new ArrayList<>();
        for (Rendered file : changed) {
            write(file);
            written.add(file.path());
        }
        List<String> removed = new ArrayList<>();
        for (String path : stale) {
            if (Files.deleteIfExists(folder.resolve(path))) {
                removed.add(path);
            }
            removeEmptyFolders(Path.of(path));
        }
        AtomicFile.writeReadable(manifest, after.bytes());
        written.sort(null);
        return new Written(written, unchanged, removed);
    }

    private void write(Rendered file) throws IOException {
        byte[] bytes = file.text().getBytes(StandardCharsets.UTF_8);
        Path path = folder.resolve(file.path());
        createFolders(path, file.confidential());
        if (file.confidential()) {
            AtomicFile.writePrivate(path, bytes);
        } else {
            AtomicFile.writeReadable(path, bytes);
        }
    }

    private void refuseWhatIsNotOurs(Manifest before, List<Rendered> files, Set<String> stale) throws IOException {
        Problems problems = new Problems();
        for (Rendered file : files) {
            Path path = folder.resolve(file.path());
            byte[] bytes = file.text().getBytes(StandardCharsets.UTF_8);
            if (isBlocked(path)) {
                problems.add(foreign(path));
            } else if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                byte[] present = Files.readAllBytes(path);
                if (!Arrays.equals(present, bytes)) {
                    refuse(before, file.path(), present, problems);
                }
            }
        }
        for (String path : stale) {
            Path present = folder.resolve(path);
            if (!isBlocked(present) && Files.exists(present, LinkOption.NOFOLLOW_LINKS)) {
                refuse(before, path, Files.readAllBytes(present), problems);
            }
        }
        problems.throwIfAny();
    }

    private void refuse(Manifest before, String path, byte[] present, Problems problems) {
        if (!before.paths().contains(path)) {
            problems.add(foreign(folder.resolve(path)));
        } else if (!before.wrote(path, present)) {
            problems.add(Problem.of(
                    Code.HF3422,
                    folder.resolve(path) + " was edited since it was rendered",
                    "Move your edits to a file of your own (for Compose: compose.override.yaml) and delete this one."));
        }
    }

    private static Problem foreign(Path path) {
        return Problem.of(
                Code.HF3421,
                path + " stands where a rendered file would go, and it was not rendered here",
                "Move it away, or choose another folder with -o.");
    }

    /** Whether a link or something that is no folder stands on the way, or something that is no file at the end. */
    private boolean isBlocked(Path path) {
        Path way = path.getParent();
        while (way != null && !way.equals(folder)) {
            if (Files.exists(way, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(way, LinkOption.NOFOLLOW_LINKS)) {
                return true;
            }
            way = way.getParent();
        }
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
    }

    private boolean isThere(Rendered file) throws IOException {
        Path path = folder.resolve(file.path());
        byte[] bytes = file.text().getBytes(StandardCharsets.UTF_8);
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS) || !Arrays.equals(Files.readAllBytes(path), bytes)) {
            return false;
        }
        String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        return !file.confidential() || mode.endsWith("------");
    }

    /** A folder made for a confidential file is nobody else's either. */
    private void createFolders(Path path, boolean confidential) throws IOException {
        Path parent = path.getParent();
        if (parent != null && confidential) {
            Files.createDirectories(
                    parent, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else if (parent != null) {
            Files.createDirectories(parent);
        }
    }

    private void removeEmptyFolders(Path removed) throws IOException {
        for (int depth = removed.getNameCount() - 1; depth > 0; depth--) {
            try {
                Files.deleteIfExists(folder.resolve(removed.subpath(0, depth)));
            } catch (DirectoryNotEmptyException e) {
                return;
            }
        }
    }
}
