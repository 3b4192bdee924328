package dev.holdfast.targets.local.image;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.targets.local.Cache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

final class ClassArchiveTest {
    private static final Path JAVA = Path.of(System.getProperty("java.home"));
    private static final Programs.Maven SMALL = new Programs.Maven(
            "org.jspecify:jspecify",
            "1.0.0",
            List.of(),
            Map.of(),
            Optional.of(new Programs.ClassList(ClassArchiveTest.class, "classes.list.gz")));

    @TempDir
    Path folder;

    private Path lib;

    @BeforeEach
    void fetch() throws IOException {
        Path engines = Files.createDirectories(folder.resolve("engines"));
        try (CacheLock lock = CacheLock.take(engines, new Reporter(Progress.silent()))) {
            var maven = new MavenArtifacts(engines, lock.scratch(), tools());
            maven.install(new Request(SMALL), SMALL, List.of());
            lib = maven.lib(new Request(SMALL));
        }
    }

    @Test
    void aJvmTakesTheArchiveWhereverTheJarsAreShown() throws Exception {
        make(JAVA);
        Path archive = ClassArchive.of(lib, JAVA).file().orElseThrow();
        Path elsewhere = Files.createSymbolicLink(folder.resolve("app"), lib);
        // with "on", a JVM that cannot use it ends at once
        Process java = new ProcessBuilder(
                        JAVA.resolve("bin/java").toString(),
                        "-Xshare:on",
                        "-XX:SharedArchiveFile=" + archive,
                        "-XX:+UseSerialGC",
                        "-cp",
                        elsewhere + "/*",
                        "-version")
                .redirectErrorStream(true)
                .start();
        String output = new String(java.getInputStream().readAllBytes());
        assertThat(java.waitFor()).describedAs(output).isZero();
        assertThat(new EngineImages(folder, Map.of(), Cache.HERE, InstantSource.system()).verify())
                .isEmpty();
    }

    @Test
    void aDamagedArchiveIsFound() throws IOException {
        make(JAVA);
        Path archive = ClassArchive.of(lib, JAVA).file().orElseThrow();
        byte[] bytes = Files.readAllBytes(archive);
        bytes[bytes.length / 2] ^= 1;
        Files.write(archive, bytes);
        assertThat(new EngineImages(folder, Map.of(), Cache.HERE, InstantSource.system()).verify())
                .singleElement()
                .satisfies(damage -> assertThat(damage.file()).isEqualTo(archive));
    }

    @Test
    void aJdkThatMakesNoneIsAskedOnce() throws IOException {
        make(JAVA);
        Path other = folder.resolve("jdk");
        Files.createDirectories(other.resolve("bin"));
        Files.createDirectories(other.resolve("lib"));
        Files.writeString(other.resolve("lib/modules"), "of another build");
        Path program = other.resolve("bin/java");
        Files.writeString(program, "#!/bin/sh\necho asked >> " + folder + "/asked\necho no such option\nexit 1\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        make(other);
        make(other);
        assertThat(ClassArchive.of(lib, other).file()).isEmpty();
        assertThat(Files.readAllLines(folder.resolve("asked"))).containsExactly("asked");
        // that of the JDK before is gone
        assertThat(ClassArchive.of(lib, JAVA).file()).isEmpty();
    }

    private void make(Path java) throws IOException {
        try (CacheLock lock = CacheLock.take(folder.resolve("engines"), new Reporter(Progress.silent()))) {
            ClassArchive.of(lib, java).make(SMALL.classes().orElseThrow(), lib, lock.scratch(), tools());
        }
    }

    private static Tools tools() {
        return new Tools(System.getenv());
    }
}
