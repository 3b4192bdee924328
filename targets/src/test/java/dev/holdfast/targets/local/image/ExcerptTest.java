package dev.holdfast.targets.local.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

final class ExcerptTest {
    private static final String MAIN = "mirror_dists_trixie_main_binary-amd64_Packages";
    private static final String SECURITY = "mirror_dists_trixie-security_main_binary-amd64_Packages";

    @TempDir
    Path folder;

    private Path lists;
    private Path into;

    @BeforeEach
    void indexes() throws IOException {
        lists = Files.createDirectories(folder.resolve("lists"));
        into = folder.resolve("excerpt");
        Files.writeString(lists.resolve("mirror_dists_trixie_InRelease"), "signed\n");
        Files.writeString(lists.resolve(MAIN), """
                Package: server
                Version: 1
                Pre-Depends: base (>= 2) [amd64]
                Depends: first:any | second, feature (= 3), skipped
                Description: Package: trap
                 Depends: trap

                Package: trap
                Version: 1

                Package: first
                Version: 1

                Package: second
                Version: 1
                Depends: deep

                Package: deep
                Version: 1

                Package: provider
                Version: 1
                Provides: other, feature (= 3)

                Package: skipped
                Version: 1
                Depends: trap

                Package: base
                Version: 2
                """);
        Files.writeString(lists.resolve(SECURITY), "Package: deep\nVersion: 2\n\nPackage: trap\nVersion: 2\n");
    }

    @Test
    void everyVersionAlternativeAndProviderIsInItAndNothingElse() throws IOException {
        new Excerpt(lists).write(lists, into, List.of("server"), Set.of("skipped"), true);
        assertThat(packages(MAIN)).containsExactly("server", "first", "second", "deep", "provider", "base");
        assertThat(packages(SECURITY)).containsExactly("deep");
        assertThat(Files.readString(into.resolve("mirror_dists_trixie_InRelease")))
                .isEqualTo("signed\n");
        String text = Files.readString(lists.resolve(MAIN));
        assertThat(Files.readString(into.resolve(MAIN))).startsWith(text.substring(0, text.indexOf("\n\n") + 2));
    }

    @Test
    void withoutWhatTheyNeedOnlyTheNamedAreIn() throws IOException {
        new Excerpt(lists).write(lists, into, List.of("second", "skipped"), Set.of(), false);
        assertThat(packages(MAIN)).containsExactly("second", "skipped");
        assertThat(packages(SECURITY)).isEmpty();
    }

    /** Paragraphs lie across every place where reading stops for a moment. */
    @Test
    void anIndexOfManyPiecesIsReadAsOne() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 40_000; i++) {
            text.append("Package: p")
                    .append(i)
                    .append("\nDepends: p")
                    .append(i + 1)
                    .append("\nSize: ");
            text.append("7".repeat(i % 83)).append("\n\n");
        }
        Files.writeString(lists.resolve(MAIN), text);
        new Excerpt(lists).write(lists, into, List.of("p0"), Set.of(), true);
        assertThat(Files.readString(into.resolve(MAIN))).isEqualTo(text.toString());
    }

    private List<String> packages(String index) throws IOException {
        return Files.readString(into.resolve(index))
                .lines()
                .filter(line -> line.startsWith("Package: "))
                .map(line -> line.substring("Package: ".length()))
                .toList();
    }
}
