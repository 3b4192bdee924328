package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Journal;
import dev.holdfast.apply.Lease;
import dev.holdfast.daemon.supervise.Decisions;
import dev.holdfast.daemon.supervise.Supervisor;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Stack;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** One stack the daemon knows. {@code live} is there while its members are looked after. */
final class ManagedStack {
    private final String name;
    private final Path folder;
    private final Lease lease;
    private final Journal journal;
    private final Decisions decisions;
    private final AtomicReference<Optional<Live>> live = new AtomicReference<>(Optional.empty());

    ManagedStack(String name, Path folder, Lease lease, Journal journal, Decisions decisions) {
        this.name = name;
        this.folder = folder;
        this.lease = lease;
        this.journal = journal;
        this.decisions = decisions;
    }

    record Live(Stack stack, Supervisor supervisor) {}

    String name() {
        return name;
    }

    Path folder() {
        return folder;
    }

    Lease lease() {
        return lease;
    }

    Journal journal() {
        return journal;
    }

    Decisions decisions() {
        return decisions;
    }

    Optional<Live> live() {
        return live.get();
    }

    void live(Live next) {
        live.set(Optional.of(next));
    }

    void ended() {
        live.set(Optional.empty());
    }

    Live orRefuse() {
        return live().orElseThrow(() -> new HoldfastException(
                Problem.of(Code.HF3212, "stack '" + name + "' is not up", "Start it with 'holdfast up'.")));
    }

    Optional<Desired> desired() {
        return Desired.read(folder);
    }

    Desired known() {
        return desired().orElseThrow(() -> Stacks.unknown(name));
    }
}
