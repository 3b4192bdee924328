package dev.holdfast.targets.local.door;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.image.Image;
import dev.holdfast.targets.local.sandbox.Bind;
import dev.holdfast.targets.local.sandbox.Entry;
import dev.holdfast.targets.local.sandbox.Sandbox;
import dev.holdfast.text.Resource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The library that has an engine take its listening socket from a {@link Door}: {@code door.c} beside this class, made
 * once for each of its versions by a small compiler that is a Debian package like every other program.
 */
public final class DoorLibrary {
    /** What makes it; fetched only where a service may sleep. */
    public static final Programs PROGRAMS = new Programs.Debian(List.of("tcc"));

    private static final int SECONDS = 30;
    private static final String NAME = "door.so";

    private final Path folder;
    private final String source;

    /** @param cache the folder in which each version has one of its own */
    public DoorLibrary(Path cache) {
        this.source = Resource.beside(DoorLibrary.class, "door.c");
        this.folder = cache.resolve("door-" + digest(source + System.getProperty("os.arch")));
    }

    /** The library, where it was made. */
    public Optional<Path> file() {
        return Optional.of(folder.resolve(NAME)).filter(Files::isRegularFile);
    }

    /** Makes it where it is not there; safe against others who do the same. */
    public Path made(Image compiler, Sandbox sandbox) {
        Optional<Path> there = file();
        if (there.isPresent()) {
            return there.get();
        }
        try {
            Path parent = Files.createDirectories(folder.resolveSibling("door"));
            Path work = Files.createTempDirectory(parent, "make");
            try {
                return compiled(compiler, sandbox, work);
            } finally {
                removed(work);
            }
        } catch (IOException e) {
            throw failed("its folder '" + folder + "' cannot be used: " + e.getMessage());
        }
    }

    private Path compiled(Image compiler, Sandbox sandbox, Path work) throws IOException {
        Path in = Files.createDirectory(work.resolve("in"));
        Path out = Files.createDirectory(work.resolve("out"));
        Files.writeString(in.resolve("door.c"), source);
        for (Path path : List.of(in, in.resolve("door.c"), out)) {
            if (sandbox.owner().isPresent()) {
                Files.setAttribute(path, "unix:uid", sandbox.owner().getAsInt());
                Files.setAttribute(path, "unix:gid", sandbox.owner().getAsInt());
            }
        }
        Entry entry = Entry.once(
                compiler,
                List.of(Bind.readOnly(in, "/config"), Bind.writable(out, "/data")),
                new TreeMap<>(),
                List.of("/usr/bin/tcc", "-shared", "-nostdlib", "-o", "/data/" + NAME, "/config/door.c"));
        Process process =
                sandbox.enter(entry).builder().redirectErrorStream(true).start();
        process.getOutputStream().close();
        String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw failed("the compiler said: " + words);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("it was interrupted");
        }
        Path made = out.resolve(NAME);
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("r-xr-xr-x"));
        Files.createDirectories(folder);
        // every sandbox reads it, and no user of the machine needs it otherwise
        Files.move(made, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
        return folder.resolve(NAME);
    }

    private static HoldfastException failed(String because) {
        return new HoldfastException(Problem.of(
                Code.HF3254,
                "the library by which engines sleep could not be made because " + because,
                "Run the command again; if it stays so, remove 'suspend' from the stack file and report this."));
    }

    private static void removed(Path work) throws IOException {
        try (Stream<Path> files = Files.walk(work)) {
            for (Path file : files.toList().reversed()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static String digest(String text) {
        try {
            byte[] bytes = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(bytes, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
