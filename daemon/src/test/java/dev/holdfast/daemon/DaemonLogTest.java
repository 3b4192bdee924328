package dev.holdfast.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

final class DaemonLogTest {
    @TempDir
    private Path folder;

    @Test
    void threePredecessorsAreKeptWhateverTheFolderIsCalled() throws IOException {
        Path file = Files.createDirectories(folder.resolve("100% of $(it) %d")).resolve("daemon.log");
        NumberedLogs logs = new NumberedLogs(file, 3);
        for (int number = 1; number <= 5; number++) {
            Files.writeString(file, "log " + number);
            logs.rollover();
        }

        assertThat(file).doesNotExist();
        assertThat(file.resolveSibling("daemon.log.1")).hasContent("log 5");
        assertThat(file.resolveSibling("daemon.log.2")).hasContent("log 4");
        assertThat(file.resolveSibling("daemon.log.3")).hasContent("log 3");
        assertThat(file.resolveSibling("daemon.log.4")).doesNotExist();
    }
}
