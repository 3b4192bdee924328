package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.apply.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The cuts that are asked of one stack: those that wait for it at the same time are of one instant, for which it is held
 * still once. What is asked for after that instant waits for the next.
 */
final class Cuts {
    private static final Duration LOOK_UP = Duration.ofMillis(100);

    private final ManagedStack parent;
    private final List<Cutter.Request> waiting = new ArrayList<>();
    private boolean works;

    Cuts(ManagedStack parent) {
        this.parent = parent;
    }

    /** Returns when the data is there. Nothing works on the child's place any more when this throws. */
    Cutter.Cut of(Stacks stacks, Cutter.Request request) throws InterruptedException {
        begin(stacks, request);
        try {
            var _ = CompletableFuture.anyOf(
                            request.done().handle((cut, failed) -> ""),
                            request.events().gone())
                    .get();
            if (!request.done().isDone() && leave(request)) {
                throw BringUp.gone();
            }
            return request.done().get();
        } catch (InterruptedException ending) {
            if (!leave(request)) {
                var _ = request.done().exceptionally(failed -> Cutter.Cut.NONE).join();
            }
            throw ending;
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException problem
                    ? problem
                    : new IllegalStateException(failed.getCause());
        }
    }

    private synchronized void begin(Stacks stacks, Cutter.Request request) {
        waiting.add(request);
        if (!works) {
            works = true;
            Operation operation = Operation.current();
            Thread.ofVirtual().name("cut-" + parent.name()).start(() -> operation.run(() -> work(stacks)));
        }
    }

    /** Whether nobody had begun with it yet. */
    private synchronized boolean leave(Cutter.Request request) {
        return waiting.remove(request);
    }

    private synchronized List<Cutter.Request> taken() {
        List<Cutter.Request> all = List.copyOf(waiting);
        waiting.clear();
        return all;
    }

    private synchronized List<Cutter.Request> seen() {
        return List.copyOf(waiting);
    }

    private synchronized boolean isOver() {
        works = !waiting.isEmpty();
        return !works;
    }

    private void work(Stacks stacks) {
        String told = "";
        do {
            try {
                Optional<Lease.Held> held = parent.tryLease(LOOK_UP);
                if (held.isPresent()) {
                    try (Lease.Held _ = held.get()) {
                        new Cutter(stacks).cut(parent, this::taken);
                    }
                    told = "";
                } else if (parent.isForgotten()) {
                    throw Stacks.unknown(parent.name());
                } else {
                    told = told(told);
                }
            } catch (InterruptedException | RuntimeException failed) {
                fail(failed);
            }
        } while (!isOver());
    }

    private String told(String told) {
        String now = told;
        for (Cutter.Request request : seen()) {
            now = parent.tellHolder(parent.holder(), told, request.events());
        }
        return now;
    }

    private void fail(Exception failed) {
        RuntimeException problem = failed instanceof RuntimeException one ? one : BringUp.gone();
        taken().forEach(request -> request.done().completeExceptionally(problem));
    }
}
