package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.http.ProblemJson;
import dev.holdfast.daemon.http.Reply;
import dev.holdfast.daemon.http.Request;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.targets.local.volume.Driver;
import dev.holdfast.targets.local.volume.Room;
import dev.holdfast.targets.local.volume.Usage;
import dev.holdfast.targets.local.volume.Volume;
import dev.holdfast.targets.local.volume.Volumes;
import dev.holdfast.targets.local.volume.Wish;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The endpoints about where data lives. */
final class VolumesApi {
    /** Who watches wants to see it move, not every file. */
    private static final Duration PACE = Duration.ofMillis(200);

    private final Stacks stacks;
    private final Volumes volumes;

    VolumesApi(Stacks stacks) {
        this.stacks = stacks;
        this.volumes = stacks.parts().places().volumes();
    }

    /** The path begins with {@code /v1/volumes}. */
    Optional<Reply> handle(Request request) {
        List<String> path = request.path();
        return switch (request.method() + " " + (path.size() < 4 ? path.size() : path.get(3))) {
            case "GET 2" -> Optional.of(Reply.json(list()));
            case "POST 2" -> Optional.of(create(request));
            case "GET usage" -> Optional.of(Reply.json(usage(volumes.find(path.get(2)))));
            case "POST grow" -> Optional.of(grow(request, path.get(2)));
            case "POST remove" -> {
                request.object(Set.of());
                yield Optional.of(work(events -> {
                    volumes.remove(path.get(2));
                    return Json.object().put("volume", path.get(2)).put("removed", true);
                }));
            }
            case "POST default" -> {
                request.object(Set.of());
                yield Optional.of(work(events -> {
                    volumes.beDefault(path.get(2));
                    return Json.object().put("volume", json(volumes.find(path.get(2))));
                }));
            }
            case "POST mend" -> {
                request.object(Set.of());
                yield Optional.of(work(events -> Json.object().put("volume", json(volumes.mend(path.get(2))))));
            }
            default -> Optional.empty();
        };
    }

    private Reply create(Request request) {
        Json body = request.object(Set.of("name", "driver", "size", "at", "sparse", "default"));
        Wish wish = new Wish(
                body.textAt("name").orElseThrow(() -> missing("name")),
                body.textAt("driver").map(VolumesApi::driver),
                body.longAt("size").map(OptionalLong::of).orElseGet(OptionalLong::empty),
                body.textAt("at").map(Api::absolute),
                body.isAt("sparse"));
        boolean isDefault = body.isAt("default");
        return work(events -> {
            Volume made = volumes.create(wish, step -> events.send(EventJson.progress(wish.name(), step)));
            if (isDefault) {
                volumes.beDefault(made.name());
            }
            return Json.object().put("volume", json(made));
        });
    }

    private static HoldfastException missing(String key) {
        return new HoldfastException(Problem.of(
                Code.HF3205, "'" + key + "' is missing", "Ask as the reference page of the daemon's interface says."));
    }

    private static Driver driver(String word) {
        return Driver.of(word)
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3140,
                        "there is no driver '" + word + "' for volumes",
                        "Take one of "
                                + String.join(
                                        ", ",
                                        Arrays.stream(Driver.values())
                                                .map(Driver::word)
                                                .toList())
                                + "; 'holdfast volumes drivers' says which of them this machine can do.")));
    }

    private Reply grow(Request request, String name) {
        Json body = request.object(Set.of("size"));
        long size = body.longAt("size").orElseThrow(() -> missing("size"));
        return work(events -> Json.object().put("volume", json(volumes.grow(name, size))));
    }

    /** {@code POST /v1/stacks/{stack}/convert}. */
    Reply convert(Request request, String name) {
        Json body = request.object(Set.of("to"));
        String to = body.textAt("to").orElseThrow(() -> missing("to"));
        return work(events -> {
            ManagedStack managed = stacks.find(name);
            StackFolder folder = stacks.parts().places().stack(name);
            volumes.find(to);
            try (Lease.Held _ = managed.takeLease()) {
                requireDown(managed, folder);
                String from = volumes.holding(folder).name();
                volumes.convert(folder, to, paced(events, folder));
                managed.decisions()
                        .add(
                                "",
                                "moved the data of " + name + " from volume " + from + " to " + to
                                        + " because it was asked for");
                return Json.object().put("stack", name).put("from", from).put("to", to);
            }
        });
    }

    private static void requireDown(ManagedStack managed, StackFolder folder) {
        Optional<Long> user = folder.user();
        if (managed.live().isPresent() || user.isPresent()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3112,
                    "stack '" + managed.name() + "' still runs"
                            + user.map(pid -> " (process " + pid + " has its data)")
                                    .orElse(""),
                    "Stop it first: holdfast down " + managed.name()
                            + "; after that 'holdfast up' takes it up again."));
        }
    }

    private static Volumes.Progress paced(Events events, StackFolder folder) {
        long[] last = {System.nanoTime() - PACE.toNanos()};
        return (step, done, total) -> {
            if (events.isGone()) {
                throw BringUp.gone();
            }
            if (System.nanoTime() - last[0] >= PACE.toNanos()) {
                last[0] = System.nanoTime();
                events.send(EventJson.progress(folder.name(), step, done, total, "bytes"));
            }
        };
    }

    private interface Work {
        Json.Builder done(Events events) throws InterruptedException;
    }

    private static Reply work(Work work) {
        return new Reply.Lines(
                events -> events.send(work.done(events).put("event", "done").build()));
    }

    private Json list() {
        List<Json> drivers = new ArrayList<>();
        for (Driver driver : Driver.values()) {
            Optional<Problem> refusal = volumes.refusal(driver);
            drivers.add(Json.object()
                    .put("driver", driver.word())
                    .put("offered", refusal.isEmpty())
                    .put("copyOnWrite", driver.isCopyOnWrite())
                    .put("atomic", driver.isAtomic())
                    .put("problem", refusal.map(ProblemJson::of).orElseGet(Json.Null::new))
                    .build());
        }
        return Json.object()
                .put(
                        "volumes",
                        Json.array(volumes.list().stream().map(this::json).toList()))
                .put("drivers", Json.array(drivers))
                .build();
    }

    private Json json(Volume volume) {
        boolean there = volume.isThere();
        Json.Builder json = Json.object()
                .put("name", volume.name())
                .put("driver", volume.driver().word())
                .put("copyOnWrite", volume.isCopyOnWrite())
                .put("atomic", volume.isAtomic())
                .put("state", state(volume, there))
                .put("default", volumes.defaultName().equals(volume.name()))
                .put("path", volume.root().toString())
                .put(
                        "stacks",
                        Json.texts(volumes.stacks(volume).stream()
                                .map(StackFolder::name)
                                .toList()))
                .put("problem", volume.alarm().map(ProblemJson::of).orElseGet(Json.Null::new));
        if (there) {
            Room room = volume.room();
            json.put("sizeBytes", room.size()).put("freeBytes", room.left()).put("reserveBytes", room.reserve());
        } else {
            json.put("sizeBytes", new Json.Null())
                    .put("freeBytes", new Json.Null())
                    .put("reserveBytes", new Json.Null());
        }
        return json.build();
    }

    private static String state(Volume volume, boolean there) {
        if (!volume.isWhole()) {
            return "unfinished";
        }
        if (!there) {
            return "not mounted";
        }
        return volume.room().isFull() ? "full" : volume.room().isNearlyFull() ? "nearly full" : "ready";
    }

    private Json usage(Volume volume) {
        volume.requireThere();
        List<Json> items = new ArrayList<>();
        for (StackFolder folder : volumes.stacks(volume)) {
            Usage usage = volume.usage(folder);
            items.add(Json.object()
                    .put("stack", folder.name())
                    .put("totalBytes", usage.total())
                    .put("ownBytes", number(usage.own()))
                    .put("sharedBytes", number(usage.shared()))
                    .build());
        }
        return Json.object()
                .put("volume", json(volume))
                .put("stacks", Json.array(items))
                .build();
    }

    private static Json number(OptionalLong number) {
        return number.isPresent() ? Json.number(number.getAsLong()) : new Json.Null();
    }
}
