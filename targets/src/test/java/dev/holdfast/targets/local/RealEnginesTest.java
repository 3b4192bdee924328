package dev.holdfast.targets.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** PostgreSQL and Redis from engine images, as who runs the tests and, where that is root, as an ordinary user too. */
@Tag("engines")
final class RealEnginesTest {
    static Stream<List<String>> users() {
        List<String> ordinary = List.of("setpriv", "--reuid=65001", "--regid=65001", "--clear-groups", "--");
        return UnshareEnclosure.isRoot() ? Stream.of(List.of(), ordinary) : Stream.of(List.of());
    }

    @ParameterizedTest
    @MethodSource("users")
    void theyServeOverTlsSurviveAKillAndLeaveNothing(List<String> user) throws Exception {
        Cache.postgres();
        Path folder = Files.createTempDirectory(Path.of("/tmp"), "holdfast-local");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> command = new ArrayList<>(user);
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                readableClassPath(folder),
                RealEnginesMain.class.getName(),
                folder.toString(),
                Cache.folder().toString()));
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

    /** The local Maven repository may be in a home that the ordinary user cannot enter. */
    private static String readableClassPath(Path folder) throws IOException {
        Path library = Files.createDirectory(folder.resolve("lib"));
        Files.setPosixFilePermissions(library, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(":", -1)) {
            String name = Path.of(entry).getFileName().toString();
            if (name.startsWith("slf4j-") || name.startsWith("bc")) {
                Path copy = Files.copy(Path.of(entry), library.resolve(name));
                Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
                entries.add(copy.toString());
            } else {
                entries.add(entry);
            }
        }
        return String.join(":", entries);
    }
}
