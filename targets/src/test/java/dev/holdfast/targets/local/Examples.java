package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Values that several tests need. */
final class Examples {
    static final Running RUNNING = new Running(
            "main-0",
            new ProcessId(1, 2),
            Optional.of(new ProcessId(3, 4)),
            new ProcessId(5, 6),
            "boot",
            "postgresql-17 17.12",
            "digest",
            new TreeMap<>(Map.of("postgres", 5432)),
            Instant.parse("2026-01-02T03:04:05Z"),
            new Workload.Stop(Workload.Signal.INTERRUPT, Duration.ofSeconds(60)),
            Workload.Reload.SIGHUP,
            new Facts(new TreeMap<>(Map.of(
                    "config/a.conf",
                    new Facts.FileFacts(
                            "d",
                            new TreeMap<>(Map.of(
                                    "work_mem", new Facts.Fact("4MB", Setting.Effect.RELOAD, true, "a rule"))))))));

    private Examples() {}
}
