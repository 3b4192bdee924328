package dev.holdfast.targets.local.volume;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.targets.local.Cache;
import dev.holdfast.targets.local.Home;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.targets.local.image.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Real file systems in real images. What is said where nobody may mount is in {@link VolumeTest}. */
@Tag("engines")
@EnabledIf("imagesAreOffered")
final class ImagesTest {
    private static final long SIZE = 512L << 20;
    private static final Set<String> DB = Set.of("db-0");

    @TempDir
    private Path folder;

    private Home home;
    private Volumes volumes;
    private StackFolder shop;

    static boolean imagesAreOffered() {
        return Machine.refusal(Driver.XFS_IMAGE).isEmpty()
                && Machine.refusal(Driver.BTRFS_IMAGE).isEmpty();
    }

    @BeforeEach
    void aStackWithData() throws IOException {
        home = Home.of(Map.of("HOLDFAST_HOME", folder.toString())).create();
        volumes = volumes();
        shop = home.stack("shop");
        Files.createDirectories(shop.volume("db-0"));
        Files.write(shop.volume("db-0").resolve("rows"), new byte[20 << 20]);
        Files.writeString(shop.volume("db-0").resolve("version"), "17");
    }

    @AfterEach
    void leaveNothing() throws IOException {
        for (Volume volume : volumes.list()) {
            if (volume.driver().isImage()) {
                Images.unmount(volume.definition());
                assertThat(Loop.of(volume.definition().image())).isEmpty();
            }
        }
    }

    private Volumes volumes() {
        return Volumes.of(
                home,
                (program, debianPackage, progress) -> Cache.HERE.direct(
                        Cache.images()
                                .install(new Programs.Debian(List.of(debianPackage)), Progress.silent())
                                .root(),
                        "usr/sbin/" + program));
    }

    private Volume made(Driver driver) {
        return volumes.create(wish("fast", driver), step -> {});
    }

    private static Wish wish(String name, Driver driver) {
        return new Wish(name, Optional.of(driver), OptionalLong.of(SIZE), Optional.empty(), false);
    }

    @ParameterizedTest
    @EnumSource(names = {"XFS_IMAGE", "BTRFS_IMAGE"})
    void branchesShareWhatNeitherSideHasChanged(Driver driver) throws Exception {
        Volume volume = made(driver);
        volumes.convert(shop, "fast", (step, done, total) -> {});
        assertThat(volumes.holding(shop).name()).isEqualTo("fast");
        assertThat(shop.volume()).isSymbolicLink();
        StackFolder branch = home.stack("shop@b");
        volumes.prepare(branch);
        volume.cut(shop, branch, DB, bytes -> {
            throw new AssertionError("copied");
        });
        Kernel.sync(volume.root());
        assertThat(volume.usage(branch).total()).isGreaterThanOrEqualTo(20 << 20);
        assertThat(volume.usage(branch).own().orElseThrow()).isLessThan(1 << 20);
        assertThat(volume.cost(shop, DB)).isEqualTo(Cost.NOTHING);

        Files.writeString(branch.volume("db-0").resolve("version"), "branch");
        Files.writeString(shop.volume("db-0").resolve("rows"), "parent");
        assertThat(shop.volume("db-0").resolve("version")).hasContent("17");
        assertThat(Files.size(branch.volume("db-0").resolve("rows"))).isEqualTo(20 << 20);
        Kernel.sync(volume.root());
        assertThat(volume.usage(branch).own().orElseThrow()).isGreaterThanOrEqualTo(20 << 20);

        long before = volume.room().free();
        volume.remove(branch);
        volumes.awaitDisposal();
        assertThat(branch.volume()).doesNotExist();
        Kernel.sync(volume.root());
        // both file systems give bytes back from a thread of the kernel
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (volume.room().free() < before + (15 << 20) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            Kernel.sync(volume.root());
        }
        assertThat(volume.room().free()).isGreaterThan(before + (15 << 20));
    }

    @ParameterizedTest
    @EnumSource(names = {"XFS_IMAGE", "BTRFS_IMAGE"})
    void aLostMountIsMendedAndNothingBeginsInItsPlace(Driver driver) throws IOException {
        Volume volume = made(driver);
        volumes.convert(shop, "fast", (step, done, total) -> {});
        Images.unmount(volume.definition());
        assertThat(Loop.of(volume.definition().image())).isEmpty();
        assertThat(Files.exists(shop.volume())).isFalse();
        assertThat(volume.definition().mount().toFile().list()).containsExactly("NOT-MOUNTED");
        assertThatThrownBy(() -> volume.cut(shop, home.stack("shop@b"), DB, bytes -> {}))
                .hasMessageContaining("[HF3143]");
        assertThat(volumes.list()).extracting(Volume::isThere).containsExactly(true, false);

        Volumes next = volumes();
        next.prepare(shop);
        assertThat(shop.volume("db-0").resolve("version")).hasContent("17");

        Images.unmount(volume.definition());
        assertThat(next.mend()).containsExactly("mounted volume fast because it was not there");
        assertThat(next.mend()).isEmpty();
        assertThat(shop.volume("db-0").resolve("version")).hasContent("17");
    }

    @ParameterizedTest
    @EnumSource(names = {"XFS_IMAGE", "BTRFS_IMAGE"})
    void aFullVolumeSaysSoAndGrowsWhileItIsWrittenTo(Driver driver) throws IOException {
        Volume volume = made(driver);
        volumes.convert(shop, "fast", (step, done, total) -> {});
        Path filler = shop.volume("db-0").resolve("filler");
        try (OutputStream open = Files.newOutputStream(filler)) {
            long written = 0;
            while (!volume.room().isNearlyFull()) {
                open.write(new byte[1 << 20]);
                written += 1 << 20;
                assertThat(written).isLessThan(SIZE);
                if (driver == Driver.BTRFS_IMAGE) {
                    Kernel.sync(volume.root());
                }
            }
            assertThat(volume.alarm().orElseThrow().toString())
                    .contains("[HF3148]")
                    .contains("holdfast volumes grow fast");
            fill(open);
            assertThat(volume.room().isFull()).isTrue();
            assertThat(volumes.giveReserve(volume)).isTrue();
            assertThat(volumes.giveReserve(volume)).isFalse();
            open.write(new byte[1 << 20]);
            assertThat(volumes.keepReserve(volume)).isFalse();

            assertThatThrownBy(() -> volumes.grow("fast", SIZE / 2)).hasMessageContaining("[HF3149]");
            Volume grown = volumes.grow("fast", 2 * SIZE);
            assertThat(grown.room().size()).isGreaterThan(SIZE + SIZE / 2);
            assertThat(grown.room().reserve()).isEqualTo(Images.reserveOf(2 * SIZE));
            open.write(new byte[100 << 20]);
            Kernel.sync(volume.root());
        }
        assertThat(shop.volume("db-0").resolve("version")).hasContent("17");
    }

    private static void fill(OutputStream open) {
        try {
            while (true) {
                open.write(new byte[64 << 10]);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    @Test
    void whatWasCutOffIsTakenUpByRunningItAgain() throws IOException {
        Volume volume = made(Driver.XFS_IMAGE);
        // killed after the definition was written
        Definition definition = volume.definition();
        Images.unmount(definition);
        new Definition(
                        "fast",
                        definition.driver(),
                        definition.folder(),
                        definition.root(),
                        SIZE,
                        false,
                        definition.id(),
                        false)
                .write();
        assertThatThrownBy(() -> volumes.convert(shop, "fast", (step, done, total) -> {}))
                .hasMessageContaining("[HF3143]");
        Volume again = made(Driver.XFS_IMAGE);
        assertThat(again.isThere()).isTrue();

        // killed in the middle of copying: the stack has what it had
        Files.createDirectories(again.root().resolve("shop/db-0"));
        Files.writeString(again.root().resolve("shop/db-0/version"), "1");
        Files.createSymbolicLink(Residence.next(shop), again.root().resolve("shop"));
        volumes.prepare(shop);
        assertThat(shop.volume("db-0").resolve("version")).hasContent("17");
        volumes.convert(shop, "fast", (step, done, total) -> {});
        assertThat(shop.volume("db-0").resolve("version")).hasContent("17");
        assertThat(volumes.holding(shop).name()).isEqualTo("fast");
        assertThat(Residence.next(shop)).doesNotExist();

        // killed after the exchange: the stack has the copy
        Files.createDirectories(Residence.next(shop).resolve("db-0"));
        volumes.prepare(shop);
        assertThat(Residence.next(shop)).doesNotExist();
        assertThat(shop.volume("db-0").resolve("version")).hasContent("17");

        // killed in the middle of growing
        again.definition().withSize(2 * SIZE).write();
        Images.unmount(again.definition());
        volumes.prepare(shop);
        assertThat(volumes.find("fast").room().size()).isGreaterThan(SIZE + SIZE / 2);

        assertThatThrownBy(() -> volumes.remove("fast"))
                .hasMessageContaining("[HF3145]")
                .hasMessageContaining("shop");
        volumes.convert(shop, Volumes.HOME, (step, done, total) -> {});
        assertThat(shop.volume()).isDirectory().isNotEmptyDirectory();
        assertThat(Files.isSymbolicLink(shop.volume())).isFalse();
        volumes.remove("fast");
        assertThat(volumes.list()).hasSize(1);
        assertThat(shop.volume("db-0").resolve("version")).hasContent("17");
    }

    @Test
    void whatCannotBeMadeLeavesNothing() {
        Volumes helpless = Volumes.of(home, (program, debianPackage, progress) -> List.of("/bin/false"));
        assertThatThrownBy(() -> helpless.create(wish("fast", Driver.XFS_IMAGE), step -> {}))
                .hasMessageContaining("[HF3144]")
                .hasMessageContaining("ended with status 1");
        Wish huge = new Wish("fast", Optional.of(Driver.XFS_IMAGE), OptionalLong.of(1L << 50), Optional.empty(), false);
        assertThatThrownBy(() -> volumes.create(huge, step -> {})).hasMessageContaining("[HF3146]");
        assertThat(volumes.list()).hasSize(1);
        assertThat(home.data().resolve("volumes/fast/image")).doesNotExist();
    }

    @Test
    void aSecondImageMountedInItsPlaceIsNotTakenForIt() throws IOException {
        Volume volume = made(Driver.XFS_IMAGE);
        volumes.convert(shop, "fast", (step, done, total) -> {});
        Files.writeString(volume.definition().mount().resolve(".volume"), "another\n");
        assertThatThrownBy(() -> volumes.prepare(shop)).hasMessageContaining("[HF3143]");
    }

    @Test
    void newStacksBeginInTheDefaultAndBranchesWithTheirParents() {
        Volume volume = made(Driver.XFS_IMAGE);
        volumes.beDefault("fast");
        StackFolder fresh = home.stack("fresh");
        volumes.prepare(fresh);
        assertThat(volumes.holding(fresh).name()).isEqualTo("fast");
        volumes.prepare(home.stack("shop@b"));
        assertThat(volumes.holding(home.stack("shop@b")).name()).isEqualTo(Volumes.HOME);
        volumes.prepare(home.stack("fresh@b"));
        assertThat(volumes.stacks(volume)).extracting(StackFolder::name).containsExactly("fresh", "fresh@b");
        assertThatThrownBy(() -> volumes.remove("fast")).hasMessageContaining("volumes default home");
    }
}
