package dev.holdfast.targets.local;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Setting.Effect;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import dev.holdfast.secret.Redacted;
import dev.holdfast.targets.local.Differences.Actual;
import dev.holdfast.targets.local.Differences.Desired;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class DifferencesTest {
    private static final SortedMap<String, Integer> PORTS = new TreeMap<>(Map.of("postgres", 5432));

    private static Facts facts(String memory, String connections, String secret) {
        List<Setting> settings = new ArrayList<>();
        settings.add(new Setting("work_mem", memory, Effect.RELOAD, "memory / connections"));
        if (!connections.isEmpty()) {
            settings.add(new Setting("max_connections", connections, Effect.RESTART, ""));
        }
        SortedMap<String, Facts.FileFacts> files = new TreeMap<>();
        files.put(
                "config/a.conf",
                Rendering.of(new ConfigurationFile("a.conf", new Content.Settings(Content.Syntax.QUOTED, settings)))
                        .facts());
        files.put(
                "config/users",
                Rendering.of(new ConfigurationFile(
                                "users", new Content.Confidential(new Redacted(secret), Effect.RELOAD)))
                        .facts());
        return new Facts(files);
    }

    private static final Facts NOW = facts("4MB", "100", "s");

    private static Desired desired(Facts facts) {
        return new Desired("main", "main-0", facts, "pg 17", "c", PORTS, Workload.Reload.SIGHUP);
    }

    private static Running running(Facts inForce) {
        ProcessId process = new ProcessId(1, 2);
        return new Running(
                "main-0",
                process,
                Optional.of(process),
                process,
                "boot",
                "pg 17",
                "c",
                PORTS,
                Instant.EPOCH,
                new Workload.Stop(Workload.Signal.INTERRUPT, Duration.ofSeconds(1)),
                Workload.Reload.SIGHUP,
                inForce);
    }

    private static Map<String, String> digests(Facts facts) {
        Map<String, String> digests = new HashMap<>();
        facts.files().forEach((name, file) -> digests.put(name, file.digest()));
        return digests;
    }

    private static Actual up(Facts inForce) {
        return new Actual(Optional.of(running(inForce)), Optional.of(inForce), digests(inForce), true);
    }

    @Test
    void nothingIsToBeDoneWhereNothingDiffers() {
        assertThat(Differences.of(desired(NOW), up(NOW))).isEmpty();
    }

    @Test
    void aNewMemberIsOneChange() {
        Actual nothing = new Actual(Optional.empty(), Optional.empty(), Map.of(), false);
        assertThat(Differences.of(desired(NOW), nothing))
                .containsExactly(new Change(
                        "main/main-0",
                        "start main-0 with an empty data folder",
                        "start main-0",
                        Risk.NONE,
                        Optional.of("stop main-0"),
                        "the stack asks for it and it does not run"));
    }

    @Test
    void aChangedSettingNamesBothValuesAndItsRule() {
        assertThat(Differences.of(desired(facts("8MB", "100", "s")), up(NOW)))
                .containsExactly(new Change(
                        "main/main-0/config/a.conf/work_mem",
                        "work_mem: 4MB → 8MB",
                        "set work_mem to 8MB in config/a.conf",
                        Risk.RELOAD,
                        Optional.of("set work_mem to 4MB in config/a.conf"),
                        "memory / connections"));
    }

    @Test
    void theRiskFollowsTheSettingAndTheEngine() {
        assertThat(Differences.of(desired(facts("4MB", "200", "s")), up(NOW)))
                .extracting(Change::summary, Change::risk)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("max_connections: 100 → 200", Risk.RESTART));
        assertThat(Differences.of(desired(facts("4MB", "", "s")), up(NOW)))
                .extracting(Change::summary, Change::risk)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("max_connections: 100 → (not set)", Risk.RESTART));
        Desired cannotReload =
                new Desired("main", "main-0", facts("8MB", "100", "s"), "pg 17", "c", PORTS, Workload.Reload.RESTART);
        assertThat(Differences.of(cannotReload, up(NOW)))
                .extracting(Change::risk)
                .containsExactly(Risk.RESTART);
    }

    @Test
    void aSecretOnlyDiffers() {
        List<Change> changes = Differences.of(desired(facts("4MB", "100", "hunter2")), up(NOW));
        assertThat(changes).extracting(Change::summary).containsExactly("config/users differs");
        assertThat(changes.toString()).doesNotContain("hunter2").doesNotContain(Digest.of("hunter2"));
    }

    @Test
    void whatIsDownTakesEverythingWithoutHarm() {
        Actual down = new Actual(Optional.empty(), Optional.of(NOW), digests(NOW), true);
        assertThat(Differences.of(desired(facts("8MB", "200", "s")), down))
                .extracting(Change::summary, Change::risk)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("max_connections: 100 → 200", Risk.NONE),
                        org.assertj.core.groups.Tuple.tuple("work_mem: 4MB → 8MB", Risk.NONE),
                        org.assertj.core.groups.Tuple.tuple("start main-0", Risk.NONE));
    }

    @Test
    void whatIsWrittenButNotYetInForceIsStillAChange() {
        Facts next = facts("8MB", "100", "s");
        Actual interrupted = new Actual(Optional.of(running(NOW)), Optional.of(next), digests(next), true);
        assertThat(Differences.of(desired(next), interrupted))
                .extracting(Change::summary)
                .containsExactly("work_mem: 4MB → 8MB");
    }

    @Test
    void filesChangedByHandAndMissingOnesAreWrittenAgain() {
        Map<String, String> onDisk = digests(NOW);
        onDisk.put("config/a.conf", "other");
        onDisk.remove("config/users");
        Actual actual = new Actual(Optional.of(running(NOW)), Optional.of(NOW), onDisk, true);
        assertThat(Differences.of(desired(NOW), actual))
                .extracting(Change::summary, Change::risk, Change::because)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "write config/a.conf again", Risk.NONE, "it was changed by hand"),
                        org.assertj.core.groups.Tuple.tuple("write config/users again", Risk.NONE, "it is missing"));
    }

    @Test
    void otherProgramsCommandsAndPortsRestart() {
        Desired other = new Desired(
                "main", "main-0", NOW, "pg 18", "d", new TreeMap<>(Map.of("postgres", 15000)), Workload.Reload.SIGHUP);
        assertThat(Differences.of(other, up(NOW)))
                .extracting(Change::summary, Change::risk)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("programs: pg 17 → pg 18", Risk.RESTART),
                        org.assertj.core.groups.Tuple.tuple("the command of main-0 differs", Risk.RESTART),
                        org.assertj.core.groups.Tuple.tuple("ports: {postgres=5432} → {postgres=15000}", Risk.RESTART));
    }

    @Test
    void aMemberNobodyWantsIsStoppedAndKeepsItsData() {
        assertThat(Differences.unwanted("old", true).risk()).isEqualTo(Risk.RESTART);
        assertThat(Differences.unwanted("old", false).risk()).isEqualTo(Risk.NONE);
        assertThat(Differences.unwanted("old", true).undo().orElseThrow()).contains("its data is kept");
    }
}
