package dev.holdfast.targets.local.image;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Puts roots together: {@code roots/<name>/tree} is a farm of hard links into the package store, with the files that
 * maintainer scripts would have made written by hand. A root costs some directory entries, whatever it holds.
 */
final class Roots {
    /** What an image is made like; part of every name, so that a new way makes new images beside the old. */
    static final int LAYOUT = 1;

    /** In every image: the sandbox, a shell and the tools that a command line is made of. */
    static final List<String> BASE = List.of("base-files", "libc-bin", "dash", "coreutils", "bubblewrap", "util-linux");

    private static final List<String> FOLDERS = List.of(
            "app",
            "config",
            "data",
            "dev",
            "dev/shm",
            "etc",
            "java",
            "proc",
            "root",
            "run",
            "secrets",
            "sys",
            "tls",
            "tmp",
            "usr",
            "usr/bin",
            "usr/lib",
            "usr/lib64",
            "usr/sbin",
            "var",
            "var/lib",
            "var/log");

    /** Debian's merged /usr, and places that programs expect to write to. */
    private static final Map<String, String> LINKS = Map.of(
            "bin", "usr/bin",
            "sbin", "usr/sbin",
            "lib", "usr/lib",
            "lib64", "usr/lib64",
            "var/run", "../run",
            "var/tmp", "../tmp",
            "usr/bin/awk", "mawk");

    private static final Map<String, String> FILES = Map.of(
            "etc/passwd",
            """
            root:x:0:0:root:/root:/bin/sh
            holdfast:x:%1$d:%1$d:Holdfast engine:/data:/bin/sh
            nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
            """.formatted(Image.USER),
            "etc/group",
            """
            root:x:0:
            holdfast:x:%d:
            nogroup:x:65534:
            """.formatted(Image.USER),
            "etc/nsswitch.conf",
            """
            passwd: files
            group: files
            hosts: files dns
            services: files
            """,
            "etc/hosts",
            """
            127.0.0.1 localhost
            ::1 localhost
            """,
            // a place to mount the host's on
            "etc/resolv.conf",
            "");

    private final Path roots;
    private final Path scratch;
    private final PackageStore store;

    Roots(Path engines, Path scratch, PackageStore store) {
        this.roots = engines.resolve("roots");
        this.scratch = scratch;
        this.store = store;
    }

    /** The name that these packages give a root; the same packages always give the same. */
    static String name(String label, Collection<DebianPackage> packages) {
        String content = packages.stream()
                .map(p -> p.id() + " " + p.sha256())
                .sorted()
                .collect(Collectors.joining("\n", "layout " + LAYOUT + "\n", ""));
        return label.replaceAll("[^a-zA-Z0-9.+-]", "-") + "-"
                + Folders.sha256(content).substring(0, 12);
    }

    Path folder(String name) {
        return roots.resolve(name);
    }

    static Path tree(Path folder) {
        return folder.resolve("tree");
    }

    static Path manifest(Path folder) {
        return folder.resolve("files");
    }

    /** Makes the root unless it is there; {@code description} is kept beside it. */
    Path assemble(String name, List<DebianPackage> packages, String description) throws IOException {
        Path home = folder(name);
        if (Files.isDirectory(tree(home))) {
            return tree(home);
        }
        Path folder = scratch.resolve("root-" + name);
        Folders.delete(folder);
        Path tree = Files.createDirectories(tree(folder));
        Map<String, Manifest.Entry> entries = skeleton(tree);
        // base-files first, as Debian's own bootstrap does: it owns the top of the tree
        List<DebianPackage> ordered = new ArrayList<>(packages);
        ordered.sort((a, b) ->
                Boolean.compare(b.name().equals("base-files"), a.name().equals("base-files")));
        for (DebianPackage each : ordered) {
            for (Manifest.Entry entry : store.manifest(each).entries()) {
                add(store.tree(each), tree, entry, entries);
            }
        }
        if (!entries.containsKey("usr/bin/mawk")) {
            Files.deleteIfExists(tree.resolve("usr/bin/awk"));
            entries.remove("usr/bin/awk");
        }
        new Manifest(List.copyOf(entries.values())).write(manifest(folder));
        Folders.write(folder.resolve("image"), description);
        Files.createDirectories(roots);
        Folders.delete(home);
        Files.move(folder, home, StandardCopyOption.ATOMIC_MOVE);
        return tree(home);
    }

    private static Map<String, Manifest.Entry> skeleton(Path tree) throws IOException {
        Map<String, Manifest.Entry> entries = new LinkedHashMap<>();
        for (String folder : FOLDERS) {
            Files.createDirectories(tree.resolve(folder));
        }
        for (Map.Entry<String, String> link : LINKS.entrySet()) {
            Files.createSymbolicLink(tree.resolve(link.getKey()), Path.of(link.getValue()));
        }
        for (Map.Entry<String, String> file : FILES.entrySet()) {
            Files.writeString(tree.resolve(file.getKey()), file.getValue());
        }
        Manifest.taken(tree).entries().forEach(e -> entries.put(e.path(), e));
        return entries;
    }

    private static void add(Path from, Path to, Manifest.Entry entry, Map<String, Manifest.Entry> entries)
            throws IOException {
        String path = merged(entry.path());
        if (entries.containsKey(path)) {
            return;
        }
        Path target = to.resolve(path);
        switch (entry) {
            case Manifest.Entry.Folder folder -> {
                createFolder(target);
                entries.put(path, new Manifest.Entry.Folder(path));
            }
            case Manifest.Entry.Link link -> {
                createFolder(parent(target));
                Files.createSymbolicLink(target, Path.of(link.target()));
                entries.put(path, new Manifest.Entry.Link(path, link.target()));
            }
            case Manifest.Entry.Plain file -> {
                createFolder(parent(target));
                link(from.resolve(file.path()), target);
                entries.put(path, new Manifest.Entry.Plain(path, file.executable(), file.sha256(), file.bytes()));
            }
        }
    }

    private static Path parent(Path path) {
        return java.util.Objects.requireNonNull(path.getParent());
    }

    private static void createFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectories(folder);
            Files.setPosixFilePermissions(folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static void link(Path existing, Path target) throws IOException {
        try {
            Files.createLink(target, existing);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException e) {
            // a file system without hard links, or one file linked too often: a copy is as good
            Files.copy(existing, target, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    /** Packages from before the merge still say {@code lib/…} for {@code usr/lib/…}. */
    private static String merged(String path) {
        for (String top : List.of("bin", "sbin", "lib", "lib64")) {
            if (path.startsWith(top + "/")) {
                return "usr/" + path;
            }
        }
        return path;
    }
}
