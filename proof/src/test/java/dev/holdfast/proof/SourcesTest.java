package dev.holdfast.proof;

import dev.holdfast.cli.command.Version;
import dev.holdfast.engine.Engine;
import dev.holdfast.engines.Engines;
import java.io.DataInputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Rules of the tree that no compiler holds. */
final class SourcesTest {
    /** The AOT cache leaves out classes older than Java 6: a library of them would cost every command its start. */
    private static final int LEAST_CLASS_VERSION = 50;

    @Test
    void noFileIsLongerThanFourHundredLines() throws IOException {
        assertThat(Tree.javaFiles("src/main/java").stream()
                        .filter(file -> Tree.read(file).lines().count() > 400))
                .isEmpty();
    }

    @Test
    void everyPackageIsNullMarked() throws IOException {
        List<Path> unmarked = Tree.javaFiles("src/main/java").stream()
                .map(Path::getParent)
                .distinct()
                .filter(folder -> !Files.exists(folder.resolve("package-info.java"))
                        || !Tree.read(folder.resolve("package-info.java")).contains("@NullMarked"))
                .toList();
        assertThat(unmarked).isEmpty();
    }

    @Test
    void everyEngineHasAReadme() {
        for (Engine<?> engine : Engines.register().engines()) {
            Path readme = Tree.root()
                    .resolve("engines/src/main/java/dev/holdfast/engines")
                    .resolve(engine.name())
                    .resolve("README.md");
            assertThat(readme).exists().isNotEmptyFile();
        }
    }

    @Test
    void noTestIsSkippedOrSleeps() throws IOException {
        List<String> banned = Stream.of(
                        "@Dis" + "abled",
                        "assume" + "True",
                        "assume" + "That",
                        "Thread.sl" + "eep(",
                        "TO" + "DO",
                        "FIX" + "ME")
                .toList();
        List<String> found = new ArrayList<>();
        for (Path file : Tree.javaFiles("src/test/java")) {
            String text = Tree.read(file);
            banned.stream().filter(text::contains).forEach(word -> found.add(file + ": " + word));
        }
        assertThat(found).isEmpty();
    }

    @Test
    void theVersionPeopleSeeIsThatOfTheBuild() {
        assertThat(Tree.read(Tree.root().resolve("pom.xml")))
                .contains("<version>" + Version.NUMBER + "-SNAPSHOT</version>");
    }

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
        assertThat(runTimeJars().stream()
                        .map(jar -> jar.getFileName().toString())
                        .collect(Collectors.joining(" ")))
                .contains("snakeyaml-engine", "postgresql", "logback-classic");
    }

    private static int version(JarFile file, JarEntry entry) throws IOException {
        try (DataInputStream in = new DataInputStream(file.getInputStream(entry))) {
            in.readInt();
            in.readUnsignedShort();
            return in.readUnsignedShort();
        }
    }

    /** The libraries of the class path; those of the tests are held to it too, as long as they all pass. */
    private static List<Path> runTimeJars() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> entry.endsWith(".jar"))
                .map(Path::of)
                .toList();
    }
}
