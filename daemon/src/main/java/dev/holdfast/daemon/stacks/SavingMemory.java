package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.AtomicFile;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** How the last backup of each kind went, kept in the stack's folder across daemons. */
record SavingMemory(Path folder) {
    private static final String FILE = "savings.json";

    /**
     * @param id what came of it, empty where it failed
     * @param because why it failed, empty where it did not
     */
    record Result(Kind kind, Instant begun, Instant ended, String id, String because) {
        boolean isGood() {
            return because.isEmpty();
        }

        Json json() {
            return Json.object()
                    .put("begun", begun.toString())
                    .put("ended", ended.toString())
                    .put("id", id)
                    .put("because", because)
                    .build();
        }
    }

    void remember(String service, Kind kind, Instant begun, Instant ended, String id, String because) {
        SortedMap<String, Result> all = read();
        all.put(service + "/" + kind.word(), new Result(kind, begun, ended, id, because));
        Json.Builder json = Json.object();
        all.forEach((name, result) -> json.put(name, result.json()));
        try {
            Files.createDirectories(folder);
            AtomicFile.writePrivate(
                    folder.resolve(FILE), json.build().pretty().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /** The last of each kind. */
    List<Result> ofService(String service) {
        return read().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(service + "/"))
                .map(Map.Entry::getValue)
                .toList();
    }

    private SortedMap<String, Result> read() {
        SortedMap<String, Result> all = new TreeMap<>();
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return all;
        }
        try {
            if (Json.parse(Files.readString(file)) instanceof Json.Members(Map<String, Json> values)) {
                values.forEach((name, value) -> all.put(
                        name,
                        new Result(
                                Kind.of(name.substring(name.indexOf('/') + 1)).orElse(Kind.FULL),
                                Instant.parse(value.textAt("begun").orElse("")),
                                Instant.parse(value.textAt("ended").orElse("")),
                                value.textAt("id").orElse(""),
                                value.textAt("because").orElse(""))));
            }
            return all;
        } catch (IOException | JsonException | java.time.DateTimeException e) {
            throw unusable(e);
        }
    }

    private HoldfastException unusable(Exception e) {
        return new HoldfastException(
                Problem.of(
                        Code.HF3203,
                        "the state file '" + folder.resolve(FILE) + "' cannot be used: " + e.getMessage(),
                        "Move that file away: what it remembered of the last backups is lost, and nothing else."),
                e);
    }
}
