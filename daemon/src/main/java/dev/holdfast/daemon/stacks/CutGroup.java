package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Copying;
import dev.holdfast.engine.Cutting;
import dev.holdfast.targets.local.Pause;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.targets.local.volume.Cost;
import dev.holdfast.targets.local.volume.Volume;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Stacks that get what another one has at one instant. */
final class CutGroup {
    /** Far above what clones take; whoever hangs must not keep a stack from serving for longer. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final Stacks stacks;
    private final ManagedStack parent;
    private final Volume volume;
    private final List<Cutter.Request> requests;
    private final boolean serves;

    CutGroup(Stacks stacks, ManagedStack parent, Volume volume, List<Cutter.Request> requests) {
        this.stacks = stacks;
        this.parent = parent;
        this.volume = volume;
        this.requests = requests;
        this.serves = parent.live().isPresent();
    }

    /** Only what must be is done while all wait: the others are cloned from the largest clone, before that is used. */
    void run() throws InterruptedException {
        Cutter.Request first = requests.stream()
                .max(Comparator.comparingInt(
                        request -> request.members(stacks, serves).size()))
                .orElseThrow();
        SortedSet<String> all = first.members(stacks, serves);
        List<Cutter.Request> direct = new ArrayList<>(List.of(first));
        List<Cutter.Request> within = new ArrayList<>();
        for (Cutter.Request request : requests) {
            if (!request.child().name().equals(first.child().name())) {
                (all.containsAll(request.members(stacks, serves)) ? within : direct).add(request);
            }
        }
        // those that are copied into while all serve take longest
        within.sort(Comparator.comparing(request -> request.manner().live()));
        Duration pause = clone(direct);
        tellPause(pause);
        for (Cutter.Request request : within) {
            complete(request, pause, () -> cut(folder(first.child()), request));
        }
        // the last of all: until now it was what the others were cloned from
        for (Cutter.Request request : direct.reversed()) {
            complete(request, pause, () -> {});
        }
    }

    private Duration clone(List<Cutter.Request> direct) {
        SortedSet<String> running = Cutter.running(stacks, parent, direct);
        Duration about = Duration.ZERO;
        for (Cutter.Request request : direct) {
            Cost cost = volume.cost(folder(parent), request.members(stacks, serves));
            about = about.plus(cost.about().orElse(Duration.ZERO));
            tell(request, cost, !running.isEmpty());
        }
        Runnable work = () -> direct.forEach(request -> cut(folder(parent), request));
        if (running.isEmpty()) {
            work.run();
            return Duration.ZERO;
        }
        return held(Cutter.bounds(stacks, direct), running, about, work);
    }

    private void cut(StackFolder from, Cutter.Request request) {
        volume.cut(from, folder(request.child()), request.members(stacks, serves), request.copied()::addAndGet);
    }

    private void complete(Cutter.Request request, Duration pause, Runnable work) throws InterruptedException {
        try {
            work.run();
            new Doors(
                            stacks,
                            request.made().stack(),
                            request.made().supervisor().site())
                    .own(request.members(stacks, serves), request.manner().credentials());
            request.done().complete(filled(request, pause, request.copied().get()));
        } catch (RuntimeException failed) {
            request.done().completeExceptionally(failed);
        }
    }

    /** Brings what is copied while it serves. */
    private Cutter.Cut filled(Cutter.Request request, Duration pause, long bytes) throws InterruptedException {
        List<Bound<?>> bounds = request.live(stacks, serves);
        if (bounds.isEmpty()) {
            return new Cutter.Cut(volume.name(), volume.driver().word(), pause, bytes, Duration.ZERO);
        }
        long begun = System.nanoTime();
        SortedSet<String> members = new TreeSet<>();
        for (Bound<?> bound : bounds) {
            fill(bound, request);
            members.addAll(Cutter.members(bound));
        }
        Duration skew = Duration.ofNanos(System.nanoTime() - begun);
        long all = bytes + volume.bytes(folder(request.child()), members);
        return new Cutter.Cut(volume.name(), volume.driver().word(), pause, all, skew);
    }

    private void tellPause(Duration pause) {
        String names = requests.stream().map(request -> request.child().name()).collect(Collectors.joining(", "));
        parent.decisions()
                .add(
                        "",
                        (pause.isZero()
                                        ? "cloned " + parent.name()
                                        : "held " + parent.name() + " still for " + Math.max(1, pause.toMillis())
                                                + " ms")
                                + " because " + (requests.size() == 1 ? "the branch " : "the branches ") + names
                                + (requests.size() == 1 ? " was" : " were") + " asked for");
    }

    private <S extends Record> void fill(Bound<S> bound, Cutter.Request request) throws InterruptedException {
        Copying<S> copying = bound.engine().provisioning().copying().orRefuse();
        new Beside(stacks)
                .fill(
                        request.child(),
                        request.made(),
                        (derived, to) -> copying.fillings(
                                bound.service(),
                                parent.live().orElseThrow().supervisor().site().context(),
                                to,
                                true),
                        request.events());
    }

    /** Does it while no process of these members runs; returns for how long. */
    private Duration held(List<Bound<?>> bounds, SortedSet<String> running, Duration about, Runnable work) {
        Site site = parent.live().orElseThrow().supervisor().site();
        Duration longest = LONGEST.plus(about.multipliedBy(4));
        List<Cutting.Hold> holds = new ArrayList<>();
        List<Path> scratch = new ArrayList<>();
        long begun = System.nanoTime();
        try {
            for (Bound<?> bound : bounds) {
                if (Cutter.members(bound).stream().anyMatch(running::contains)) {
                    Cutting.Hold hold = hold(bound, site, longest);
                    holds.add(hold);
                    hold.scratch()
                            .forEach(name -> Cutter.members(bound)
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

    private void tell(Cutter.Request request, Cost cost, boolean runs) {
        if (cost.bytes() > 0) {
            request.say(
                    stacks,
                    "copies " + CutRefusals.size(cost.bytes()) + CutRefusals.about(cost) + " because volume '"
                            + volume.name()
                            + "' cannot clone files"
                            + (runs ? "; until that is done all who use what is copied wait" : ""));
        }
    }

    private StackFolder folder(ManagedStack managed) {
        return stacks.parts().places().stack(managed.name());
    }
}
