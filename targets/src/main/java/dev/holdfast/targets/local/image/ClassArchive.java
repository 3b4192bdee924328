package dev.holdfast.targets.local.image;

import dev.holdfast.blueprint.Programs;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The classes of a Java engine, parsed, verified and linked, in a file that its JVM maps: {@code java/<key>/classes-<JDK>.jsa}.
 * It halves the time of a start. It is bound to one build of the JDK and to the jars; a JVM that it does not fit passes it
 * over, and where it cannot be made the engine starts without it.
 */
public final class ClassArchive {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final Path archive;
    private final Path java;

    private ClassArchive(Path archive, Path java) {
        this.archive = archive;
        this.java = java;
    }

    /** The one for these jars ({@link Image#application}) and the JDK at {@code java}. */
    public static ClassArchive of(Path application, Path java) {
        return new ClassArchive(application.resolveSibling("classes-" + build(java) + ".jsa"), java);
    }

    /** Where it is, if it is there. */
    public Optional<Path> file() {
        return Files.isRegularFile(archive) ? Optional.of(archive) : Optional.empty();
    }

    /** Whether making it was tried, with or without success: one try for each JDK is enough. */
    boolean wasTried() {
        return Files.isRegularFile(archive) || Files.isRegularFile(failure());
    }

    /** Makes it, unless that was tried before; those for other JDKs go. */
    void make(Programs.ClassList classes, Path application, Path scratch, Tools tools) throws IOException {
        if (wasTried()) {
            return;
        }
        Path made = scratch.resolve(archive.getFileName());
        Path list = scratch.resolve(archive.getFileName() + ".list");
        try (OutputStream out = Files.newOutputStream(list);
                InputStream own = classes.open()) {
            Path common = java.resolve("lib/classlist");
            if (Files.isReadable(common)) {
                Files.copy(common, out);
            }
            own.transferTo(out);
        }
        Tools.Outcome outcome = tools.run(
                List.of(
                        java.resolve("bin/java").toString(),
                        "-Xshare:dump",
                        "-XX:+AOTClassLinking",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-XX:SharedClassListFile=" + list,
                        "-XX:SharedArchiveFile=" + made,
                        "-Xlog:disable",
                        "-Xlog:all=error:stderr",
                        "-cp",
                        application + "/*"),
                scratch,
                Map.of(),
                LIMIT);
        for (Path other : PackageStore.children(archive.resolveSibling(""))) {
            if (other.getFileName().toString().startsWith("classes-")) {
                Files.delete(other);
            }
        }
        if (outcome.succeeded() && Files.isRegularFile(made)) {
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-r--r--"));
            Folders.write(sum(archive), Folders.sha256(made));
            Files.move(made, archive, StandardCopyOption.ATOMIC_MOVE);
        } else {
            Folders.write(failure(), outcome.lastWords() + "\n");
        }
    }

    /** Whether an archive is as it was made; a JVM does not look. */
    static boolean isWhole(Path archive) throws IOException {
        Path sum = sum(archive);
        return Files.isRegularFile(sum) && Files.readString(sum).equals(Folders.sha256(archive));
    }

    private Path failure() {
        return archive.resolveSibling(archive.getFileName() + ".failed");
    }

    private static Path sum(Path archive) {
        return archive.resolveSibling(archive.getFileName() + ".sha256");
    }

    /** What makes one JDK another: its release and the file that its classes are in. */
    private static String build(Path java) {
        try {
            Path release = java.resolve("release");
            Path modules = java.resolve("lib/modules");
            return Folders.sha256((Files.isReadable(release) ? Files.readString(release) : "")
                            + Files.size(modules)
                            + Files.getLastModifiedTime(modules))
                    .substring(0, 12);
        } catch (IOException e) {
            return "unknown"; // a JDK of another make: its JVM sees for itself whether the archive fits
        }
    }
}
