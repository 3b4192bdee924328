package dev.holdfast.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A page that sends its reader to a place sends him to one that is there. */
final class LinksTest {
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|mailto:|#)([^)#\\s]+)(#[^)]*)?\\)");

    @Test
    void everyLinkBetweenPagesLeadsToAFile() throws IOException {
        List<String> broken = new ArrayList<>();
        List<Path> pages = pages();
        for (Path page : pages) {
            Matcher links = LINK.matcher(Tree.read(page));
            while (links.find()) {
                if (!Files.exists(page.resolveSibling(links.group(1)))) {
                    broken.add(Tree.root().relativize(page) + ": " + links.group(1));
                }
            }
        }
        assertThat(pages).hasSizeGreaterThan(100);
        assertThat(broken).isEmpty();
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.walk(Tree.root())) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> !Tree.root().relativize(file).toString().contains("target/"))
                    .toList();
        }
    }
}
