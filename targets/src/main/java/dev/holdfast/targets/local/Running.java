package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Workload;
import java.time.Instant;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A member that was started, as {@code run/<member>.json} remembers it. {@code launcher} leads the session, {@code init}
 * is the first process of the sandbox's own namespace (killing it ends everything in it) and {@code engine} is the one
 * that takes signals. {@code inForce} is what the process has read of its files, by file and key. How to stop it is kept
 * with it, because it may have to be stopped after its service has gone from the file.
 */
public record Running(
        String member,
        ProcessId launcher,
        Optional<ProcessId> init,
        ProcessId engine,
        String bootId,
        String programs,
        String command,
        SortedMap<String, Integer> ports,
        Instant startedAt,
        Workload.Stop stop,
        Workload.Reload reload,
        Facts inForce) {
    public Running {
        ports = Collections.unmodifiableSortedMap(new TreeMap<>(ports));
    }

    /** The host's pid of the engine itself, the one to show to people. */
    public long pid() {
        return engine.pid();
    }

    Running with(Facts nowInForce) {
        return new Running(
                member, launcher, init, engine, bootId, programs, command, ports, startedAt, stop, reload, nowInForce);
    }
}
