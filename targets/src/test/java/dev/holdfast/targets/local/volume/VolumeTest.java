package dev.holdfast.targets.local.volume;

import dev.holdfast.targets.local.Home;
import dev.holdfast.targets.local.StackFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

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
        volumes = Volumes.of(home);
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
        assertThat(Files.readSymbolicLink(data.resolve("pointer"))).hasToString("16384");
        assertThat(data.resolve("sparse"))
                .hasSameBinaryContentAs(shop.volume("db-0").resolve("base/1/sparse"));
        assertThat(Sizes.total(data)).isLessThan(512 << 10);
        assertThat(Files.getLastModifiedTime(data).toInstant()).isEqualTo(THEN);
        assertThat(branch.volume().toFile().list()).containsExactlyInAnyOrder("db-0", "db-0.json");
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
}
