package dev.holdfast.cli;

import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The addresses lead nowhere: what a server answers is tested where there are servers. */
final class DoctorTest extends CommandLineTest {
    private static final String NOBODY = "postgresql://app:s3cr3t@127.0.0.1:1/shop";

    @Test
    void anAddressNeedsNoDaemonAndItsPasswordIsNotShown() {
        Run run = run("doctor", NOBODY);

        assertThat(run.status()).isEqualTo(4);
        assertThat(run.out())
                .contains("postgresql://app@127.0.0.1:1/shop")
                .contains("port 1 is closed")
                .contains("fix: ");
        assertThat(run.out() + run.err()).doesNotContain("s3cr3t");
    }

    @Test
    void anAddressComesFromStandardInputOrAFileOfOnesOwn() throws IOException {
        types(NOBODY + "\n");
        Run typed = run("doctor", "-", "--output", "json");
        Path file = Files.createFile(
                folder().resolve("url"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, NOBODY + "\n");
        Run read = run("doctor", "file:url", "--output", "json");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        Run open = run("doctor", "file:url");

        for (Run run : new Run[] {typed, read}) {
            assertThat(run.status()).isEqualTo(4);
            Json examination = Json.parse(run.out()).itemsAt("examinations").getFirst();
            assertThat(examination.isAt("bad")).isTrue();
            assertThat(examination.itemsAt("findings").getLast().textAt("verdict"))
                    .contains("bad");
            assertThat(run.out()).doesNotContain("s3cr3t");
        }
        assertThat(open.status()).isEqualTo(4);
        assertThat(open.err()).contains("is open to other users of this machine [HF3541]");
    }

    @Test
    void whatIsNoAddressIsRefused() {
        types("hello\n");
        Run run = run("doctor", "-");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("no address of a server that holdfast doctor knows [HF1525]");
    }

    @Test
    void aWrongPasswordsPlaceIsNamedAndTheWordIsNot() {
        Run run = run("doctor", "postgresql://app:s3/cr3t@127.0.0.1:1/shop");

        assertThat(run.out())
                .contains("character 20 is a '/' inside the password")
                .doesNotContain("cr3t");
    }
}
