package dev.holdfast.targets.local.image;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Cache;
import dev.holdfast.targets.local.Starter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** The real apt and Maven, with mirrors that fail in the ways mirrors fail. */
@Tag("engines")
final class FetchingTest {
    private static final Map<String, String> TOOLS = Map.of("PATH", System.getenv("PATH"));
    private static final Programs SMALL = new Programs.Debian(List.of("redis-tools"));

    @TempDir
    Path folder;

    /** Before anything is fetched, also where it is needed last. */
    @ParameterizedTest
    @ValueSource(strings = {"apt-get", "dpkg-deb", "tar"})
    void aMachineWithoutAToolIsToldWhatToInstall(String program) throws IOException {
        String path = MachineWithout.program(program, folder.resolve("bin"));
        Problem problem = refusal(host("http://127.0.0.1:9/debian"), Map.of("PATH", path), SMALL);
        assertThat(problem.code()).isEqualTo(Code.HF3001);
        assertThat(problem.cause()).isEqualTo("the program '" + program + "' is not on the PATH of this machine");
    }

    @Test
    void aMachineWithoutMavenIsToldBeforeAptIsAsked() throws IOException {
        String path = MachineWithout.program("mvn", folder.resolve("bin"));
        Programs wanted = new Programs.Maven("org.jspecify:jspecify", "1.0.0", List.of(), Map.of());
        Problem problem = refusal(host("http://127.0.0.1:9/debian"), Map.of("PATH", path), wanted);
        assertThat(problem.code()).isEqualTo(Code.HF3001);
        assertThat(problem.cause()).contains("'mvn'");
    }

    @Test
    void aFailureOfAptThatNobodyForesawIsShownInItsOwnWords() throws IOException {
        Path root = host("file:/nowhere/debian");
        Path settings = Files.createDirectories(root.resolve("etc/apt/apt.conf.d"));
        Files.writeString(settings.resolve("50broken"), "APT { is not { closed\n");
        Problem problem = refusal(root, TOOLS, SMALL);
        assertThat(problem.code()).isEqualTo(Code.HF3016);
        assertThat(problem.cause()).contains("apt failed while reading the package indexes", "50broken");
    }

    @Test
    void aMirrorThatDoesNotAnswerIsNamed() throws IOException {
        Problem problem = refusal(host("http://127.0.0.1:9/debian"), TOOLS, SMALL);
        assertThat(problem.code()).isEqualTo(Code.HF3002);
        assertThat(problem.cause()).contains("http://127.0.0.1:9/debian");
    }

    @Test
    void aMirrorWithoutTheReleaseIsNamed() throws IOException {
        Path mirror = Files.createDirectories(folder.resolve("debian"));
        assertThat(refusal(host("file:" + mirror), TOOLS, SMALL).code()).isEqualTo(Code.HF3002);
    }

    @Test
    void anIndexThatWasTamperedWithIsRefused() throws IOException {
        Cache.redis();
        Path lists = Cache.folder().resolve("engines/apt/lists");
        Path signed;
        try (Stream<Path> files = Files.list(lists)) {
            signed = files.filter(f -> f.toString().endsWith("_dists_trixie_InRelease"))
                    .findFirst()
                    .orElseThrow();
        }
        Path release = folder.resolve("debian/dists/trixie/InRelease");
        Files.createDirectories(release.getParent());
        Files.writeString(release, Files.readString(signed).replaceFirst("Suite: stable", "Suite: unsound"));
        Problem problem = refusal(host("file:" + folder.resolve("debian")), TOOLS, SMALL);
        assertThat(problem.code()).isEqualTo(Code.HF3004);
        assertThat(folder.resolve("cache/engines/debs")).doesNotExist();
    }

    @Test
    void aPackageThatDoesNotExistIsRefused() {
        Programs wanted = new Programs.Debian(List.of("holdfast-no-such-package"));
        Problem problem = refusal(Path.of("/"), System.getenv(), wanted);
        assertThat(problem.code()).isEqualTo(Code.HF3006);
        assertThat(problem.cause()).contains("holdfast-no-such-package");
    }

    @Test
    void aPinnedVersionThatTheMirrorDroppedIsRefused() throws IOException {
        Path lock = folder.resolve("cache/engines/engines.lock");
        Files.createDirectories(lock.getParent());
        new LockFile(new TreeMap<>())
                .with(new LockFile.Entry(
                        new Request(SMALL),
                        Cache.HERE.debian(),
                        "2020-01-01",
                        List.of(new DebianPackage(
                                "redis-tools", "1:0.1-1", "amd64", "ab".repeat(32), 1, 1, "Debian:13/stable", "o")),
                        List.of()))
                .write(lock);
        Problem problem = refusal(Path.of("/"), System.getenv(), SMALL);
        assertThat(problem.code()).isEqualTo(Code.HF3011);
        assertThat(problem.cause()).contains("redis-tools");
    }

    @Test
    void anArtifactThatDoesNotExistIsRefused() throws IOException {
        Programs wanted = new Programs.Maven("dev.holdfast.nowhere:nothing", "0", List.of(), Map.of());
        Path engines = Files.createDirectories(folder.resolve("cache/engines"));
        try (CacheLock lock = CacheLock.take(engines, new Reporter(Progress.silent()))) {
            var maven = new MavenArtifacts(engines, lock.scratch(), new Tools(System.getenv()));
            var refusal = catchThrowableOfType(
                    HoldfastException.class,
                    () -> maven.install(new Request(wanted), (Programs.Maven) wanted, List.of()));
            assertThat(refusal.problems()).extracting(Problem::code).containsExactly(Code.HF3015);
        }
    }

    @Test
    void whatMayNotBeFetchedIsRefusedWithTheSentenceOfItsEngine() {
        Programs wanted = new Programs.Elsewhere("Thing Enterprise", "its licence does not allow it", "Write another.");
        var refusal = catchThrowableOfType(HoldfastException.class, () -> new Request(wanted).key());
        assertThat(refusal.problems())
                .containsExactly(Problem.of(
                        Code.HF1628,
                        "Thing Enterprise does not run here: its licence does not allow it",
                        "Write another."));
    }

    /** A real small file system, refused before anything is fetched and when it fills while unpacking. */
    @Test
    void aFullDiskIsRefusedBeforeAndWhileUnpacking() throws Exception {
        Cache.redis();
        Path mount = Files.createDirectories(folder.resolve("small"));
        String script = "mount -t tmpfs -o size=8m small \"$1\" && mkdir -p \"$1\"/engines/debs"
                + " && cp \"$2\"/engines/engines.lock \"$1\"/engines/ && shift 2 && exec \"$@\"";
        List<String> inside = List.of(
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                script,
                "sh",
                mount.toString(),
                Cache.folder().toString());
        Process before = InstallProcess.start(inside, mount, "redis-server,redis-tools");
        assertThat(new String(before.getInputStream().readAllBytes())).contains("MiB are free [HF3007]");
        Process during = InstallProcess.start(inside, mount, "unpack=" + Cache.folder(), "coreutils");
        assertThat(new String(during.getInputStream().readAllBytes()))
                .contains("no space left while unpacking coreutils", "[HF3007]")
                .contains("nothing half unpacked");
    }

    @Test
    void anOrdinaryUserInstallsToo() throws Exception {
        Cache.redis();
        Starter user = Starter.all().getLast();
        Path home = Files.createTempDirectory(Path.of("/tmp"), "holdfast-user");
        try {
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
            List<String> java = new ArrayList<>(List.of("env", "HOME=" + home));
            java.addAll(user.java(home));
            Process process = InstallProcess.startWith(java, home.resolve("cache"), "redis-tools");
            String output = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor()).describedAs(output).isZero();
            assertThat(output).contains("DOWNLOADING", "ASSEMBLING");
            Path debs = home.resolve("cache/engines/debs");
            assertThat(Files.getAttribute(debs, "unix:uid"))
                    .isEqualTo(
                            user == Starter.ORDINARY_USER ? Starter.ORDINARY_ID : Files.getAttribute(home, "unix:uid"));
            var images = new EngineImages(home.resolve("cache"), Map.of(), Cache.HERE, InstantSource.system());
            assertThat(images.installed(SMALL)).isPresent();
        } finally {
            Folders.delete(home);
        }
    }

    private Problem refusal(Path hostRoot, Map<String, String> environment, Programs wanted) {
        var images =
                new EngineImages(folder.resolve("cache"), hostRoot, environment, Cache.HERE, InstantSource.system());
        var refusal = catchThrowableOfType(HoldfastException.class, () -> images.install(wanted, Progress.silent()));
        assertThat(refusal).isNotNull();
        assertThat(images.installed(wanted)).isEmpty();
        return refusal.problems().getFirst();
    }

    /** A machine whose apt is set to use that mirror, with the keyring of this one. */
    private Path host(String mirror) throws IOException {
        Path root = folder.resolve("host");
        Path ring = Path.of("/usr/share/keyrings/debian-archive-keyring.gpg");
        Files.createDirectories(root.resolve("etc/apt"));
        Files.writeString(
                root.resolve("etc/apt/sources.list"), "deb [signed-by=" + ring + "] " + mirror + " bookworm main\n");
        return root;
    }
}
