package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.http.Reply;
import dev.holdfast.daemon.http.Request;
import dev.holdfast.daemon.supervise.MemberState;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The endpoints about stacks: reads requests to values, and calls whoever does the work. */
public final class Api {
    private static final int MAX_TAIL = 10_000;
    private static final Set<String> WISH = Set.of("source", "text", "environment", "name");

    private final Stacks stacks;

    public Api(Stacks stacks) {
        this.stacks = stacks;
    }

    /** Empty where the path is not about stacks. */
    public Optional<Reply> handle(Request request) throws InterruptedException {
        List<String> path = request.path();
        if (path.equals(List.of("v1", "stacks")) && request.method().equals("GET")) {
            return Optional.of(Reply.json(list()));
        }
        if (path.equals(List.of("v1", "up")) && request.method().equals("POST")) {
            Json body = request.object(Set.of("source", "text", "environment", "name", "newPorts"));
            Sources.Wish wish = wish(body);
            boolean newPorts = body.isAt("newPorts");
            return Optional.of(new Reply.Lines(events -> new UpOperation(stacks).run(wish, newPorts, events)));
        }
        if (path.equals(List.of("v1", "restore")) && request.method().equals("POST")) {
            Set<String> keys = new TreeSet<>(RestoreWords.TARGET);
            keys.addAll(Set.of("key", "name"));
            Json body = request.object(keys);
            Path key = body.textAt("key")
                    .map(Api::absolute)
                    .orElseGet(() -> Path.of(refuse("'key', the path of a key file, is missing")));
            return Optional.of(new Reply.Lines(events -> RestoreVerb.fromKey(stacks, body, key, events)));
        }
        if (path.size() > 1 && path.get(0).equals("v1") && path.get(1).equals("volumes")) {
            return new VolumesApi(stacks).handle(request);
        }
        if (path.equals(List.of("v1", "plan")) && request.method().equals("POST")) {
            return Optional.of(Reply.json(new ApplyOperation(stacks).plan(wish(request.object(WISH)))));
        }
        if (path.size() < 4 || !path.get(0).equals("v1") || !path.get(1).equals("stacks")) {
            return Optional.empty();
        }
        String stack = path.get(2);
        String what = request.method() + " " + path.get(3);
        return path.size() == 4
                ? ofStack(request, stack, what)
                : path.size() == 5 ? ofService(request, stack, what, path.get(4)) : Optional.empty();
    }

    private Optional<Reply> ofStack(Request request, String stack, String what) throws InterruptedException {
        return switch (what) {
            case "GET status" -> Optional.of(Reply.json(new StatusReport(stacks).of(stack)));
            case "GET environment" ->
                Optional.of(Reply.json(new Connections(stacks).environment(stack, request.parameter("role"))));
            case "GET logs" -> Optional.of(logs(request, stack));
            case "GET insight" -> Optional.of(Reply.json(new InsightReport(stacks).of(stack)));
            case "GET branches" -> Optional.of(Reply.json(new BranchReport(stacks).of(stack)));
            case "POST branch" -> {
                Json body = request.object(BranchOperation.KEYS);
                yield Optional.of(new Reply.Lines(events -> new BranchOperation(stacks, stack, body, events).run()));
            }
            case "POST plan" ->
                Optional.of(Reply.json(new ApplyOperation(stacks).plan(stack, wish(request.object(WISH)))));
            case "POST apply" -> Optional.of(apply(request, stack));
            case "POST restart" -> Optional.of(restart(request, stack));
            case "POST down" -> Optional.of(down(request, stack));
            case "POST suspend" -> {
                boolean disconnect = request.object(Set.of("disconnect")).isAt("disconnect");
                yield Optional.of(
                        new Reply.Lines(events -> new SleepOperation(stacks).suspend(stack, disconnect, events)));
            }
            case "POST wake" -> {
                request.object(Set.of());
                yield Optional.of(new Reply.Lines(events -> new SleepOperation(stacks).wake(stack, events)));
            }
            case "POST convert" -> Optional.of(new VolumesApi(stacks).convert(request, stack));
            default -> Optional.empty();
        };
    }

    private Optional<Reply> ofService(Request request, String stack, String what, String service) {
        return switch (what) {
            case "GET why" -> Optional.of(Reply.json(new WhyReport(stacks).of(stack, service)));
            case "GET insight" ->
                Optional.of(Reply.json(new InsightReport(stacks).of(stack, service, request.parameter("thing"))));
            case "GET connect" ->
                Optional.of(Reply.json(new Connections(stacks).connect(stack, service, request.parameter("role"))));
            default ->
                request.method().equals("POST")
                        ? new Verbs(stacks).reply(request, stack, request.path().get(3), service)
                        : Optional.empty();
        };
    }

    private Reply logs(Request request, String stack) {
        int tail = request.parameter("tail").map(Api::tail).orElse(100);
        boolean follow = request.parameter("follow").filter("true"::equals).isPresent();
        return new Reply.Lines(events -> new Logs(stacks)
                .send(stack, request.parameter("service"), request.parameter("member"), tail, follow, events));
    }

    private Reply apply(Request request, String stack) {
        Json body = request.object(Set.of("source", "text", "environment", "name", "approve"));
        Set<String> approved = new TreeSet<>();
        for (Json word : body.itemsAt("approve")) {
            approved.add(
                    word instanceof Json.Text(String text)
                            ? text
                            : refuse("'approve' holds something that is no text"));
        }
        Sources.Wish wish = wish(body);
        return new Reply.Lines(events -> new ApplyOperation(stacks).apply(stack, wish, approved, events));
    }

    private Reply restart(Request request, String stack) {
        Json body = request.object(Set.of("service", "member"));
        Optional<String> service = body.textAt("service");
        Optional<String> member = body.textAt("member");
        return new Reply.Lines(events -> new DownOperation(stacks).restart(stack, service, member, events));
    }

    private Reply down(Request request, String stack) {
        Json body = request.object(Set.of("purge", "confirm"));
        boolean purge = body.isAt("purge");
        Optional<String> confirm = body.textAt("confirm");
        return new Reply.Lines(events -> new DownOperation(stacks).down(stack, purge, confirm, events));
    }

    private static int tail(String text) {
        return text.matches("[0-9]{1,5}")
                ? Math.min(MAX_TAIL, Integer.parseInt(text, 10))
                : Integer.parseInt(refuse("'tail' is '" + text + "', which is no number of lines"));
    }

    private static Sources.Wish wish(Json body) {
        return new Sources.Wish(
                body.textAt("source").map(Api::absolute),
                body.textAt("text"),
                body.textAt("environment"),
                body.textAt("name"));
    }

    static Path absolute(String text) {
        try {
            Path path = Path.of(text);
            return path.isAbsolute()
                    ? path.normalize()
                    : Path.of(refuse("'source' is '" + text + "', which is no absolute path"));
        } catch (InvalidPathException invalid) {
            return Path.of(refuse("'source' is no path: " + invalid.getReason()));
        }
    }

    private static String refuse(String cause) {
        throw new HoldfastException(
                Problem.of(Code.HF3205, cause, "Ask as the reference page of the daemon's interface says."));
    }

    /** How many stacks are looked after. */
    public int live() {
        return (int) stacks.names().stream()
                .filter(name -> stacks.findOrCreate(name).live().isPresent())
                .count();
    }

    private Json list() {
        List<Json> items = new ArrayList<>();
        for (String name : stacks.names()) {
            try {
                ManagedStack managed = stacks.findOrCreate(name);
                managed.desired().ifPresent(desired -> items.add(item(managed, desired)));
            } catch (HoldfastException unreadable) {
                items.add(Json.object()
                        .put("name", name)
                        .put(
                                "problem",
                                dev.holdfast.daemon.http.ProblemJson.of(
                                        unreadable.problems().getFirst()))
                        .build());
            }
        }
        return Json.object().put("stacks", Json.array(items)).build();
    }

    private static Json item(ManagedStack managed, Desired desired) {
        List<MemberState> states = managed.live()
                .map(live -> List.copyOf(live.supervisor().board().all().values()))
                .orElse(List.of());
        return Json.object()
                .put("name", managed.name())
                .put("desired", desired.up() ? "up" : "down")
                .put("environment", desired.source().environment())
                .put("source", desired.source().file().toString())
                .put("sourceState", Sources.state(desired.source()))
                .put("derived", desired.derived().map(Derived::json).orElseGet(Json.Null::new))
                .put("members", states.size())
                .put(
                        "running",
                        states.stream()
                                .filter(state -> state.running().isPresent())
                                .count())
                .build();
    }

    /** The Prometheus text of what is looked after. */
    public String metrics() {
        StringBuilder up = new StringBuilder("# TYPE holdfast_member_up gauge\n");
        StringBuilder restarts = new StringBuilder("# TYPE holdfast_member_restarts_total counter\n");
        for (String name : stacks.names()) {
            stacks.findOrCreate(name)
                    .live()
                    .ifPresent(live -> live.supervisor().board().all().forEach((member, state) -> {
                        // both names are plain words, so nothing needs an escape
                        String labels = "{stack=\"" + name + "\",member=\"" + member + "\"} ";
                        up.append("holdfast_member_up")
                                .append(labels)
                                .append(state.isReady() ? 1 : 0)
                                .append('\n');
                        restarts.append("holdfast_member_restarts_total")
                                .append(labels)
                                .append(state.restarts())
                                .append('\n');
                    }));
        }
        return up.append(restarts).toString();
    }
}
