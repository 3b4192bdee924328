package dev.holdfast.targets.local.sandbox;

import dev.holdfast.targets.local.Cache;
import dev.holdfast.targets.local.image.Image;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class SandboxTest {
    private static final JavaRuntime JAVA = new JavaRuntime(Path.of("/jdk"), new TreeSet<>());
    private static final Image IMAGE = new Image("x", Path.of("/c/root"), Optional.empty(), new TreeMap<>());

    @Test
    void aSecretInTheEnvironmentIsNotAmongTheArguments() {
        var environment = new TreeMap<>(java.util.Map.of("PGPASSWORD", "hush"));
        Invocation invocation =
                sandbox(Mode.ROOT).enter(Entry.once(IMAGE, List.of(), environment, List.of("/usr/bin/psql")));
        assertThat(invocation.arguments()).noneMatch(a -> a.contains("hush") || a.contains("PGPASSWORD"));
        assertThat(invocation.builder().environment()).containsExactlyEntriesOf(environment);
    }

    @Test
    void anEngineIsEnteredBySessionLockAndBubblewrapOfItsOwnImage() {
        Entry engine = Entry.engine(
                IMAGE,
                List.of(Bind.writable(Path.of("/s/a b"), "/data"), Bind.readOnly(Path.of("/s/c"), "/config")),
                new TreeMap<>(),
                List.of("/usr/bin/redis-server", "/config/redis.conf"),
                Path.of("/s/lock"));
        List<String> arguments = sandbox(Mode.USER_NAMESPACE).enter(engine).arguments();
        assertThat(arguments.getFirst()).isEqualTo("/c/root/" + Cache.HERE.loader());
        assertThat(arguments)
                .containsSubsequence(
                        "/c/root/usr/bin/setsid",
                        "/c/root/usr/bin/flock",
                        "--nonblock",
                        "--no-fork",
                        "/s/lock",
                        "/c/root/usr/bin/bwrap",
                        "--unshare-pid",
                        "--unshare-user",
                        "--uid",
                        "64230",
                        "--bind",
                        "/s/a b",
                        "/data",
                        "--ro-bind",
                        "/s/c",
                        "/config",
                        "--",
                        "/usr/bin/redis-server",
                        "/config/redis.conf")
                .doesNotContain("--die-with-parent", "--unshare-ipc", "--unshare-net", "/java");
        assertThat(sandbox(Mode.USER_NAMESPACE).owner()).isEmpty();
    }

    @Test
    void rootIsGivenUpBeforeTheProgramStarts() {
        List<String> arguments = sandbox(Mode.ROOT)
                .enter(Entry.once(IMAGE, List.of(), new TreeMap<>(), List.of("/usr/bin/true")))
                .arguments();
        assertThat(arguments)
                .containsSubsequence("--", "/usr/bin/setpriv", "--reuid=64230", "--no-new-privs", "--", "/usr/bin/true")
                .doesNotContain("--unshare-user");
        assertThat(sandbox(Mode.ROOT).owner()).hasValue(64230);
    }

    @Test
    void aJavaEngineSeesTheRuntimeItsOutsideFilesAndItsJars() {
        Image java = new Image("j", Path.of("/c/root"), Optional.of(Path.of("/c/lib")), new TreeMap<>());
        var runtime = new JavaRuntime(Path.of("/jdk"), new TreeSet<>(List.of(Path.of("/etc/java/security"))));
        List<String> arguments = new Sandbox(Mode.ROOT, Cache.HERE, runtime)
                .enter(Entry.once(java, List.of(), new TreeMap<>(), List.of("/java/bin/java")))
                .arguments();
        assertThat(String.join(" ", arguments))
                .contains("--tmpfs /etc --ro-bind /c/root/etc/passwd /etc/passwd")
                .contains("--ro-bind /etc/java/security /etc/java/security")
                .contains("--ro-bind /jdk /java --ro-bind /c/lib /app");
    }

    @Test
    void aTerminalIsKeptAndCtrlCReachesOnlyTheProgram() {
        Entry entry = new Entry(IMAGE, List.of(), new TreeMap<>(), List.of("/usr/bin/psql"), Optional.empty(), true);
        List<String> arguments = sandbox(Mode.USER_NAMESPACE).enter(entry).arguments();
        assertThat(arguments)
                .containsSubsequence(
                        "/c/root/usr/bin/env",
                        "--ignore-signal=INT,QUIT",
                        "/c/root/usr/bin/bwrap",
                        "--",
                        "/usr/bin/env",
                        "--default-signal=INT,QUIT",
                        "--",
                        "/usr/bin/psql")
                .doesNotContain("/c/root/usr/bin/setsid");
    }

    private static Sandbox sandbox(Mode mode) {
        return new Sandbox(mode, Cache.HERE, JAVA);
    }
}
