package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Tasks;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Decision;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Copying;
import dev.holdfast.engine.Cutting;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Bytes;
import dev.holdfast.targets.local.Pause;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.targets.local.volume.Cost;
import dev.holdfast.targets.local.volume.Volume;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a stack the data that another one has at one instant. Nobody sees an error for it: clients of the other one wait
 * for as long as its processes are stopped, and the writes of those whose data has to be saved first for that, too.
 */
final class Cutter {
    private static final Logger LOG = LoggerFactory.getLogger(Cutter.class);

    /** A wait that nobody notices needs no consent. */
    private static final Duration UNNOTICED = Duration.ofSeconds(1);

    private static final Duration SETTLING = Duration.ofMinutes(10);

    /** Far above what clones take; whoever hangs must not keep a stack from serving for longer. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final Stacks stacks;
    private final Events events;

    Cutter(Stacks stacks, Events events) {
        this.stacks = stacks;
        this.events = events;
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

    /** The whole of it. The caller has the leases of both; nothing of the second runs. */
    Cut cut(ManagedStack parent, ManagedStack child, ManagedStack.Live made, Manner manner)
            throws InterruptedException {
        List<Bound<?>> bounds = made.stack().services().values().stream()
                .<Bound<?>>map(service -> Bound.of(stacks.parts().register(), service))
                .toList();
        bounds.forEach(bound -> requireOffered(parent, bound));
        Optional<ManagedStack.Live> source = parent.live();
        if (manner.masked() && source.isPresent()) {
            Maskings.require(
                    stacks.parts().register(),
                    source.get(),
                    List.copyOf(made.stack().services().values()));
        }
        SortedSet<String> copied = new TreeSet<>();
        if (manner.live() && source.isPresent()) {
            bounds.stream().filter(Cutter::isCopied).forEach(bound -> copied.addAll(members(bound)));
        }
        SortedSet<String> members = new TreeSet<>();
        for (Workload workload : made.supervisor().workloads()) {
            members.add(workload.member().name());
        }
        members.removeAll(copied);
        Cut cut = cloned(parent, child, made, bounds, members, manner);
        long begun = System.nanoTime();
        for (Bound<?> bound : bounds) {
            if (!copied.isEmpty() && isCopied(bound)) {
                fill(bound, source.orElseThrow(), child, made);
            }
        }
        if (copied.isEmpty()) {
            return cut;
        }
        Duration skew = Duration.ofNanos(System.nanoTime() - begun);
        return new Cut(cut.volume(), cut.driver(), cut.pause(), cut.copied(), skew);
    }

    private <S extends Record> void requireOffered(ManagedStack parent, Bound<S> bound) {
        if (bound.engine().provisioning().cutting()
                instanceof Support.NotOffered<Cutting<S>>(String because, String instead)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3225,
                    "service '" + bound.service().name() + "' of '" + parent.name() + "' cannot be branched: "
                            + because,
                    instead));
        }
    }

    private static boolean isCopied(Bound<?> bound) {
        return bound.engine().provisioning().copying() instanceof Support.Offered<?>;
    }

    private <S extends Record> void fill(
            Bound<S> bound, ManagedStack.Live source, ManagedStack child, ManagedStack.Live made)
            throws InterruptedException {
        Copying<S> copying = bound.engine().provisioning().copying().orRefuse();
        new Beside(stacks)
                .fill(
                        child,
                        made,
                        (derived, to) -> copying.fillings(
                                bound.service(), source.supervisor().site().context(), to, true),
                        events);
    }

    private Cut cloned(
            ManagedStack parent,
            ManagedStack child,
            ManagedStack.Live made,
            List<Bound<?>> bounds,
            SortedSet<String> members,
            Manner manner)
            throws InterruptedException {
        StackFolder from = folder(parent);
        StackFolder to = folder(child);
        Volume volume = stacks.parts().places().volumes().holding(from);
        Cost cost = volume.cost(from, members);
        SortedSet<String> running = new TreeSet<>();
        parent.live()
                .ifPresent(live -> members.stream()
                        .filter(member -> live.supervisor().site().find(member).isPresent())
                        .forEach(running::add));
        tell(cost, volume, !running.isEmpty());
        if (!running.isEmpty()) {
            requireConsent(parent, volume, cost, manner);
            settle(bounds, parent.live().orElseThrow(), running);
            volume.settle(from);
        }
        requireWanted();
        AtomicLong copied = new AtomicLong();
        Duration pause = running.isEmpty()
                ? now(volume, from, to, members, copied)
                : held(parent, bounds, running, volume, cost, () -> now(volume, from, to, members, copied));
        new Doors(stacks, made.stack(), made.supervisor().site()).own(members, manner.credentials());
        return new Cut(volume.name(), volume.driver().word(), pause, copied.get(), Duration.ZERO);
    }

    private interface Work {
        Duration run();
    }

    private Duration now(Volume volume, StackFolder from, StackFolder to, Set<String> members, AtomicLong copied) {
        volume.cut(from, to, members, copied::addAndGet);
        return Duration.ZERO;
    }

    /** Does it while no process of these members runs; returns for how long. */
    private Duration held(
            ManagedStack parent,
            List<Bound<?>> bounds,
            SortedSet<String> running,
            Volume volume,
            Cost cost,
            Work work) {
        Site site = parent.live().orElseThrow().supervisor().site();
        Duration longest = LONGEST.plus(cost.about().orElse(Duration.ZERO).multipliedBy(4));
        List<Cutting.Hold> holds = new ArrayList<>();
        List<Path> scratch = new ArrayList<>();
        long begun = System.nanoTime();
        try {
            for (Bound<?> bound : bounds) {
                if (members(bound).stream().anyMatch(running::contains)) {
                    Cutting.Hold hold = hold(bound, site, longest);
                    holds.add(hold);
                    hold.scratch()
                            .forEach(name -> members(bound)
                                    .forEach(member -> scratch.add(
                                            folder(parent).volume(member).resolve(name))));
                }
            }
            if (volume.isAtomic() && scratch.isEmpty()) {
                work.run();
                return holds.stream().allMatch(Cutting.Hold.NOTHING::equals)
                        ? Duration.ZERO
                        : Duration.ofNanos(System.nanoTime() - begun);
            }
            try (Pause pause = site.pause(running, scratch, longest)) {
                work.run();
                pause.requireHeld();
                return pause.end();
            }
        } finally {
            holds.forEach(Cutting.Hold::release);
        }
    }

    private static <S extends Record> Cutting.Hold hold(Bound<S> bound, Site site, Duration longest) {
        return bound.engine().provisioning().cutting().orRefuse().hold(bound.service(), site.context(), longest);
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

    private void tell(Cost cost, Volume volume, boolean runs) {
        if (cost.bytes() > 0) {
            say("copies " + size(cost.bytes()) + about(cost) + " because volume '" + volume.name()
                    + "' cannot clone files"
                    + (runs ? "; until that is done all who use what is copied wait" : ""));
        }
    }

    private static void requireConsent(ManagedStack parent, Volume volume, Cost cost, Manner manner) {
        Duration about = cost.about().orElse(cost.bytes() == 0 ? Duration.ZERO : Duration.ofDays(1));
        if (!manner.consent() && about.compareTo(UNNOTICED) > 0) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3222,
                            "volume '" + volume.name() + "' cannot clone files, so all clients of '" + parent.name()
                                    + "' would wait while " + size(cost.bytes()) + " are copied" + about(cost),
                            "Move the stack to a volume that can (holdfast volumes create, holdfast volumes convert "
                                    + parent.name()
                                    + "), add --live to copy what can be copied while it serves, or add --pause-for-copy if they may wait."));
        }
    }

    private static String about(Cost cost) {
        return cost.about()
                .map(time -> ", which takes about " + Math.max(1, time.toSeconds()) + " s")
                .orElse("");
    }

    private static String size(long bytes) {
        return bytes >= Bytes.GIBI
                ? Math.round(bytes * 10.0 / Bytes.GIBI) / 10.0 + " GiB"
                : Math.max(1, bytes / Bytes.MEBI) + " MiB";
    }

    private void say(String text) {
        events.send(EventJson.decision(new Decision(stacks.parts().clock().instant(), "", text)));
    }

    private void requireWanted() {
        if (events.isGone()) {
            throw BringUp.gone();
        }
    }

    private static List<String> members(Bound<?> bound) {
        return bound.members().stream().map(Member::name).toList();
    }

    private StackFolder folder(ManagedStack managed) {
        return stacks.parts().places().stack(managed.name());
    }
}
