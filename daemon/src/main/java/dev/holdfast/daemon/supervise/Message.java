package dev.holdfast.daemon.supervise;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.targets.local.Ended;
import dev.holdfast.targets.local.Running;
import java.util.concurrent.CompletableFuture;

/** What a keeper is told; {@code done} completes with whether there was something to do. */
sealed interface Message {
    record Up(boolean asked) implements Message {}

    record Wake(String because) implements Message {}

    record Adopt(CompletableFuture<Boolean> done) implements Message {}

    record Stop(String because, CompletableFuture<Boolean> done) implements Message {}

    record Restart(String because, CompletableFuture<Boolean> done) implements Message {}

    record Take(Workload workload, boolean reload, CompletableFuture<Boolean> done) implements Message {}

    record Exited(Running running, Ended ended) implements Message {}

    record Look() implements Message {}

    record Moved() implements Message {}

    record Leave() implements Message {}
}
