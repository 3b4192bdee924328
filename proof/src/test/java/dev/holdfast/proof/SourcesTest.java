package dev.holdfast.proof;

import dev.holdfast.cli.command.Version;
import dev.holdfast.engine.Engine;
import dev.holdfast.engines.Engines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Rules of the tree that no compiler holds. */
final class SourcesTest {
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
}
