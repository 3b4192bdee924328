package dev.holdfast.targets.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class HomeTest {
    @TempDir
    private Path folder;

    @Test
    void holdfastHomeComesBeforeXdg() {
        Home home = Home.of(Map.of("HOLDFAST_HOME", "/h", "XDG_DATA_HOME", "/d", "HOME", "/u"));
        assertThat(home).isEqualTo(new Home(Path.of("/h/data"), Path.of("/h/cache"), Path.of("/h/run")));
    }

    @Test
    void xdgVariablesAndTheirDefaults() {
        assertThat(Home.of(Map.of("XDG_DATA_HOME", "/d", "XDG_CACHE_HOME", "/c", "XDG_RUNTIME_DIR", "/r")))
                .isEqualTo(new Home(Path.of("/d/holdfast"), Path.of("/c/holdfast"), Path.of("/r/holdfast")));
        assertThat(Home.of(Map.of("HOME", "/u", "HOLDFAST_HOME", "")))
                .isEqualTo(new Home(
                        Path.of("/u/.local/share/holdfast"),
                        Path.of("/u/.cache/holdfast"),
                        Path.of("/u/.local/share/holdfast/run")));
    }

    @Test
    void nowhereToKeepFiles() {
        assertThatThrownBy(() -> Home.of(Map.of())).hasMessage("""
                neither HOLDFAST_HOME nor HOME is set [HF3114]
                  fix: Set HOLDFAST_HOME to a folder in which Holdfast may keep its files.""");
    }

    @Test
    void foldersAreForTheirUserAlone() throws IOException {
        Home home =
                Home.of(Map.of("HOLDFAST_HOME", folder.resolve("h").toString())).create();
        for (Path each : java.util.List.of(
                home.data(), home.cache(), home.runtime(), home.data().resolve("stacks"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                    .isEqualTo("rwx------");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "..", "../x", "a/b", "/etc", "A", "a b", "a'b", "ä", "-a", "a-", ".a", "a\n", "a\0b"})
    void aStackNameIsOneWord(String name) {
        Home home = Home.of(Map.of("HOLDFAST_HOME", "/h"));
        assertThatThrownBy(() -> home.stack(name)).hasMessageContaining("[HF3101]");
        assertThatThrownBy(() -> home.stack("fine").volume(name)).hasMessageContaining("[HF3101]");
        assertThatThrownBy(() -> home.stack("x".repeat(64))).hasMessageContaining("[HF3101]");
    }

    @Test
    void aSocketPathThatFitsStaysInItsHome() {
        assertThat(Home.of(Map.of("HOLDFAST_HOME", "/h")).socket()).isEqualTo(Path.of("/h/run/daemon.sock"));
    }

    @Test
    void aLongPathGetsAShortSocketOfItsOwn() throws IOException {
        Home home =
                Home.of(Map.of("HOLDFAST_HOME", folder.resolve("x".repeat(100)).toString()));
        Home other =
                Home.of(Map.of("HOLDFAST_HOME", folder.resolve("y".repeat(100)).toString()));
        Path socket = home.create().socket();
        try {
            assertThat(socket.toString().getBytes(StandardCharsets.UTF_8).length)
                    .isLessThanOrEqualTo(107);
            assertThat(socket).isNotEqualTo(other.socket()).isEqualTo(home.socket());
            Path parent = socket.getParent();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(parent)))
                    .isEqualTo("rwx------");
            Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxrwxrwx"));
            assertThatThrownBy(home::create).hasMessageContaining("[HF3111]");
            Files.delete(parent);
            Files.createSymbolicLink(parent, folder);
            assertThatThrownBy(home::create).hasMessageContaining("[HF3111]");
        } finally {
            Files.deleteIfExists(socket.getParent());
        }
    }

    @Test
    void stacksAreListedWhateverTheirState() throws IOException {
        Home home = Home.of(Map.of("HOLDFAST_HOME", folder.toString()));
        assertThat(home.stacks()).isEmpty();
        home.create();
        Files.createDirectory(home.data().resolve("stacks/b"));
        Files.createDirectory(home.data().resolve("stacks/a"));
        Files.writeString(home.data().resolve("stacks/a/stack.json"), "{");
        assertThat(home.stacks()).extracting(StackFolder::name).containsExactly("a", "b");
    }
}
