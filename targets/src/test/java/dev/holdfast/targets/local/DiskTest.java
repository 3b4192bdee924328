package dev.holdfast.targets.local;

import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class DiskTest {
    @TempDir
    private Path folder;

    @Test
    void aFileThatIsRightIsNotTouched() throws IOException {
        Path file = folder.resolve("a");
        assertThat(Disk.write(file, bytes("one"), Disk.OURS)).isTrue();
        FileTime old = FileTime.from(Instant.EPOCH);
        Files.setLastModifiedTime(file, old);
        assertThat(Disk.write(file, bytes("one"), Disk.OURS)).isFalse();
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(old);
        assertThat(Disk.write(file, bytes("two"), Disk.OURS)).isTrue();
        assertThat(file).hasContent("two");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(folder).isDirectoryContaining(path -> path.equals(file));
        assertThat(folder.toFile().list()).hasSize(1);
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("a"), "x");
        assertThatThrownBy(() -> Disk.write(file.resolve("b"), bytes("one"), Disk.OURS))
                .hasMessageContaining("'" + file.resolve("b") + "' cannot be written or read")
                .hasMessageContaining("[HF3105]");
    }

    @Test
    void removingDoesNotFollowLinks() throws IOException {
        Path kept = Files.createDirectory(folder.resolve("kept"));
        Files.writeString(kept.resolve("x"), "x");
        Path gone = Files.createDirectory(folder.resolve("gone"));
        Files.createSymbolicLink(gone.resolve("link"), kept);
        Disk.remove(gone);
        assertThat(gone).doesNotExist();
        assertThat(kept.resolve("x")).exists();
        assertThatCode(() -> Disk.remove(gone)).doesNotThrowAnyException();
    }

    /** In a mount namespace of its own, so that the machine never sees the small file system. */
    @Test
    void aFullDiskLeavesTheFormerFileWhole() throws Exception {
        List<String> command = new ArrayList<>(List.of("unshare", "--mount"));
        if (!UnshareEnclosure.isRoot()) {
            command.addAll(List.of("--user", "--map-root-user"));
        }
        command.addAll(List.of(
                "--", "/bin/sh", "-c", "mount -t tmpfs -o size=256k none \"$0\" && exec \"$@\"", folder.toString()));
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                FullDiskMain.class.getName(),
                folder.toString()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said)
                .contains("no space for '" + folder.resolve("state") + "' on " + folder + " (none), which has ")
                .contains("[HF3104]")
                .contains("afterwards: before, 2 files");
    }

    @Test
    void aCorruptStateFileIsRefusedAndLeftAlone() throws IOException {
        Path path = folder.resolve("ports.json");
        StateFile file = new StateFile(path, "Do this.");
        assertThat(file.read(Ports::of)).isEmpty();
        Files.writeString(path, "{\"m\": {\"p\": ");
        assertThatThrownBy(() -> file.read(Ports::of))
                .hasMessageStartingWith("state file '" + path + "' cannot be read: ")
                .hasMessageEndingWith(" [HF3102]\n  fix: Do this.");
        assertThat(path).hasContent("{\"m\": {\"p\": ");
        file.setAside();
        assertThat(file.read(Ports::of)).isEmpty();
        assertThat(folder.resolve("ports.json.bad")).hasContent("{\"m\": {\"p\": ");
    }

    @Test
    void noTruncationOfARecordPassesForOne() {
        String whole = RunFile.json(Examples.RUNNING).pretty();
        assertThat(RunFile.of(Json.parse(whole))).isEqualTo(Examples.RUNNING);
        for (int length = 0; length < whole.strip().length(); length++) {
            String part = whole.substring(0, length);
            assertThatThrownBy(() -> RunFile.of(Json.parse(part))).isInstanceOf(RuntimeException.class);
        }
    }

    @Test
    void aLogIsCutBySizeAndAFewAreKept() throws IOException {
        LogFile log = new LogFile(folder.resolve("m.log"), 10, 2);
        log.create();
        for (String text : List.of("first 1234567", "second 123456", "third 1234567")) {
            Files.writeString(log.path(), text);
            log.rotateIfLarge();
            assertThat(log.path()).isEmptyFile();
        }
        assertThat(folder.resolve("m.log.1")).hasContent("third 1234567");
        assertThat(folder.resolve("m.log.2")).hasContent("second 123456");
        assertThat(folder.resolve("m.log.3")).doesNotExist();
        Files.writeString(log.path(), "a\n\nb\nc\n");
        log.rotateIfLarge();
        assertThat(log.tail(2)).isEqualTo("b | c");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("m.log.1"))))
                .isEqualTo("rw-------");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
