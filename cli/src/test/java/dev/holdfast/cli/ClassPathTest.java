package dev.holdfast.cli;

import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The AOT cache leaves out classes older than Java 6: a library of them costs every command its start (decision 0003). */
final class ClassPathTest {
    private static final int LEAST_CLASS_VERSION = 50;

    /** Libraries of the tests alone; they are never on a command's path. */
    private static final List<String> OF_TESTS =
            List.of("junit-", "assertj-", "byte-buddy-", "opentest4j-", "apiguardian-");

    @Test
    void noClassAtRunTimeIsTooOldForTheStartUpCache() throws IOException {
        List<String> old = new ArrayList<>();
        for (Path jar : runTimeJars()) {
            try (JarFile file = new JarFile(jar.toFile())) {
                for (Enumeration<JarEntry> entries = file.entries(); entries.hasMoreElements(); ) {
                    JarEntry entry = entries.nextElement();
                    if (entry.getName().endsWith(".class") && version(file, entry) < LEAST_CLASS_VERSION) {
                        old.add(jar.getFileName() + "!" + entry.getName());
                    }
                }
            }
        }
        assertThat(old.stream().limit(10)).isEmpty();
    }

    @Test
    void thereAreJarsToLookAt() {
        assertThat(runTimeJars())
                .extracting(jar -> jar.getFileName().toString())
                .anyMatch(name -> name.startsWith("snakeyaml-engine"))
                .anyMatch(name -> name.startsWith("postgresql"))
                .noneMatch(name -> name.startsWith("picocli-"));
    }

    private static int version(JarFile file, JarEntry entry) throws IOException {
        try (DataInputStream in = new DataInputStream(file.getInputStream(entry))) {
            in.readInt();
            in.readUnsignedShort();
            return in.readUnsignedShort();
        }
    }

    private static List<Path> runTimeJars() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> entry.endsWith(".jar"))
                .map(Path::of)
                .filter(jar -> OF_TESTS.stream().noneMatch(jar.getFileName().toString()::startsWith))
                .toList();
    }
}
