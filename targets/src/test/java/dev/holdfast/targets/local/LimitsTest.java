package dev.holdfast.targets.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What is written where, in folders that look as the kernel's do. */
final class LimitsTest {
    @TempDir
    private Path root;

    @Test
    void versionOneIsLimitedInAGroupBelowOurOwn() throws IOException {
        Path cpu = group("cpu/slice/holdfast", "cpu.cfs_quota_us", "cpu.cfs_period_us", "cgroup.procs", "cpu.stat");
        Path memory = group("memory/holdfast", "memory.limit_in_bytes", "cgroup.procs");
        group("cpu/slice/holdfast/shop-main", "cpu.cfs_quota_us", "cpu.cfs_period_us", "cgroup.procs", "cpu.stat");
        group("memory/holdfast/shop-main", "memory.limit_in_bytes", "cgroup.procs");
        group("cpu/slice", "cgroup.procs");
        Files.writeString(cpu.resolve("shop-main/cpu.stat"), "nr_periods 7\nthrottled_time 2500000000\n");

        Limits limits = Limits.of(root, "4:memory:/of/the/host\n2:cpuacct,cpu:/slice\n0::/\n");

        assertThat(limits.areEnforced()).isTrue();
        limits.set("shop-main", 250, 1 << 30, List.of(4711L));
        assertThat(cpu.resolve("shop-main/cpu.cfs_quota_us")).hasContent("25000");
        assertThat(cpu.resolve("shop-main/cgroup.procs")).hasContent("4711");
        assertThat(memory.resolve("shop-main/memory.limit_in_bytes")).hasContent("1073741824");
        assertThat(limits.throttled("shop-main")).isEqualTo(Duration.ofMillis(2500));
        limits.lift("shop-main");
        assertThat(cpu.resolve("shop-main/cpu.cfs_quota_us")).content().startsWith("-1");
        assertThat(memory.resolve("shop-main/memory.limit_in_bytes")).content().startsWith("-1");
        assertThat(root.resolve("cpu/slice/cgroup.procs")).hasContent("4711");
        assertThat(limits.groups("shop-")).containsExactly("shop-main");
        assertThat(limits.groups("bar-")).isEmpty();
        // limits that were never set there are none
        assertThat(limits.throttled("shop-other")).isZero();
    }

    @Test
    void versionTwoIsLimitedWhereItWasDelegated() throws IOException {
        Path own = group("user.slice", "cgroup.controllers", "cgroup.subtree_control");
        group("user.slice/holdfast", "cgroup.subtree_control");
        Path service = group("user.slice/holdfast/shop-main", "cpu.max", "memory.high", "cgroup.procs", "cpu.stat");
        Files.writeString(root.resolve("cgroup.controllers"), "cpu memory\n");
        Files.writeString(own.resolve("cgroup.controllers"), "cpu memory pids\n");

        Limits limits = Limits.of(root, "0::/user.slice\n");

        assertThat(limits.areEnforced()).isTrue();
        limits.set("shop-main", 2000, 8L << 30, List.of());
        assertThat(service.resolve("cpu.max")).hasContent("200000 100000");
        assertThat(service.resolve("memory.high")).hasContent("8589934592");
        limits.lift("shop-main");
        assertThat(service.resolve("cpu.max")).content().startsWith("max 100000");
        assertThat(service.resolve("memory.high")).content().startsWith("max");
    }

    @Test
    void whatBelongsToSomebodyElseIsSaidAndLeftAlone() throws IOException {
        Files.writeString(root.resolve("cgroup.controllers"), "cpu memory\n");
        Limits limits = Limits.of(root, "0::/user.slice\n");
        assertThat(limits.areEnforced()).isFalse();
        assertThat(limits.because()).startsWith("no processor controller was delegated to /user.slice");
        limits.set("shop-main", 250, 1 << 30, List.of(1L));
        assertThat(root.resolve("user.slice")).doesNotExist();
    }

    private Path group(String path, String... files) throws IOException {
        Path folder = Files.createDirectories(root.resolve(path));
        for (String file : files) {
            Files.writeString(folder.resolve(file), "");
        }
        return folder;
    }
}
