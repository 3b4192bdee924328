package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Cutting;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.targets.local.volume.Cost;
import dev.holdfast.targets.local.volume.Volume;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** What keeps a stack from being cut, found before anything is done for it. */
final class CutRefusals {
    /** A wait that nobody notices needs no consent. */
    private static final Duration UNNOTICED = Duration.ofSeconds(1);

    private final Stacks stacks;

    CutRefusals(Stacks stacks) {
        this.stacks = stacks;
    }

    /** Throws all that keeps that stack from being cut so. Changes nothing. */
    void check(ManagedStack parent, Stack child, Cutter.Manner manner) {
        List<Bound<?>> bounds = Cutter.bound(stacks, child);
        bounds.forEach(bound -> requireOffered(parent, bound));
        Optional<ManagedStack.Live> source = parent.live();
        if (manner.masked() && source.isPresent()) {
            Maskings.require(
                    stacks.parts().register(),
                    source.get(),
                    List.copyOf(child.services().values()));
        }
        SortedSet<String> members = new TreeSet<>();
        bounds.stream()
                .filter(bound -> !(manner.live() && source.isPresent() && Cutter.isCopied(bound)))
                .forEach(bound -> members.addAll(Cutter.members(bound)));
        StackFolder from = stacks.parts().places().stack(parent.name());
        Volume volume = stacks.parts().places().volumes().holding(from);
        volume.requireThere();
        volume.requireSpare();
        volume.requireRoom(from, members);
        if (source.isPresent()) {
            requireConsent(parent, volume, volume.cost(from, members), manner);
        }
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

    private static void requireConsent(ManagedStack parent, Volume volume, Cost cost, Cutter.Manner manner) {
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

    static String about(Cost cost) {
        return cost.about()
                .map(time -> ", which takes about " + Math.max(1, time.toSeconds()) + " s")
                .orElse("");
    }

    static String size(long bytes) {
        return bytes >= Bytes.GIBI
                ? Math.round(bytes * 10.0 / Bytes.GIBI) / 10.0 + " GiB"
                : Math.max(1, bytes / Bytes.MEBI) + " MiB";
    }
}
