package dev.holdfast.targets.local.volume;

import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Home;
import dev.holdfast.targets.local.StackFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What holds on any disk; what needs a file system of its own is in {@code ImagesTest}. */
final class VolumeTest {
    private static final Instant THEN = Instant.parse("2026-01-02T03:04:05.123456Z");

    @TempDir
    private Path folder;

    private Home home;
    private Volumes volumes;
    private StackFolder shop;

    @BeforeEach
    void aStackWithData() throws IOException {
        home = Home.of(Map.of("HOLDFAST_HOME", folder.toString())).create();
        volumes = Volumes.of(home, (program, debianPackage, progress) -> List.of("/bin/false"));
        shop = home.stack("shop");
        Path data = Files.createDirectories(shop.volume("db-0").resolve("base/1"));
        Files.writeString(data.resolve("16384"), "rows");
        Files.createLink(data.resolve("linked"), data.resolve("16384"));
        Files.createSymbolicLink(data.resolve("pointer"), Path.of("16384"));
        try (RandomAccessFile sparse =
                new RandomAccessFile(data.resolve("sparse").toFile(), "rw")) {
            sparse.setLength(1 << 20);
            sparse.seek(512 << 10);
            sparse.write(new byte[] {1, 2, 3});
        }
        if (Files.getFileStore(data).supportsFileAttributeView(UserDefinedFileAttributeView.class)) {
            view(data.resolve("16384")).write("etag", ByteBuffer.wrap(new byte[] {1, 2}));
        }
        Files.setPosixFilePermissions(data.resolve("16384"), PosixFilePermissions.fromString("r--r-----"));
        Files.setLastModifiedTime(data, FileTime.from(THEN));
        Files.writeString(shop.volume("db-0").resolveSibling("db-0.json"), "{\"engine\": \"postgres\"}");
        Files.writeString(shop.volume("db-0").resolveSibling("db-0.lock"), "");
        Files.createDirectories(shop.volume("cache-0"));
        Files.writeString(shop.volume("cache-0").resolve("dump"), "keys");
    }

    @Test
    void aCutHasWhatTheEngineMayRelyOnAndNothingElse() throws IOException {
        StackFolder branch = home.stack("shop@b");
        volumes.holding(shop).cut(shop, branch, Set.of("db-0"), bytes -> {});
        Path data = branch.volume("db-0").resolve("base/1");
        assertThat(data.resolve("16384")).hasContent("rows");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("16384"))))
                .isEqualTo("r--r-----");
        assertThat(Files.getAttribute(data.resolve("linked"), "unix:ino"))
                .isEqualTo(Files.getAttribute(data.resolve("16384"), "unix:ino"));
        assertThat(Attributes.extended(data.resolve("16384")))
                .isEqualTo(Attributes.extended(shop.volume("db-0").resolve("base/1/16384")));
        assertThat(Files.readSymbolicLink(data.resolve("pointer"))).hasToString("16384");
        assertThat(data.resolve("sparse"))
                .hasSameBinaryContentAs(shop.volume("db-0").resolve("base/1/sparse"));
        assertThat(Sizes.total(data)).isLessThan(512 << 10);
        assertThat(Files.getLastModifiedTime(data).toInstant()).isEqualTo(THEN);
        assertThat(branch.volume().toFile().list()).containsExactlyInAnyOrder("db-0", "db-0.json");
    }

    private static UserDefinedFileAttributeView view(Path file) {
        return Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    }

    @Test
    void whatACutLeftThatWasKilledIsSweptAtTheNextStart() throws Exception {
        Path left = Files.createDirectories(shop.root().resolve(".cut-shop@b.new/db-0"));
        assertThat(volumes.mend()).isEmpty();
        volumes.awaitDisposal();
        assertThat(left.getParent()).doesNotExist();
        assertThat(shop.volume("db-0")).isNotEmptyDirectory();
    }

    @Test
    void aSecondCutTakesThePlaceOfTheFirst() throws Exception {
        StackFolder branch = home.stack("shop@b");
        Volume volume = volumes.holding(shop);
        volume.cut(shop, branch, Set.of("db-0", "cache-0"), bytes -> {});
        Files.writeString(branch.volume("cache-0").resolve("dump"), "changed");
        Files.writeString(branch.volume("cache-0").resolve("more"), "changed");
        volume.cut(shop, branch, Set.of("db-0", "cache-0"), bytes -> {});
        assertThat(branch.volume("cache-0").toFile().list()).containsExactly("dump");
        assertThat(branch.volume("cache-0").resolve("dump")).hasContent("keys");
        volumes.awaitDisposal();
        assertThat(Definition.trash(home.data().resolve("stacks"))).isEmptyDirectory();
    }

    @Test
    void whatIsGoneIsGoneAtOnceAndItsBytesLater() throws Exception {
        Volume volume = volumes.holding(shop);
        volume.remove(shop);
        assertThat(shop.volume()).doesNotExist();
        volumes.awaitDisposal();
        assertThat(Definition.trash(home.data().resolve("stacks"))).isEmptyDirectory();
    }

    @Test
    void theCostOfACopyIsToldBefore() {
        Volume volume = volumes.holding(shop);
        Cost cost = volume.cost(shop, Set.of("db-0"));
        if (volume.isCopyOnWrite()) {
            assertThat(cost).isEqualTo(Cost.NOTHING);
        } else {
            assertThat(cost.bytes()).isBetween(7L, 512L << 10);
            assertThat(cost.about()).isPresent();
        }
        assertThat(volume.usage(shop).total()).isBetween(11L, 512L << 10);
    }

    @Test
    void whatIsAskedForAndCannotBeIsRefusedAndNothingElseIsTakenForIt() {
        assertThatThrownBy(() -> volumes.find("slow")).hasMessageContaining("[HF3141]");
        for (String name : List.of("", "home", "UP", "../x", "a b", "-a")) {
            assertThatThrownBy(() -> create(name, Optional.of(Driver.COPY), OptionalLong.empty()))
                    .as(name)
                    .hasMessageContaining("[HF3140]");
        }
        assertThatThrownBy(() -> create("slow", Optional.of(Driver.COPY), OptionalLong.of(1L << 30)))
                .hasMessageContaining("[HF3149]");
        if (volumes.refusal(Driver.BTRFS).isPresent()) {
            assertThatThrownBy(() -> create("slow", Optional.of(Driver.BTRFS), OptionalLong.empty()))
                    .hasMessageContaining("[HF3142]")
                    .hasMessageContaining("is no Btrfs")
                    .hasMessageContaining("--driver xfs-image");
        }
        assertThatThrownBy(() -> volumes.find("home").requireRoom(1L << 60, "a copy of shop"))
                .hasMessageContaining("[HF3146]")
                .hasMessageContaining("a copy of shop");
        assertThat(volumes.list()).extracting(Volume::name).containsExactly("home");
    }

    @Test
    void aFolderElsewhereIsAVolumeAndGoesWhenNothingIsInIt() throws Exception {
        Path elsewhere = folder.resolve("other disk");
        volumes.create(
                new Wish("slow", Optional.of(Driver.COPY), OptionalLong.empty(), Optional.of(elsewhere), false),
                step -> {});
        assertThatThrownBy(() -> create("slow", Optional.of(Driver.COPY), OptionalLong.empty()))
                .hasMessageContaining("[HF3140]");
        volumes.convert(shop, "slow", (step, done, total) -> {});
        assertThat(elsewhere.resolve("shop/cache-0/dump")).hasContent("keys");
        assertThat(shop.volume("db-0").resolve("base/1/16384")).hasContent("rows");
        assertThat(Files.readSymbolicLink(shop.volume("db-0").resolve("base/1/pointer")))
                .hasToString("16384");
        StackFolder branch = home.stack("shop@b");
        volumes.prepare(branch);
        volumes.holding(shop).cut(shop, branch, Set.of("cache-0"), bytes -> {});
        assertThat(volumes.holding(branch).name()).isEqualTo("slow");
        assertThatThrownBy(() -> volumes.remove("slow"))
                .hasMessageContaining("[HF3145]")
                .hasMessageContaining("shop, shop@b");
        volumes.holding(branch).remove(branch);
        volumes.convert(shop, Volumes.HOME, (step, done, total) -> {});
        volumes.awaitDisposal();
        Files.createDirectory(elsewhere.resolve("forgotten"));
        assertThatThrownBy(() -> volumes.remove("slow")).hasMessageContaining("forgotten");
        Files.delete(elsewhere.resolve("forgotten"));
        volumes.remove("slow");
        assertThat(elsewhere).doesNotExist();
        assertThat(shop.volume("db-0").resolve("base/1/16384")).hasContent("rows");
    }

    @Test
    void aConversionThatIsEndedOrMeetsAnotherWriterLeavesTheStackWhereItWas() throws IOException {
        Path elsewhere = folder.resolve("elsewhere");
        volumes.create(
                new Wish("slow", Optional.of(Driver.COPY), OptionalLong.empty(), Optional.of(elsewhere), false),
                step -> {});
        assertThatThrownBy(() -> volumes.convert(shop, "slow", (step, done, total) -> {
                    throw new IllegalStateException("the client has gone");
                }))
                .hasMessage("the client has gone");
        assertThat(elsewhere.resolve("shop")).doesNotExist();
        assertThatThrownBy(() -> volumes.convert(shop, "slow", (step, done, total) -> append(step)))
                .hasMessageContaining("[HF3147]");
        assertThat(elsewhere.resolve("shop")).doesNotExist();
        assertThat(volumes.holding(shop).name()).isEqualTo(Volumes.HOME);
        assertThat(shop.volume("cache-0").resolve("dump")).exists();
    }

    private void append(String step) {
        try {
            Files.writeString(shop.volume("db-0").resolve("base/1/linked"), step, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void dataThatIsGoneIsNotBegunAnew() throws IOException {
        Path elsewhere = folder.resolve("elsewhere");
        volumes.create(
                new Wish("slow", Optional.of(Driver.COPY), OptionalLong.empty(), Optional.of(elsewhere), false),
                step -> {});
        volumes.convert(shop, "slow", (step, done, total) -> {});
        Files.move(elsewhere, folder.resolve("unplugged"));
        assertThatThrownBy(() -> volumes.prepare(shop))
                .hasMessageContaining("[HF3143]")
                .hasMessageContaining("is not in volume 'slow'");
        Files.move(folder.resolve("unplugged"), elsewhere);
        volumes.prepare(shop);
        assertThat(shop.volume("db-0").resolve("base/1/16384")).hasContent("rows");
    }

    @Test
    void fullAndNearlyFullDependOnTheSize() {
        long gibi = 1L << 30;
        assertThat(new Room(gibi, 103 << 20, 0, gibi).isNearlyFull()).isFalse();
        assertThat(new Room(gibi, 102 << 20, 0, gibi).isNearlyFull()).isTrue();
        assertThat(new Room(gibi, 50 << 20, 0, gibi).isFull()).isTrue();
        assertThat(new Room(100 * gibi, 3 * gibi, 0, 100 * gibi).isNearlyFull()).isFalse();
        assertThat(new Room(100 * gibi, 50 * gibi, 0, gibi).isNearlyFull()).isTrue();
        assertThat(new Room(100 * gibi, gibi, 0, gibi).isFull()).isFalse();
    }

    @Test
    void placesOfMountsAreFoundInTheKernelsWords() {
        String table = """
                22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
                40 22 7:0 / /data/with\\040blank rw - xfs /dev/loop0 rw
                41 22 7:1 /sub /data/b rw shared:3 - btrfs /dev/loop1 rw,subvol=/sub
                """;
        assertThat(Mounts.at(table, Path.of("/data/with blank"))).contains("xfs");
        assertThat(Mounts.at(table, Path.of("/data/b"))).contains("btrfs");
        assertThat(Mounts.at(table, Path.of("/data"))).isEmpty();
    }

    @Test
    void anImageIsRefusedWithTheReasonAndAnotherWayWhereNobodyMayMount() {
        if (Machine.mayMount()) {
            assertThat(volumes.refusal(Driver.XFS_IMAGE).map(Problem::cause).orElse(""))
                    .doesNotContain("may not mount");
            return;
        }
        assertThatThrownBy(() -> create("fast", Optional.of(Driver.XFS_IMAGE), OptionalLong.empty()))
                .hasMessageContaining("[HF3142]")
                .hasMessageContaining("may not mount")
                .hasMessageContaining("--driver reflink --at FOLDER");
        assertThat(volumes.list()).hasSize(1);
    }

    private void create(String name, Optional<Driver> driver, OptionalLong size) {
        volumes.create(new Wish(name, driver, size, Optional.empty(), false), step -> {});
    }

    @Test
    void aCutFollowsItsSourceIntoAnotherVolumeAndLeavesNothingBehind() throws Exception {
        Volume fast = volumes.create(wish("fast"), step -> {});
        StackFolder branch = home.stack("shop@b");
        volumes.holding(shop).cut(shop, branch, Set.of("db-0", "cache-0"), bytes -> {});
        volumes.convert(shop, "fast", (step, done, total) -> {});
        volumes.holding(shop).cut(shop, branch, Set.of("cache-0"), bytes -> {});
        assertThat(volumes.holding(branch).name()).isEqualTo("fast");
        assertThat(branch.volume().toFile().list()).containsExactly("cache-0");
        // and back
        volumes.convert(shop, Volumes.HOME, (step, done, total) -> {});
        volumes.holding(shop).cut(shop, branch, Set.of("db-0"), bytes -> {});
        assertThat(volumes.holding(branch).name()).isEqualTo(Volumes.HOME);
        assertThat(branch.volume().toFile().list()).containsExactlyInAnyOrder("db-0", "db-0.json");
        assertThat(Residence.next(branch)).doesNotExist();
        volumes.awaitDisposal();
        assertThat(fast.root().toFile().list()).containsExactly(".trash");
        volumes.remove("fast");
    }

    @Test
    void nothingThatWasCutOffIsTakenForTheDataOfAStack() throws Exception {
        Volume fast = volumes.create(wish("fast"), step -> {});
        volumes.beDefault("fast");
        // killed while it was copied there
        Path half = Files.createDirectories(fast.root().resolve("shop/db-0"));
        Files.createSymbolicLink(Residence.next(shop), half.getParent());
        volumes.prepare(shop);
        assertThat(half).doesNotExist();
        assertThat(shop.volume("db-0")).isNotEmptyDirectory();
        // killed while it was thrown away
        volumes.convert(shop, "fast", (step, done, total) -> {});
        Files.move(shop.volume(), Residence.next(shop));
        volumes.prepare(shop);
        assertThat(shop.volume()).isEmptyDirectory();
        assertThat(volumes.holding(shop).name()).isEqualTo("fast");
        // data of which nobody knows whose it is
        Files.createDirectories(fast.root().resolve("other/db-0"));
        assertThatThrownBy(() -> volumes.prepare(home.stack("other")))
                .hasMessageContaining("[HF3145]")
                .hasMessageContaining("no stack's of this home");
        assertThat(fast.root().resolve("other/db-0")).isDirectory();
    }

    @Test
    void dataOfAnotherFileSystemIsBroughtNearAndThatOfThisOneIsLeft(@TempDir(factory = Elsewhere.class) Path memory)
            throws IOException {
        Path to = folder.resolve("db-0.arriving");
        assertThat(Nearby.bring(shop.volume("db-0"), to)).isEqualTo(shop.volume("db-0"));
        assertThat(to).doesNotExist();
        Path from = Files.createDirectories(memory.resolve("db-0"));
        Files.writeString(from.resolve("version"), "17");
        // cut off the last time
        Files.createDirectories(to.resolve("half"));
        assertThat(Nearby.bring(from, to)).isEqualTo(to);
        assertThat(to.toFile().list()).containsExactly("version");
        assertThat(memory.toFile().list()).containsExactly("db-0");
    }

    /** In memory, which is another file system everywhere. */
    static final class Elsewhere implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            return Files.createTempDirectory(Path.of("/dev/shm"), "hf-volume");
        }
    }

    private static Wish wish(String name) {
        return new Wish(name, Optional.of(Driver.COPY), OptionalLong.empty(), Optional.empty(), false);
    }
}
