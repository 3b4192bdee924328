package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.AtomicFile;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How the services of a stack were saved, kept in its folder across daemons: the last backup of each kind that is there, the
 * last that failed, and since when each kind is asked for. Services are saved beside each other, and this is one file.
 */
final class SavingMemory {
    private static final String FILE = "savings.json";
    private static final String FAILED = "/failed";
    private static final String ASKED = "/asked";
    private static final String KEPT = "/kept";

    private final Path folder;

    SavingMemory(Path folder) {
        this.folder = folder;
    }

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

        private static Result of(String kind, Json json) {
            return new Result(
                    Kind.of(kind).orElse(Kind.FULL),
                    Instant.parse(json.textAt("begun").orElse("")),
                    Instant.parse(json.textAt("ended").orElse("")),
                    json.textAt("id").orElse(""),
                    json.textAt("because").orElse(""));
        }
    }

    /** Why backups stayed that no rule keeps any more. */
    record Kept(Instant at, String because) {}

    private record State(
            SortedMap<String, Result> results, SortedMap<String, Instant> asked, SortedMap<String, Kept> kept) {
        State() {
            this(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        }

        /** One that failed takes nothing from what is known of one that did not. */
        void put(String service, Result result) {
            results.put(key(service, result.kind()) + (result.isGood() ? "" : FAILED), result);
        }

        Json json() {
            SortedMap<String, Json> all = new TreeMap<>();
            results.forEach((name, result) -> all.put(name, result.json()));
            asked.forEach((name, since) -> all.put(
                    name + ASKED, Json.object().put("since", since.toString()).build()));
            kept.forEach((service, why) -> all.put(
                    service + KEPT,
                    Json.object()
                            .put("at", why.at().toString())
                            .put("because", why.because())
                            .build()));
            Json.Builder json = Json.object();
            all.forEach(json::put);
            return json.build();
        }
    }

    synchronized void good(String service, Kind kind, Instant begun, Instant ended, String id) {
        State state = read();
        state.put(service, new Result(kind, begun, ended, id, ""));
        write(state);
    }

    synchronized void bad(String service, Kind kind, Instant begun, Instant ended, String because) {
        State state = read();
        state.put(service, new Result(kind, begun, ended, "", because));
        write(state);
    }

    /** The last of each kind that is there, and the last of each that failed. */
    synchronized List<Result> ofService(String service) {
        return read().results().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(service + "/"))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** Since when backups of these kinds are asked for; those that were not until now are from now on, and the others no more. */
    synchronized SortedMap<Kind, Instant> asked(String service, Collection<Kind> kinds, Instant now) {
        State state = read();
        SortedMap<Kind, Instant> since = new TreeMap<>();
        for (Kind kind : kinds) {
            Instant known = state.asked().getOrDefault(key(service, kind), now);
            since.put(kind, known.isAfter(now) ? now : known);
        }
        SortedMap<String, Instant> next = new TreeMap<>(state.asked());
        next.keySet().removeIf(key -> key.startsWith(service + "/"));
        since.forEach((kind, at) -> next.put(key(service, kind), at));
        if (!next.equals(state.asked())) {
            write(new State(state.results(), next, state.kept()));
        }
        return since;
    }

    /** Backups that are to go could not be removed; or, where nothing is given, all of them are gone. */
    synchronized void kept(String service, Optional<Kept> why) {
        State state = read();
        Optional<Kept> before = Optional.ofNullable(
                why.isPresent()
                        ? state.kept().put(service, why.get())
                        : state.kept().remove(service));
        if (!before.equals(why)) {
            write(state);
        }
    }

    synchronized Optional<Kept> kept(String service) {
        return Optional.ofNullable(read().kept().get(service));
    }

    private static String key(String service, Kind kind) {
        return service + "/" + kind.word();
    }

    private void write(State state) {
        try {
            Files.createDirectories(folder);
            AtomicFile.writePrivate(folder.resolve(FILE), state.json().pretty().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private State read() {
        State state = new State();
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return state;
        }
        try {
            if (Json.parse(Files.readString(file)) instanceof Json.Members(Map<String, Json> values)) {
                values.forEach((name, value) -> {
                    String service = name.substring(0, Math.max(0, name.indexOf('/')));
                    if (name.endsWith(ASKED)) {
                        state.asked()
                                .put(
                                        name.substring(0, name.length() - ASKED.length()),
                                        Instant.parse(value.textAt("since").orElse("")));
                    } else if (name.endsWith(KEPT)) {
                        state.kept()
                                .put(
                                        service,
                                        new Kept(
                                                Instant.parse(value.textAt("at").orElse("")),
                                                value.textAt("because").orElse("")));
                    } else {
                        // a failure has had a place of its own only since this file has places for more than one
                        String kind = name.substring(name.indexOf('/') + 1).replace(FAILED, "");
                        state.put(service, Result.of(kind, value));
                    }
                });
            }
            return state;
        } catch (IOException | JsonException | DateTimeException e) {
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
