package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Decisions;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Lent;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.text.AtomicFile;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * Gives a branch what its parent has now; its name, ports and passwords stay. Where that is refused or fails before the
 * data has changed, the branch is as it was.
 */
final class Recut {
    /** In data that is to be replaced; where it is gone that has been done. */
    private static final String MARK = ".replaced";

    private final Stacks stacks;
    private final Events events;

    Recut(Stacks stacks, Events events) {
        this.stacks = stacks;
        this.events = events;
    }

    Cutter.Cut run(ManagedStack branch, boolean consent) throws InterruptedException {
        try (Lease.Held _ = branch.waitForLease(events)) {
            Derived derived = Branches.derived(branch);
            if (derived.isProtected()) {
                throw new HoldfastException(Problem.of(
                        Code.HF3224,
                        "branch '" + branch.name() + "' is protected, and a reset throws away what it holds",
                        "If that is meant, run: holdfast branch unprotect " + Branches.shortName(branch)));
            }
            return run(branch, derived, consent);
        }
    }

    /** What another daemon had begun, as it was asked for then; one whose data is still its own is started with that. */
    void finish(ManagedStack branch) throws InterruptedException {
        try (Lease.Held _ = branch.waitForLease(events)) {
            Derived derived = Branches.derived(branch);
            if (!derived.recut()) {
                return;
            }
            try {
                run(branch, derived, derived.consent());
            } catch (HoldfastException refused) {
                if (branch.known().derived().filter(Derived::recut).isPresent() && Files.exists(mark(branch))) {
                    restore(branch, branch.known().with(derived.spared()), refused);
                }
                throw refused;
            }
        }
    }

    private Cutter.Cut run(ManagedStack branch, Derived derived, boolean consent) throws InterruptedException {
        try (Decisions.Watch _ = branch.decisions().watch(decision -> events.send(EventJson.decision(decision)))) {
            ManagedStack parent = stacks.find(derived.parent());
            BringUp bringUp = new BringUp(stacks, branch, events);
            Cutter.Cut cut;
            Desired whole;
            try (Lease.Held _ = parent.waitForLease(events)) {
                Desired from = parent.known();
                Branches.requireWhole(parent, from);
                Promotion.requireNone(stacks, branch);
                Stack stack = stacks.read(branch.name(), from.source(), Optional.of(derived));
                Cutter.Manner manner = new Cutter.Manner(false, consent, derived.credentials(), derived.masked());
                new CutRefusals(stacks).check(parent, stack, manner);
                Instant now = stacks.parts().clock().instant();
                whole = new Desired(true, true, from.source(), Optional.of(derived.recut(now)));
                cut = replaced(branch, parent, stack, manner, bringUp);
            }
            ManagedStack.Live live = branch.orRefuse();
            live.supervisor().up(true);
            bringUp.finish(live);
            // not before what is to be masked is
            whole.write(branch.folder());
            branch.decisions()
                    .add("", "gave " + branch.name() + " what " + parent.name() + " has because it was asked for");
            return cut;
        }
    }

    private Cutter.Cut replaced(
            ManagedStack branch, ManagedStack parent, Stack stack, Cutter.Manner manner, BringUp bringUp)
            throws InterruptedException {
        Desired before = branch.known();
        Derived derived = Branches.derived(branch);
        Desired from = parent.known();
        branch.live().ifPresent(live -> live.supervisor().stopAll("it is given what its parent has now"));
        branch.live().ifPresent(live -> live.supervisor().close());
        branch.ended();
        try {
            mark(branch, before);
            // a daemon that ends from here on leaves the rest to the next one
            new Desired(true, false, from.source(), Optional.of(derived.recutting(manner.consent())))
                    .write(branch.folder());
            Branches.shut(stacks, stack, parent, manner);
            ManagedStack.Live live = stacks.open(branch, stack, from.source());
            if (derived.credentials()) {
                stacks.parts()
                        .places()
                        .lendSecrets(
                                parent.name(), branch.name(), stack.services().keySet());
            }
            bringUp.fetch(live.stack(), live.supervisor().workloads());
            return new Cutter(stacks).one(parent, new Cutter.Request(branch, live, manner, events));
        } catch (HoldfastException | InterruptedException failed) {
            if (Files.exists(mark(branch)) && !derived.recut()) {
                restore(branch, before, failed);
            }
            throw failed;
        }
    }

    /** It has what it had, and serves that where it did. */
    private void restore(ManagedStack branch, Desired before, Exception because) throws InterruptedException {
        branch.live().ifPresent(live -> live.supervisor().close());
        branch.ended();
        Lent lent = new Lent(stacks.parts().places().stack(branch.name()));
        lender(branch).ifPresentOrElse(lent::shut, lent::unlock);
        before.write(branch.folder());
        unmark(branch);
        branch.decisions()
                .add(
                        "",
                        "left " + branch.name() + " what it had because it could not be given what its parent has: "
                                + because.getMessage());
        if (before.up()) {
            ManagedStack.Live live = stacks.open(branch, stacks.read(branch.name(), before), before.source());
            live.supervisor().up(true);
        }
    }

    /** Whoever was interrupted after the data had changed has nothing to keep any more. */
    private void mark(ManagedStack branch, Desired before) {
        if (before.derived().filter(Derived::recut).isPresent()) {
            return;
        }
        Path mark = mark(branch);
        try {
            Optional<String> lender = new Lent(stacks.parts().places().stack(branch.name())).lender();
            AtomicFile.writePrivate(
                    mark, Json.object().put("lender", lender).build().pretty().getBytes(StandardCharsets.UTF_8));
        } catch (IOException failed) {
            throw unusable(mark, failed);
        }
    }

    private Optional<String> lender(ManagedStack branch) {
        Path mark = mark(branch);
        try {
            return Json.parse(Files.readString(mark)).textAt("lender");
        } catch (IOException | JsonException failed) {
            throw unusable(mark, failed);
        }
    }

    private void unmark(ManagedStack branch) {
        Path mark = mark(branch);
        try {
            Files.deleteIfExists(mark);
        } catch (IOException failed) {
            throw unusable(mark, failed);
        }
    }

    private Path mark(ManagedStack branch) {
        StackFolder folder = stacks.parts().places().stack(branch.name());
        return folder.volume().resolve(MARK);
    }

    private static HoldfastException unusable(Path path, Exception cause) {
        return new HoldfastException(
                Problem.of(
                        Code.HF3203,
                        "'" + path + "', which a reset needs, cannot be used: " + cause.getMessage(),
                        "Free some space there, then run the command again; the branch has what it had."),
                cause);
    }
}
