package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** How {@code run/<member>.json} says a {@link Running}. */
final class RunFile {
    private RunFile() {}

    static Json json(Running running) {
        Json.Builder ports = Json.object();
        running.ports().forEach((name, number) -> ports.put(name, number));
        Json.Builder json = Json.object()
                .put("format", 1)
                .put("member", running.member())
                .put("bootId", running.bootId())
                .put("launcher", json(running.launcher()))
                .put("engine", json(running.engine()));
        running.init().ifPresent(init -> json.put("init", json(init)));
        return json.put("programs", running.programs())
                .put("command", running.command())
                .put("ports", ports.build())
                .put("startedAt", running.startedAt().toString())
                .put("stopSignal", running.stop().signal().name())
                .put("stopPatience", running.stop().patience().toString())
                .put("reload", running.reload().name())
                .put("inForce", running.inForce().json())
                .build();
    }

    static Running of(Json json) {
        SortedMap<String, Integer> ports = new TreeMap<>();
        if (json.at("ports").orElse(json) instanceof Json.Members(Map<String, Json> values)) {
            Json numbers = json.at("ports").orElseThrow(() -> new IllegalArgumentException("'ports' is missing"));
            values.keySet().forEach(name -> ports.put(name, (int) StateFile.requireLong(numbers, name)));
        }
        return new Running(
                StateFile.requireText(json, "member"),
                process(json, "launcher"),
                json.at("init").isPresent() ? Optional.of(process(json, "init")) : Optional.empty(),
                process(json, "engine"),
                StateFile.requireText(json, "bootId"),
                StateFile.requireText(json, "programs"),
                StateFile.requireText(json, "command"),
                ports,
                Instant.parse(StateFile.requireText(json, "startedAt")),
                new Workload.Stop(
                        Workload.Signal.valueOf(StateFile.requireText(json, "stopSignal")),
                        Duration.parse(StateFile.requireText(json, "stopPatience"))),
                Workload.Reload.valueOf(StateFile.requireText(json, "reload")),
                Facts.of(json.at("inForce").orElseThrow(() -> new IllegalArgumentException("'inForce' is missing"))));
    }

    private static Json json(ProcessId process) {
        return Json.object()
                .put("pid", process.pid())
                .put("startTicks", process.startTicks())
                .build();
    }

    private static ProcessId process(Json json, String name) {
        Json process = json.at(name).orElseThrow(() -> new IllegalArgumentException("'" + name + "' is missing"));
        return new ProcessId(StateFile.requireLong(process, "pid"), StateFile.requireLong(process, "startTicks"));
    }
}
