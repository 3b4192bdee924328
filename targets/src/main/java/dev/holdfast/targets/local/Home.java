package dev.holdfast.targets.local;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The places of one user's Holdfast on this machine. Everything in them is for that user alone. */
public record Home(Path data, Path cache, Path runtime, PortRange ports) {
    // sun_path holds 108 bytes, the last of them the closing zero
    private static final int LONGEST_SOCKET = 107;
    // the second word is that of a derived stack, which no file can ask for
    private static final Pattern NAME =
            Pattern.compile("[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?(@[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?)?");

    public Home(Path data, Path cache, Path runtime) {
        this(data, cache, runtime, PortRange.USUAL);
    }

    /** From {@code HOLDFAST_HOME}, or from the XDG variables and {@code HOME}. Creates nothing. */
    public static Home of(Map<String, String> environment) {
        Optional<Path> own = folder(environment, "HOLDFAST_HOME");
        if (own.isPresent()) {
            Path root = own.get();
            // several homes may share one cache: what is in it is named by its content
            Path cache = folder(environment, "HOLDFAST_CACHE").orElse(root.resolve("cache"));
            return new Home(root.resolve("data"), cache, root.resolve("run"), PortRange.of(environment));
        }
        Path data = folder(environment, "XDG_DATA_HOME")
                .orElseGet(() -> home(environment).resolve(".local/share"))
                .resolve("holdfast");
        Path cache = folder(environment, "HOLDFAST_CACHE")
                .orElseGet(() -> folder(environment, "XDG_CACHE_HOME")
                        .orElseGet(() -> home(environment).resolve(".cache"))
                        .resolve("holdfast"));
        Path runtime = folder(environment, "XDG_RUNTIME_DIR")
                .map(folder -> folder.resolve("holdfast"))
                .orElse(data.resolve("run"));
        return new Home(data, cache, runtime, PortRange.of(environment));
    }

    /** Makes what is missing, 0700, the folder of the socket included. */
    public Home create() {
        for (Path folder : List.of(data, data.resolve("stacks"), cache, runtime)) {
            Disk.folder(folder, Disk.OURS);
        }
        Path folder = socketFolder();
        if (!folder.equals(runtime)) {
            claim(folder);
        }
        return this;
    }

    /** The daemon's socket; in a short folder under /tmp where the path would not fit into a socket address. */
    public Path socket() {
        return socketFolder().resolve("daemon.sock");
    }

    /** The folder of that stack, which need not exist. Refuses a name that is not one plain word. */
    public StackFolder stack(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3101,
                            "'" + name + "' cannot be the name of a stack's folder",
                            "Choose a name of at most 63 lower-case letters, digits, '-', '_' and '.', beginning and ending with a letter or digit."));
        }
        return new StackFolder(name, data.resolve("stacks").resolve(name));
    }

    /** Every stack that has a folder here, by name, whatever the state of its files. */
    public List<StackFolder> stacks() {
        Path folder = data.resolve("stacks");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory)
                    .map(path -> path.getFileName().toString())
                    .filter(name -> NAME.matcher(name).matches())
                    .sorted()
                    .map(this::stack)
                    .toList();
        } catch (IOException e) {
            throw Disk.failure(folder, 0, e);
        }
    }

    private Path socketFolder() {
        if (runtime.resolve("daemon.sock").toString().getBytes(StandardCharsets.UTF_8).length <= LONGEST_SOCKET) {
            return runtime;
        }
        // two homes of one user must not meet in one socket, hence the digest
        return Path.of(
                "/tmp",
                "holdfast-" + uid() + "-" + Digest.of(runtime.toString()).substring(0, 12));
    }

    /** /tmp is everyone's: a folder that somebody put there first is not ours to trust. */
    private static void claim(Path folder) {
        try {
            if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                    || !Files.getAttribute(folder, "unix:uid", LinkOption.NOFOLLOW_LINKS)
                            .equals(uid())
                    || !PosixFilePermissions.toString(Files.getPosixFilePermissions(folder, LinkOption.NOFOLLOW_LINKS))
                            .equals("rwx------")) {
                throw new HoldfastException(
                        Problem.of(
                                Code.HF3111,
                                "'" + folder + "' is not a folder that only this user can enter",
                                "Remove it, or set HOLDFAST_HOME or XDG_RUNTIME_DIR to a shorter path so that the socket fits there."));
            }
        } catch (IOException e) {
            throw Disk.failure(folder, 0, e);
        }
    }

    private static int uid() {
        try {
            return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw Disk.failure(Path.of("/proc/self"), 0, e);
        }
    }

    private static Optional<Path> folder(Map<String, String> environment, String variable) {
        return Optional.ofNullable(environment.get(variable))
                .filter(value -> !value.isEmpty())
                .map(value -> Path.of(value).toAbsolutePath().normalize());
    }

    private static Path home(Map<String, String> environment) {
        return folder(environment, "HOME")
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3114,
                        "neither HOLDFAST_HOME nor HOME is set",
                        "Set HOLDFAST_HOME to a folder in which Holdfast may keep its files.")));
    }
}
