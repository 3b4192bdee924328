package dev.holdfast.daemon.stacks;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.plan.Change;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Source;
import java.util.ArrayList;
import java.util.List;

/**
 * A plan together with who can do each step.
 *
 * @param unseen services whose inside could not be compared, so that nothing is known of what is to be done there
 */
record Planned(Stack stack, Source source, List<Step> steps, List<String> notes, List<String> unseen) {
    Planned {
        steps = List.copyOf(steps);
        notes = List.copyOf(notes);
        unseen = List.copyOf(unseen);
    }

    /** One thing that is done at once; it may stand for several changes. */
    sealed interface Step {
        List<Change> changes();

        /** Files and process of one member. */
        record OfMember(Workload workload, List<Change> changes) implements Step {
            boolean isReload() {
                return worst(changes).compareTo(Change.Risk.RELOAD) <= 0;
            }
        }

        /** A member that has no place in the stack any more. */
        record Gone(String member, List<Change> changes) implements Step {}

        /** Inside a running engine. */
        record Inside(String service, Change change) implements Step {
            @Override
            public List<Change> changes() {
                return List.of(change);
            }
        }
    }

    List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        steps.forEach(step -> changes.addAll(step.changes()));
        return changes;
    }

    Change.Risk worst() {
        return worst(changes());
    }

    private static Change.Risk worst(List<Change> changes) {
        Change.Risk worst = Change.Risk.NONE;
        for (Change change : changes) {
            worst = change.risk().compareTo(worst) > 0 ? change.risk() : worst;
        }
        return worst;
    }
}
