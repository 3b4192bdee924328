package dev.holdfast.daemon;

import dev.holdfast.apply.Operation;
import dev.holdfast.daemon.api.Build;
import dev.holdfast.daemon.http.Limits;
import dev.holdfast.daemon.http.Reply;
import dev.holdfast.daemon.http.Request;
import dev.holdfast.daemon.http.Server;
import dev.holdfast.daemon.stacks.Api;
import dev.holdfast.daemon.stacks.Stacks;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One user's daemon from its start to its end. Its end, whatever brings it about, leaves every engine running: the next
 * daemon adopts them. Where it is asked to end it wakes what sleeps first.
 */
public final class Daemon implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Daemon.class);

    private final DaemonLock lock;
    private final Stacks stacks;
    private final Api api;
    private final Build build;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Instant started;
    private final CountDownLatch asked = new CountDownLatch(1);
    private Optional<Server> server = Optional.empty();
    private volatile boolean handsOver;

    private Daemon(DaemonLock lock, Stacks stacks, Build build, InstantSource clock, RandomGenerator random) {
        this.lock = lock;
        this.stacks = stacks;
        this.api = new Api(stacks);
        this.build = build;
        this.clock = clock;
        this.random = random;
        this.started = clock.instant();
    }

    /** Takes the data folder, answers, and takes up every stack that should be up. */
    public static Daemon start(
            Path lockFile, Path socket, Stacks.Parts parts, Build build, Limits limits, RandomGenerator random) {
        DaemonLock lock = DaemonLock.take(lockFile, build);
        try {
            Daemon daemon = new Daemon(lock, new Stacks(parts), build, parts.clock(), random);
            parts.places().volumes().mend().forEach(sentence -> LOG.atInfo().log(sentence));
            // before it answers: who asks next must not find a stack that is about to be adopted to be down
            daemon.stacks.adoptAll();
            daemon.stacks.beginSchedules();
            daemon.server = Optional.of(Server.start(socket, daemon::handle, limits));
            LOG.atInfo()
                    .addKeyValue("version", build.version())
                    .addKeyValue("build", build.id())
                    .addKeyValue("pid", ProcessHandle.current().pid())
                    .log("the daemon answers");
            return daemon;
        } catch (RuntimeException failed) {
            lock.close();
            throw failed;
        }
    }

    /** Returns when somebody asked for the daemon's end. */
    public void awaitEnd() throws InterruptedException {
        asked.await();
    }

    /** Has {@link #awaitEnd} return. */
    public void askToEnd() {
        asked.countDown();
    }

    private Reply handle(Request request) throws InterruptedException {
        String what = request.path().isEmpty() ? "" : request.path().getLast();
        Operation operation = Operation.of(random, System.getProperty("user.name", "unknown"), what);
        Reply reply = operation.call(() -> route(request));
        // a stream's work comes later, on the same thread, and belongs to the same operation
        return switch (reply) {
            case Reply.Whole whole -> whole;
            case Reply.Farewell farewell -> farewell;
            case Reply.Lines(Reply.Body body) ->
                new Reply.Lines(events -> {
                    operation.<Void, InterruptedException>call(() -> {
                        body.run(events);
                        return null;
                    });
                });
        };
    }

    private Reply route(Request request) throws InterruptedException {
        Optional<Reply> reply =
                request.path().size() == 2 && request.path().getFirst().equals("v1") ? own(request) : Optional.empty();
        if (reply.isEmpty()) {
            reply = api.handle(request);
        }
        return reply.orElseThrow(
                () -> new HoldfastException(
                        Problem.of(
                                Code.HF3206,
                                "the daemon has no " + request.method() + " /" + String.join("/", request.path()),
                                "Ask as the reference page of the daemon's interface says; does this command belong to another version of Holdfast?")));
    }

    private Optional<Reply> own(Request request) throws InterruptedException {
        return switch (request.method() + " " + request.path().get(1)) {
            case "GET health" -> Optional.of(Reply.json(health()));
            case "GET metrics" ->
                Optional.of(new Reply.Whole(
                        200,
                        "text/plain; version=0.0.4",
                        api.metrics() + "# TYPE holdfast_daemon_rss_bytes gauge\nholdfast_daemon_rss_bytes " + rss()
                                + "\n"));
            case "POST shutdown" -> {
                handsOver = request.object(Set.of("handOver")).isAt("handOver");
                LOG.atInfo().log("asked to end");
                // before the answer, so that nothing is unreachable when that comes
                List<String> asleep = awake();
                yield Optional.of(new Reply.Farewell(
                        Reply.json(Json.object()
                                .put("stopping", true)
                                .put("pid", ProcessHandle.current().pid())
                                .put("asleep", Json.texts(asleep))
                                .build()),
                        asked::countDown));
            }
            default -> Optional.empty();
        };
    }

    private Json health() {
        return Json.object()
                .put("version", build.version())
                .put("build", build.id())
                .put("pid", ProcessHandle.current().pid())
                .put("uptimeSeconds", Duration.between(started, clock.instant()).toSeconds())
                .put("stacks", api.live())
                .put("rssBytes", rss())
                .build();
    }

    private static long rss() {
        try {
            List<String> fields = List.of(
                    Files.readString(Path.of("/proc/self/statm")).strip().split(" ", -1));
            // the kernel counts pages, and those of every machine this runs on are 4 KiB
            return Long.parseLong(fields.get(1)) * 4096;
        } catch (IOException unknown) {
            return 0;
        }
    }

    /** Nobody listens for what sleeps once this process has ended, unless another takes over at once. Returns what sleeps on. */
    private List<String> awake() throws InterruptedException {
        if (handsOver) {
            return List.of();
        }
        List<String> left = stacks.wakeSleepers();
        left.forEach(service ->
                LOG.atWarn().addKeyValue("service", service).log("a service sleeps on, and refuses connections"));
        return left;
    }

    /** Answers nobody any more and looks after nothing any more. Engines serve on. */
    @Override
    public void close() {
        try {
            var _ = awake();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        server.ifPresent(Server::close);
        stacks.close();
        lock.close();
        asked.countDown();
        LOG.atInfo().log("the daemon ended; engines serve on");
    }
}
