package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Tasks;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/** Servers of a stack that somebody else runs: nothing of theirs is kept alive here, they are only asked. */
final class Outside {
    /** Above the time that a far server has to let us in. */
    private static final Duration DEADLINE = Duration.ofSeconds(12);

    private Outside() {}

    /** How each of them is now, by the name of its service. */
    static SortedMap<String, Health> ask(ManagedStack.Live live) {
        SortedMap<String, Health> answers = new TreeMap<>();
        List<Callable<Map.Entry<String, Health>>> questions = new ArrayList<>();
        Context context = live.supervisor().site().context();
        for (Service<?> service : live.stack().services().values()) {
            if (Elsewhere.is(service)) {
                answers.put(
                        service.name(),
                        new Health.NotReady(
                                "it did not answer within " + DEADLINE.toSeconds() + " s",
                                "See what 'holdfast doctor " + service.name() + "' says of its address."));
                questions.add(() ->
                        Map.entry(service.name(), ask(Bound.of(live.supervisor().register(), service), context)));
            }
        }
        try {
            Tasks.all(questions, DEADLINE).forEach(answer -> answers.put(answer.getKey(), answer.getValue()));
        } catch (TimeoutException late) {
            return answers;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        return answers;
    }

    private static <S extends Record> Health ask(Bound<S> bound, Context context) {
        try {
            return switch (bound.engine().observation()) {
                case Support.Offered<Observation<S>>(Observation<S> observation) ->
                    observation.probe(bound.service(), bound.service().name(), context);
                case Support.NotOffered<Observation<S>>(String because, String _) ->
                    new Health.Ready("nobody can ask it because " + because);
            };
        } catch (HoldfastException problem) {
            return new Health.NotReady(
                    problem.problems().getFirst().cause(),
                    problem.problems().getFirst().remedy());
        }
    }
}
