package dev.holdfast.proof;

import dev.holdfast.cli.commands.Reference;
import dev.holdfast.problem.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Pages that are generated say what the code says; {@code -Dgolden.update} writes them. */
final class PagesTest {
    private static final Path DOCS = Tree.root().resolve("docs");

    @Test
    void commandsPageIsFresh() throws IOException {
        fresh(DOCS.resolve("reference/commands.md"), Reference.markdown());
    }

    @Test
    void indexOfProblemsIsFresh() throws IOException {
        fresh(DOCS.resolve("problems/README.md"), index());
    }

    @Test
    void everyCodeHasAPageThatSaysWhatItMeansAndWhatToDo() throws IOException {
        for (Code code : Code.values()) {
            Path page = DOCS.resolve("problems/" + code + ".md");
            assertThat(page).as("the page of %s", code).exists();
            assertThat(Files.readString(page))
                    .as("%s", page)
                    .startsWith("# " + code + ": " + code.title() + "\n")
                    .contains("Seen as", "Means", "Do");
        }
    }

    @Test
    void everyPageBelongsToACode() throws IOException {
        try (Stream<Path> pages = Files.list(DOCS.resolve("problems"))) {
            List<String> names = pages.map(page -> page.getFileName().toString())
                    .filter(name -> !name.equals("README.md"))
                    .map(name -> name.replace(".md", ""))
                    .toList();
            assertThat(names)
                    .isSubsetOf(Arrays.stream(Code.values()).map(Code::name).toList());
        }
    }

    @Test
    void codesStandInNumericOrder() {
        assertThat(Arrays.stream(Code.values()).map(Code::name)).isSorted();
    }

    @Test
    void everyCodeIsGivenBySomething() throws IOException {
        List<Path> sources = Tree.javaFiles("src/main/java").stream()
                .filter(file -> !file.endsWith("problem/Code.java"))
                .collect(Collectors.toCollection(ArrayList::new));
        try (Stream<Path> launcher = Files.list(Tree.root().resolve("cli/launcher"))) {
            launcher.forEach(sources::add);
        }
        assertThat(codesThatAreNotIn(sources)).isEmpty();
    }

    /** Compiled tests are looked into, and not their sources: a comment expects nothing. */
    @Test
    void everyCodeIsExpectedInSomeTest() throws IOException {
        List<Path> tests = new ArrayList<>();
        for (Path module : Tree.modules()) {
            Path classes = module.resolve("target/test-classes");
            if (Files.isDirectory(classes)) {
                try (Stream<Path> files = Files.walk(classes)) {
                    files.filter(PagesTest::holdsExpectations).forEach(tests::add);
                }
            }
        }
        assertThat(codesThatAreNotIn(tests)).isEmpty();
    }

    /** Classes of tests, and the table of refusals that RefusalsTest reads; fakes may throw what nobody expects. */
    private static boolean holdsExpectations(Path file) {
        return file.toString().matches(".*Test([$].*)?[.]class") || file.endsWith("reader/refusals.md");
    }

    private static List<String> codesThatAreNotIn(List<Path> files) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Path file : files) {
            text.append(Files.readString(file, StandardCharsets.ISO_8859_1)).append('\n');
        }
        return Arrays.stream(Code.values())
                .map(Code::name)
                .filter(code -> text.indexOf(code) < 0)
                .toList();
    }

    private static String index() {
        StringBuilder page = new StringBuilder("""
                # Problems

                Every refusal of Holdfast has a code, and each code a page. Generated from the codes; do not edit.

                | code | whose move | exit | title |
                |---|---|--:|---|
                """);
        for (Code code : Code.values()) {
            page.append("| [").append(code).append("](").append(code).append(".md) | ");
            page.append(code.kind().name().toLowerCase(Locale.ROOT)).append(" | ");
            page.append(code.kind().exitStatus())
                    .append(" | ")
                    .append(code.title())
                    .append(" |\n");
        }
        return page.toString();
    }

    private static void fresh(Path page, String expected) throws IOException {
        if (System.getProperty("golden.update") != null) {
            Files.createDirectories(page.getParent());
            Files.writeString(page, expected);
        }
        assertThat(page).as("write it with -Dgolden.update").exists().hasContent(expected);
    }
}
