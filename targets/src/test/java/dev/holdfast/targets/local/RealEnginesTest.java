package dev.holdfast.targets.local;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** PostgreSQL and Redis from engine images, as who runs the tests and, where that is root, as an ordinary user too. */
@Tag("engines")
final class RealEnginesTest {
    @ParameterizedTest
    @MethodSource("dev.holdfast.targets.local.Starter#all")
    void theyServeOverTlsSurviveAKillAndLeaveNothing(Starter starter) throws Exception {
        Cache.postgres();
        Path folder = Files.createTempDirectory(Path.of("/tmp"), "holdfast-local");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> command = new ArrayList<>(starter.java(folder));
        command.addAll(List.of(
                RealEnginesMain.class.getName(),
                folder.toString(),
                starter.cache(folder).toString()));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
            assertThat(said)
                    .contains("postgres answers S")
                    .contains("redis answers +PONG")
                    .contains("killed: it was ended by signal 9, 0 left")
                    .contains("postgres answers S again")
                    .contains("lost redis runs on: false")
                    .contains("redis answers +PONG again")
                    .contains("nothing differs: true")
                    .contains("no secret seen in")
                    .contains("postgres stopped: it exited with status 0")
                    .contains("redis stopped: it exited with status 0")
                    .contains("left: 0");
        } finally {
            Disk.remove(folder);
        }
    }
}
