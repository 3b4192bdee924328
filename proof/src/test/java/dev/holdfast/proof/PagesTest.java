package dev.holdfast.proof;

import dev.holdfast.cli.commands.Reference;
import dev.holdfast.problem.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    void everyCodeIsExpectedInSomeTest() throws IOException {
        String tests = Tree.javaFiles("src/test/java").stream()
                .filter(file -> !file.endsWith("PagesTest.java"))
                .map(Tree::read)
                .collect(Collectors.joining());
        assertThat(Arrays.stream(Code.values()).map(Code::name).filter(code -> !tests.contains(code)))
                .isEmpty();
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
