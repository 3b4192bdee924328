package dev.holdfast.daemon.stacks;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Errand;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.util.function.Consumer;

/** The bench of a stack that is up, for one operation that a client watches. */
record LiveBench(ManagedStack.Live live, String where, Events events) implements Bench {
    @Override
    public Context context() {
        return live.supervisor().site().context();
    }

    @Override
    public void say(String text) {
        events.send(EventJson.progress(where, text));
    }

    @Override
    public void say(String text, long done, long total, String unit) {
        events.send(EventJson.progress(where, text, done, total, unit));
    }

    @Override
    public void requireWanted() {
        if (events.isGone()) {
            throw BringUp.gone();
        }
    }

    @Override
    public Errand.Ran run(Errand errand, Consumer<String> onLine) throws InterruptedException {
        Workload workload = live.supervisor().workloads().stream()
                .filter(one -> one.member().name().equals(errand.member()))
                .findFirst()
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF9001,
                        "an errand was asked of '" + errand.member() + "', which is no member of "
                                + live.stack().name(),
                        "Please report this: it is a mistake of ours.")));
        return live.supervisor().site().run(workload, errand, onLine);
    }
}
