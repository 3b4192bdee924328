package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Tasks;
import dev.holdfast.blueprint.Member;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Decision;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.daemon.supervise.Slumber;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.targets.local.volume.Volume;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives stacks the data that another one has at one instant. Nobody sees an error for it: clients of the other one wait
 * for as long as its processes are stopped, and the writes of those whose data has to be saved first for that, too.
 */
final class Cutter {
    private static final Logger LOG = LoggerFactory.getLogger(Cutter.class);

    private static final Duration SETTLING = Duration.ofMinutes(10);

    private final Stacks stacks;

    Cutter(Stacks stacks) {
        this.stacks = stacks;
    }

    /**
     * How it is to be done.
     *
     * @param live whether engines that can be copied while they serve are, one after the other, instead of all at one instant
     * @param consent whether everybody may wait for a copy however long that takes
     * @param credentials whether the logins stay those of the source
     * @param masked whether the rules of the file for masking are followed before anybody is let in
     */
    record Manner(boolean live, boolean consent, boolean credentials, boolean masked) {}

    /**
     * What was done.
     *
     * @param pause how long the members of the source stood still
     * @param copied how many bytes; 0 where files were cloned
     * @param skew between the first and the last of the engines, where they were not cut at one instant
     */
    record Cut(String volume, String driver, Duration pause, long copied, Duration skew) {
        static final Cut NONE = new Cut("", "", Duration.ZERO, 0, Duration.ZERO);

        Json json() {
            return Json.object()
                    .put("volume", volume)
                    .put("driver", driver)
                    .put("pauseMillis", (pause.toNanos() + 999_999) / 1_000_000)
                    .put("copiedBytes", copied)
                    .put("skewMillis", skew.toMillis())
                    .build();
        }
    }

    /**
     * Data that is wanted in a place that is open and where nothing runs.
     *
     * @param events of the client who waits for it
     * @param copied how many bytes so far
     * @param done completed when it is there, or with why it is not; nobody works on the place any more then
     */
    record Request(
            ManagedStack child,
            ManagedStack.Live made,
            Manner manner,
            Events events,
            AtomicLong copied,
            CompletableFuture<Cut> done) {
        Request(ManagedStack child, ManagedStack.Live made, Manner manner, Events events) {
            this(child, made, manner, events, new AtomicLong(), new CompletableFuture<>());
        }

        List<Bound<?>> bounds(Stacks stacks) {
            return bound(stacks, made.stack());
        }

        /** Those whose files are cloned; the data of the others is copied while they serve. */
        SortedSet<String> members(Stacks stacks, boolean serves) {
            SortedSet<String> members = new TreeSet<>();
            made.supervisor()
                    .workloads()
                    .forEach(workload -> members.add(workload.member().name()));
            live(stacks, serves).forEach(bound -> members.removeAll(Cutter.members(bound)));
            return members;
        }

        List<Bound<?>> live(Stacks stacks, boolean serves) {
            return manner.live() && serves
                    ? bounds(stacks).stream().filter(Cutter::isCopied).toList()
                    : List.of();
        }

        void say(Stacks stacks, String text) {
            events.send(EventJson.decision(new Decision(stacks.parts().clock().instant(), "", text)));
        }
    }

    /** The caller has the leases of both. */
    Cut one(ManagedStack parent, Request request) throws InterruptedException {
        Queue<List<Request>> once = new ArrayDeque<>(List.of(List.of(request)));
        cut(parent, () -> Optional.ofNullable(once.poll()).orElse(List.of()));
        try {
            return request.done().get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException problem
                    ? problem
                    : new IllegalStateException(failed.getCause());
        }
    }

    /**
     * Does what is asked for until the instant of the cut, all of it as of that. The caller has the lease of the parent;
     * every request that was taken is done when this returns.
     */
    void cut(ManagedStack parent, Supplier<List<Request>> asked) throws InterruptedException {
        List<Request> all = new ArrayList<>();
        try {
            Desired desired = parent.known();
            if (!desired.up()) {
                cutStill(parent, all, asked);
                return;
            }
            // members that run and that nobody looks after would write on while they are cloned; none may fall asleep
            // meanwhile
            try (Slumber.Awake _ =
                    parent.orRefuse().supervisor().slumber().awake("a branch is cut from " + parent.name())) {
                cutStill(parent, all, asked);
            }
        } catch (RuntimeException failed) {
            all.addAll(asked.get());
            all.forEach(request -> request.done().completeExceptionally(failed));
        } finally {
            all.forEach(request -> request.done().completeExceptionally(BringUp.gone()));
        }
    }

    private void cutStill(ManagedStack parent, List<Request> all, Supplier<List<Request>> asked)
            throws InterruptedException {
        List<Request> admitted = admitted(parent, all, asked);
        if (admitted.isEmpty()) {
            return;
        }
        Volume volume = stacks.parts().places().volumes().holding(folder(parent));
        SortedSet<String> running = running(stacks, parent, admitted);
        if (!running.isEmpty()) {
            settle(bounds(stacks, admitted), parent.live().orElseThrow(), running);
            volume.settle(folder(parent));
        }
        // who came meanwhile has asked before the instant
        admitted.addAll(admitted(parent, all, asked));
        admitted.removeIf(request -> request.events().isGone());
        if (!admitted.isEmpty()) {
            new CutGroup(stacks, parent, volume, admitted).run();
        }
    }

    private List<Request> admitted(ManagedStack parent, List<Request> all, Supplier<List<Request>> asked) {
        List<Request> admitted = new ArrayList<>();
        for (Request request : asked.get()) {
            all.add(request);
            try {
                Branches.requireWhole(parent, parent.known());
                new CutRefusals(stacks).check(parent, request.made().stack(), request.manner());
                admitted.add(request);
            } catch (RuntimeException refused) {
                request.done().completeExceptionally(refused);
            }
        }
        return admitted;
    }

    static boolean isCopied(Bound<?> bound) {
        return bound.engine().provisioning().copying() instanceof Support.Offered<?>;
    }

    /** Those of the parent that run and whose data is cloned. */
    static SortedSet<String> running(Stacks stacks, ManagedStack parent, List<Request> requests) {
        SortedSet<String> running = new TreeSet<>();
        parent.live()
                .ifPresent(live -> requests.forEach(request -> request.members(stacks, true).stream()
                        .filter(member -> live.supervisor().site().find(member).isPresent())
                        .forEach(running::add)));
        return running;
    }

    /** Each service once. */
    static List<Bound<?>> bounds(Stacks stacks, List<Request> requests) {
        SortedMap<String, Bound<?>> bounds = new TreeMap<>();
        requests.forEach(request -> request.bounds(stacks)
                .forEach(bound -> bounds.putIfAbsent(bound.service().name(), bound)));
        return List.copyOf(bounds.values());
    }

    static List<Bound<?>> bound(Stacks stacks, Stack stack) {
        return stack.services().values().stream()
                .<Bound<?>>map(service -> Bound.of(stacks.parts().register(), service))
                .toList();
    }

    /** What it has to write is written while everybody works on; a server that cannot be asked is recovered instead. */
    private void settle(List<Bound<?>> bounds, ManagedStack.Live live, Set<String> running)
            throws InterruptedException {
        List<Callable<Boolean>> settling = new ArrayList<>();
        for (Bound<?> bound : bounds) {
            if (members(bound).stream().anyMatch(running::contains)) {
                settling.add(() -> settled(bound, live.supervisor().site()));
            }
        }
        try {
            var _ = Tasks.all(settling, SETTLING);
        } catch (TimeoutException late) {
            LOG.atWarn().setCause(late).log("cut without having waited for all that is to be written");
        }
    }

    private static <S extends Record> boolean settled(Bound<S> bound, Site site) {
        try {
            bound.engine().provisioning().cutting().orRefuse().settle(bound.service(), site.context());
            return true;
        } catch (HoldfastException unasked) {
            LOG.atWarn()
                    .setCause(unasked)
                    .addKeyValue("service", bound.service().name())
                    .log("cut without having been asked to write");
            return false;
        }
    }

    static List<String> members(Bound<?> bound) {
        return bound.members().stream().map(Member::name).toList();
    }

    private StackFolder folder(ManagedStack managed) {
        return stacks.parts().places().stack(managed.name());
    }
}
