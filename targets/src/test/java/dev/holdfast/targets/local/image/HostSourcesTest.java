package dev.holdfast.targets.local.image;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

final class HostSourcesTest {
    private static final String RING = "/usr/share/keyrings/debian-archive-keyring.gpg";

    @TempDir
    Path root;

    @Test
    void theMirrorOfAnOlderReleaseServesOurs() throws IOException {
        sources("sources.list.d/debian.sources", """
                Types: deb
                # http://elsewhere.test/debian
                URIs: http://mirror.test/debian
                Suites: bookworm bookworm-updates
                Components: main
                Signed-By: %1$s

                Types: deb deb-src
                URIs: http://mirror.test/debian-security
                Suites: bookworm-security
                Components: main
                Signed-By: %1$s
                """.formatted(RING));
        ring();
        assertThat(read(Map.of()).lines()).isEqualTo("""
                deb [target=Packages signed-by=%1$s] http://mirror.test/debian trixie main
                deb [target=Packages signed-by=%1$s] http://mirror.test/debian trixie-updates main
                deb [target=Packages signed-by=%1$s] http://mirror.test/debian-security trixie-security main
                """.formatted(root + RING));
    }

    @Test
    void oneLineSettingsAreReadToo() throws IOException {
        sources("sources.list", """
                deb cdrom:[Debian 12]/ bookworm main
                # deb http://off.test/debian bookworm main
                deb [arch=amd64 signed-by=/etc/ring.gpg] http://local.test/debian/ stable main contrib # near
                deb http://local.test/debian-security stable-security main
                """);
        HostSources read = read(Map.of());
        assertThat(read.mirror()).isEqualTo("http://local.test/debian/");
        assertThat(read.security()).contains("http://local.test/debian-security");
        assertThat(read.keyring()).contains(Path.of("/etc/ring.gpg"));
    }

    @Test
    void anotherPublisherWithDebiansSuiteNamesIsNotTakenForDebian() throws IOException {
        sources("sources.list.d/a.list", "deb [signed-by=/etc/vendor.gpg] https://apt.vendor.test bookworm main\n");
        sources("sources.list.d/b.list", "deb http://mirror.test/debian bookworm main\n");
        assertThat(read(Map.of()).mirror()).isEqualTo("http://mirror.test/debian");
    }

    @Test
    void disabledAndSourceOnlyStanzasDoNotCount() throws IOException {
        sources("sources.list.d/a.sources", """
                Types: deb
                Enabled: no
                URIs: http://disabled.test/debian
                Suites: trixie
                Components: main

                Types: deb-src
                URIs: http://source.test/debian
                Suites: trixie
                Components: main
                """);
        assertThat(refusal(Map.of()).problems()).singleElement().satisfies(p -> {
            assertThat(p.code()).isEqualTo(Code.HF3003);
            assertThat(p.remedy()).contains("HOLDFAST_DEBIAN_MIRROR", "debian-archive-keyring");
        });
    }

    @Test
    void aMachineOfAnotherDistributionNeedsTheVariable() throws IOException {
        sources("sources.list", "deb http://archive.test/ubuntu noble main\n");
        assertThat(refusal(Map.of()).problems()).extracting(p -> p.code()).containsExactly(Code.HF3003);
        ring();
        HostSources read = read(Map.of(
                "HOLDFAST_DEBIAN_MIRROR", "http://mine.test/debian",
                "HOLDFAST_DEBIAN_SECURITY_MIRROR", "http://mine.test/security"));
        assertThat(read.lines())
                .contains("] http://mine.test/debian trixie main", "] http://mine.test/security trixie");
    }

    private HostSources read(Map<String, String> environment) {
        return HostSources.read(root, environment);
    }

    private HoldfastException refusal(Map<String, String> environment) {
        return catchThrowableOfType(HoldfastException.class, () -> read(environment));
    }

    private void sources(String name, String text) throws IOException {
        Path file = root.resolve("etc/apt").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void ring() throws IOException {
        Path ring = root.resolve(RING.substring(1));
        Files.createDirectories(ring.getParent());
        Files.createFile(ring);
    }
}
