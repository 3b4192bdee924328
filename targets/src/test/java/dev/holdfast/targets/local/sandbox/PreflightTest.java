package dev.holdfast.targets.local.sandbox;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.targets.local.Cache;
import dev.holdfast.targets.local.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

final class PreflightTest {
    private static final JavaRuntime JAVA = new JavaRuntime(Path.of("/jdk"), new TreeSet<>());

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "user/max_user_namespaces, 0, user.max_user_namespaces=15000",
        "kernel/unprivileged_userns_clone, 0, kernel.unprivileged_userns_clone=1",
        "kernel/apparmor_restrict_unprivileged_userns, 1, kernel.apparmor_restrict_unprivileged_userns=0",
        "kernel/other, 1, SYS_ADMIN"
    })
    void theSettingInTheWayIsNamed(String setting, String value, String remedy) throws IOException {
        Path file = folder.resolve(setting);
        Files.createDirectories(file.getParent());
        Files.writeString(file, value + "\n");
        // an image without bubblewrap in it stands for a kernel that refuses it
        Image image = new Image("empty", folder.resolve("root"), Optional.empty(), new TreeMap<>());
        var refusal = catchThrowableOfType(
                HoldfastException.class, () -> new Preflight(Cache.HERE, JAVA, false, folder).sandbox(image));
        assertThat(refusal.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(Code.HF3021);
            assertThat(problem.remedy()).contains(remedy, "as root");
        });
    }

    /** A real kernel that refuses: in a user namespace of the test's own, no further one is allowed. */
    @Test
    void aKernelThatForbidsUserNamespacesIsAskedAndRefuses() throws Exception {
        Cache.redis();
        Process process = new ProcessBuilder(
                        "unshare",
                        "--user",
                        "--map-root-user",
                        "sh",
                        "-c",
                        "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Duser.name=somebody",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SandboxMain.class.getName(),
                        Cache.folder().toString(),
                        "redis-server,redis-tools",
                        folder.toString(),
                        "-",
                        "/usr/bin/true")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).describedAs(output).isNotZero();
        assertThat(output).contains("enter an engine image", "bwrap", "HF3021", "sysctl -w user.max_user_namespaces");
    }
}
