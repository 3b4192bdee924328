package dev.holdfast.targets.local.image;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.targets.local.Cache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** On real packages: fetched once for the module, then from a copy of its .debs and lock file without any network. */
@Tag("engines")
final class EngineImagesTest {
    private static final Map<String, String> TOOLS = Map.of("PATH", System.getenv("PATH"));

    @TempDir
    Path cache;

    private Path engines;

    @BeforeEach
    void seed() throws IOException {
        Cache.redis();
        engines = cache.resolve("engines");
        Files.createDirectories(engines.resolve("debs"));
        Path from = Cache.folder().resolve("engines");
        LockFile shared = LockFile.read(from.resolve("engines.lock"));
        LockFile lock = new LockFile(new TreeMap<>());
        for (Programs wanted : List.of(Cache.REDIS, Cache.POSTGRES)) {
            lock = lock.with(shared.entry(new Request(wanted)).orElseThrow());
        }
        for (DebianPackage wanted : lock.packages()) {
            String deb = wanted.id() + ".deb";
            Files.copy(
                    from.resolve("debs").resolve(deb), engines.resolve("debs").resolve(deb));
        }
        lock.write(engines.resolve("engines.lock"));
    }

    @Test
    void anImageIsInstalledFromItsLockFileAndKeptPackagesWithoutMirrorOrNetwork() {
        List<Progress.Phase> phases = new ArrayList<>();
        Image image = images(Path.of("/nonexistent")).install(Cache.REDIS, step -> phases.add(step.phase()));
        assertThat(phases).startsWith(Progress.Phase.UNPACKING).endsWith(Progress.Phase.ASSEMBLING);
        assertThat(phases).doesNotContain(Progress.Phase.INDEXES, Progress.Phase.DOWNLOADING);
        assertThat(image.root().resolve("usr/bin/redis-server")).isExecutable();
        assertThat(image.root().resolve("bin/sh")).isExecutable();
        assertThat(image.versions()).containsKeys("redis-server", "libc6", "bubblewrap");
        assertThat(image.versions()).doesNotContainKeys("perl-base", "dpkg");
        assertThat(image.name()).isEqualTo(Cache.redis().name());
    }

    @Test
    void whatIsInstalledIsFoundWithoutAnyProgramOfTheMachine() {
        Image image = images(Path.of("/")).install(Cache.REDIS, Progress.silent());
        var bare = new EngineImages(cache, Path.of("/nonexistent"), Map.of(), Cache.HERE, clock());
        assertThat(bare.install(Cache.REDIS, Progress.silent())).isEqualTo(image);
        assertThat(bare.installed(Cache.REDIS)).contains(image);
        assertThat(bare.installed(new Programs.Debian(List.of("other")))).isEmpty();
    }

    @Test
    void severalAtOnceInstallItOnce() throws Exception {
        Callable<Image> install = () -> images(Path.of("/")).install(Cache.REDIS, Progress.silent());
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var images = executor.invokeAll(List.of(install, install, install));
            for (var image : images) {
                assertThat(image.get()).isEqualTo(images.getFirst().get());
            }
        }
        assertThat(engines.resolve("scratch")).doesNotExist();
        assertThat(images(Path.of("/")).verify()).isEmpty();
    }

    @Test
    void beingKilledHalfWayLeavesNothingThatLooksWhole() throws Exception {
        Process process = InstallProcess.start(List.of(), cache, "redis-server,redis-tools");
        InstallProcess.awaitLine(process, "UNPACKING");
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        assertThat(engines.resolve("scratch")).exists();
        assertThat(images(Path.of("/")).installed(Cache.REDIS)).isEmpty();
        Image image = images(Path.of("/")).install(Cache.REDIS, Progress.silent());
        assertThat(image.root().resolve("usr/bin/redis-server")).isExecutable();
        assertThat(engines.resolve("scratch")).doesNotExist();
        assertThat(images(Path.of("/")).verify()).isEmpty();
    }

    @Test
    void anInterruptEndsItAndItsChildren() throws Exception {
        Thread self = Thread.currentThread();
        var refusal = catchThrowableOfType(
                HoldfastException.class,
                () -> images(Path.of("/")).install(Cache.REDIS, step -> {
                    if (step.phase() == Progress.Phase.UNPACKING) {
                        self.interrupt();
                    }
                }));
        assertThat(Thread.interrupted()).isTrue();
        assertThat(refusal.problems()).extracting(p -> p.code()).containsExactly(Code.HF3010);
        assertThat(engines.resolve("scratch")).doesNotExist();
        assertThat(images(Path.of("/")).installed(Cache.REDIS)).isEmpty();
    }

    @Test
    void aChangedFileIsFoundByVerify() throws IOException {
        EngineImages images = images(Path.of("/"));
        Image image = images.install(Cache.REDIS, Progress.silent());
        assertThat(images.verify()).isEmpty();
        Path shell = image.root().resolve("usr/bin/dash");
        byte[] bytes = Files.readAllBytes(shell);
        bytes[bytes.length / 2] ^= 1;
        Files.write(shell, bytes);
        Files.delete(image.root().resolve("etc/passwd"));
        Files.createFile(image.root().resolve("etc/added"));
        assertThat(images.verify())
                .filteredOn(d -> d.image().equals(image.name()))
                .extracting(d -> image.root().relativize(d.file()) + " " + d.kind())
                .containsExactlyInAnyOrder("usr/bin/dash CHANGED", "etc/passwd MISSING", "etc/added UNEXPECTED");
    }

    @Test
    void removingAndInstallingMendsAPackageThatOtherImagesShare() throws IOException {
        EngineImages images = images(Path.of("/"));
        var both = images.install(List.of(Cache.REDIS, Cache.POSTGRES), Progress.silent());
        Path shell = both.get(Cache.REDIS).root().resolve("usr/bin/dash");
        byte[] bytes = Files.readAllBytes(shell);
        bytes[bytes.length / 2] ^= 1;
        Files.write(shell, bytes);
        String redis = both.get(Cache.REDIS).name();
        String postgres = both.get(Cache.POSTGRES).name();
        assertThat(images.verify()).extracting(Damage::image).contains(redis, postgres);
        images.remove("redis-server", Set.of());
        images.install(Cache.REDIS, Progress.silent());
        // the other image is left alone, for it may be in use
        assertThat(images.verify()).extracting(Damage::image).containsOnly(postgres);
        images.remove("postgresql-17", Set.of());
        images.install(Cache.POSTGRES, Progress.silent());
        assertThat(images.verify()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dpkg-deb", "tar"})
    void aMachineThatCannotUnpackIsToldWhatToInstall(String program) throws IOException {
        var refusal = catchThrowableOfType(
                HoldfastException.class,
                () -> new EngineImages(
                                cache,
                                Path.of("/"),
                                Map.of("PATH", MachineWithout.program(program, cache.resolve("bin"))),
                                Cache.HERE,
                                clock())
                        .install(Cache.REDIS, Progress.silent()));
        assertThat(refusal.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.code()).isEqualTo(Code.HF3001);
            assertThat(problem.cause()).contains("'" + program + "'");
        });
        assertThat(images(Path.of("/")).installed(Cache.REDIS)).isEmpty();
    }

    @Test
    void aListSaysWhatIsThereAndFromWhere() {
        EngineImages images = images(Path.of("/"));
        Image image = images.install(Cache.REDIS, Progress.silent());
        assertThat(images.list(Set.of(image.root()))).singleElement().satisfies(installed -> {
            assertThat(installed.engine()).isEqualTo("redis-server");
            assertThat(installed.image()).isEqualTo(image);
            assertThat(installed.asked())
                    .containsExactly(
                            "redis-server " + image.versions().get("redis-server"),
                            "redis-tools " + image.versions().get("redis-tools"));
            assertThat(installed.origins()).isNotEmpty().allMatch(o -> o.contains(":"));
            assertThat(installed.bytes()).isGreaterThan(10_000_000);
            assertThat(installed.inUse()).isTrue();
            assertThat(installed.current()).isTrue();
        });
    }

    @Test
    void imagesShareTheirFilesAndRemovingOneTakesOnlyItsOwn() throws IOException {
        EngineImages images = images(Path.of("/"));
        var both = images.install(List.of(Cache.REDIS, Cache.POSTGRES), Progress.silent());
        Path root = both.get(Cache.REDIS).root();
        Path other = both.get(Cache.POSTGRES).root();
        assertThat(other).isNotEqualTo(root);
        assertThat(Files.isSameFile(root.resolve("usr/bin/bwrap"), other.resolve("usr/bin/bwrap")))
                .isTrue();
        assertThat(other.resolve("usr/lib/postgresql/17/lib/llvmjit.so")).doesNotExist();
        assertThat(refusal(() -> images.remove("redis-server", Set.of(root)))).isEqualTo(Code.HF3013);
        assertThat(refusal(() -> images.remove("redis", Set.of()))).isEqualTo(Code.HF3014);
        assertThat(images.remove("redis-server", Set.of())).isPositive();
        assertThat(root).doesNotExist();
        assertThat(images.installed(Cache.REDIS)).isEmpty();
        assertThat(PackageStore.children(engines.resolve("packages")))
                .noneMatch(p -> p.getFileName().toString().startsWith("redis-"));
        assertThat(images.installed(Cache.POSTGRES)).isPresent();
        assertThat(images.verify()).isEmpty();
    }

    @Test
    void aKeptPackageThatIsNotWhatIsPinnedIsRefusedAndDropped() throws IOException {
        Path deb = PackageStore.children(engines.resolve("debs")).stream()
                .filter(d -> d.getFileName().toString().startsWith("redis-tools"))
                .findFirst()
                .orElseThrow();
        Files.writeString(deb, "not a package");
        assertThat(refusal(() -> images(Path.of("/")).install(Cache.REDIS, Progress.silent())))
                .isEqualTo(Code.HF3005);
        assertThat(deb).doesNotExist();
        assertThat(images(Path.of("/")).installed(Cache.REDIS)).isEmpty();
    }

    @Test
    void aPackageThatDoesNotUnpackIsRefused() throws IOException {
        Path garbage = cache.resolve("garbage");
        Files.writeString(garbage, "not a package");
        Path lock = engines.resolve("engines.lock");
        Path deb = PackageStore.children(engines.resolve("debs")).stream()
                .filter(d -> d.getFileName().toString().startsWith("redis-tools"))
                .findFirst()
                .orElseThrow();
        String pinned = Folders.sha256(deb);
        Files.writeString(lock, Files.readString(lock).replace(pinned, Folders.sha256(garbage)));
        Files.move(garbage, deb, StandardCopyOption.REPLACE_EXISTING);
        assertThat(refusal(() -> images(Path.of("/")).install(Cache.REDIS, Progress.silent())))
                .isEqualTo(Code.HF3012);
    }

    @Test
    void aCacheThatCannotBeWrittenIsRefused() throws IOException {
        Path file = Files.createFile(cache.resolve("file"));
        var images = new EngineImages(file, Path.of("/"), TOOLS, Cache.HERE, clock());
        assertThat(refusal(() -> images.install(Cache.REDIS, Progress.silent())))
                .isEqualTo(Code.HF3008);
    }

    @Test
    void aMachineThatEnginesAreNotBuiltForIsRefused() {
        assertThat(refusal(() -> Architecture.of("Mac OS X", "aarch64"))).isEqualTo(Code.HF3009);
        assertThat(refusal(() -> Architecture.of("Linux", "riscv64"))).isEqualTo(Code.HF3009);
    }

    private EngineImages images(Path hostRoot) {
        return new EngineImages(cache, hostRoot, TOOLS, Cache.HERE, clock());
    }

    private static InstantSource clock() {
        return InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));
    }

    private static Code refusal(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        var refusal = catchThrowableOfType(HoldfastException.class, call);
        assertThat(refusal).isNotNull();
        return refusal.problems().getFirst().code();
    }
}
