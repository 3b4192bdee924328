package dev.holdfast.target;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.target.Target.Rendered;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

final class OutputFolderTest {
    private static final Rendered FILE = new Rendered("compose.yaml", "a: 1\n", false);
    private static final Rendered SECRET = new Rendered("secrets/main-0/app", "swordfish", true);

    @TempDir
    private Path parent;

    @Test
    void writesFilesAndKeepsSecretsToTheUser() throws IOException {
        OutputFolder.Written written = write("compose/demo", FILE, SECRET);

        assertThat(written.written()).containsExactly("compose.yaml", "secrets/main-0/app");
        assertThat(out("compose.yaml")).hasContent("a: 1\n");
        assertThat(mode("compose.yaml")).isEqualTo("rw-r--r--");
        assertThat(mode("secrets/main-0/app")).isEqualTo("rw-------");
        assertThat(mode("secrets")).isEqualTo("rwx------");
        assertThat(Files.readString(out(Manifest.NAME)))
                .doesNotContain("swordfish")
                .contains("- secrets/main-0/app");
    }

    @Test
    void theSameAgainTouchesNothing() throws IOException {
        write("compose/demo", FILE, SECRET);
        Object inode = Files.getAttribute(out("compose.yaml"), "unix:ino");
        Object manifest = Files.getAttribute(out(Manifest.NAME), "unix:ino");

        OutputFolder.Written again = write("compose/demo", FILE, SECRET);

        assertThat(again.written()).isEmpty();
        assertThat(again.unchanged()).containsExactly("compose.yaml", "secrets/main-0/app");
        assertThat(Files.getAttribute(out("compose.yaml"), "unix:ino")).isEqualTo(inode);
        assertThat(Files.getAttribute(out(Manifest.NAME), "unix:ino")).isEqualTo(manifest);
    }

    @Test
    void whatIsNoLongerRenderedGoesAndTheRestStays() throws IOException {
        write("compose/demo", FILE, SECRET, new Rendered("config/main-0/a.conf", "x", false));
        Files.writeString(out("compose.override.yaml"), "mine");

        OutputFolder.Written written = write("compose/demo", new Rendered("compose.yaml", "a: 2\n", false));

        assertThat(written.written()).containsExactly("compose.yaml");
        assertThat(written.removed()).containsExactly("config/main-0/a.conf", "secrets/main-0/app");
        assertThat(out("config")).doesNotExist();
        assertThat(out("secrets")).doesNotExist();
        assertThat(out("compose.override.yaml")).hasContent("mine");
    }

    @Test
    void whatOthersWroteIsNamedAllAtOnceAndNothingIsTouched() throws IOException {
        Files.createDirectories(out("secrets"));
        Files.writeString(out("compose.yaml"), "theirs");
        Files.createDirectory(out("secrets/main-0"));
        Files.createSymbolicLink(out("secrets/main-0/app"), parent.resolve("elsewhere"));

        HoldfastException refusal = refused(FILE, SECRET, new Rendered("new", "x", false));

        assertThat(refusal.problems()).extracting(p -> p.code()).containsExactly(Code.HF3421, Code.HF3421);
        assertThat(refusal).hasMessageContaining("compose.yaml stands where a rendered file would go");
        assertThat(out("compose.yaml")).hasContent("theirs");
        assertThat(out("new")).doesNotExist();
        assertThat(parent.resolve("elsewhere")).doesNotExist();
    }

    @Test
    void aFolderReachedThroughALinkIsRefused() throws IOException {
        Files.createDirectories(out("").resolve("."));
        Files.createSymbolicLink(out("secrets"), Files.createDirectory(parent.resolve("elsewhere")));

        assertThat(refused(SECRET).problems()).extracting(p -> p.code()).containsExactly(Code.HF3421);
        assertThat(parent.resolve("elsewhere/main-0")).doesNotExist();
    }

    @Test
    void anEditedFileIsNeitherOverwrittenNorRemoved() throws IOException {
        write("compose/demo", FILE, new Rendered("config/a.conf", "x", false));
        Files.writeString(out("compose.yaml"), "edited");
        Files.writeString(out("config/a.conf"), "edited too");

        HoldfastException refusal = refused(new Rendered("compose.yaml", "a: 2\n", false));

        assertThat(refusal.problems()).extracting(p -> p.code()).containsExactly(Code.HF3422, Code.HF3422);
        assertThat(out("config/a.conf")).hasContent("edited too");
    }

    @Test
    void anInterruptedWriteCanBeRepeated() throws IOException {
        write("compose/demo", FILE, SECRET);
        Rendered next = new Rendered("compose.yaml", "a: 2\n", false);
        Manifest union =
                Manifest.of("compose/demo", List.of(FILE, SECRET)).and(Manifest.of("compose/demo", List.of(next)));
        Files.write(out(Manifest.NAME), union.bytes());

        assertThat(write("compose/demo", next).written()).containsExactly("compose.yaml");
        assertThat(out("secrets")).doesNotExist();
    }

    @Test
    void aFolderBelongsToOneStackOnOneTarget() {
        write("compose/demo", FILE);

        HoldfastException refusal = catchThrowableOfType(
                HoldfastException.class, () -> write("compose/other", new Rendered("compose.yaml", "b", false)));

        assertThat(refusal.problems()).extracting(p -> p.code()).containsExactly(Code.HF3421);
    }

    @Test
    void aManifestCannotMakeItRemoveWhatIsOutside() throws IOException {
        Files.writeString(parent.resolve("precious"), "x");
        write("compose/demo", FILE);
        Files.writeString(
                out(Manifest.NAME),
                Files.readString(out(Manifest.NAME)) + "- ../precious\n- " + parent.resolve("precious") + "\n");

        write("compose/demo", FILE);

        assertThat(parent.resolve("precious")).exists();
    }

    @Test
    void aPathThatLeadsOutIsAMistakeOfOurs() {
        for (String path : List.of("../x", "/x", "a/../../x", "", Manifest.NAME)) {
            assertThat(refused(new Rendered(path, "x", false)).problems())
                    .extracting(p -> p.code())
                    .containsExactly(Code.HF9001);
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws IOException {
        Files.writeString(parent.resolve("out"), "a file where the folder should be");

        assertThat(refused(FILE).problems()).extracting(p -> p.code()).containsExactly(Code.HF3423);
    }

    private HoldfastException refused(Rendered... files) {
        return catchThrowableOfType(HoldfastException.class, () -> write("compose/demo", files));
    }

    private OutputFolder.Written write(String owner, Rendered... files) {
        return new OutputFolder(parent.resolve("out")).write(owner, List.of(files));
    }

    private Path out(String path) {
        return parent.resolve("out").resolve(path);
    }

    private String mode(String path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(out(path)));
    }
}
