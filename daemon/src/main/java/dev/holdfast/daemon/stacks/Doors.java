package dev.holdfast.daemon.stacks;

import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Cutting;
import dev.holdfast.engine.Support;
import dev.holdfast.plan.Change;
import dev.holdfast.secret.Safe;
import dev.holdfast.stack.Service;
import java.util.List;

/**
 * The doors of a stack whose data has the logins of another one: closed to everybody but Holdfast from the start of its
 * members until all logins are the stack's own. What is interrupted in between is gone on with by the next start.
 */
final class Doors {
    private final Stacks stacks;
    private final ManagedStack.Live live;

    Doors(Stacks stacks, ManagedStack.Live live) {
        this.stacks = stacks;
        this.live = live;
    }

    /** Gives Holdfast its own login, with the one that the data still has. */
    void enter(Service<?> service, String lender) throws InterruptedException {
        enter(
                Bound.of(stacks.parts().register(), service),
                stacks.parts().places().safe(lender));
    }

    private <S extends Record> void enter(Bound<S> bound, Safe lent) throws InterruptedException {
        if (bound.engine().provisioning().cutting() instanceof Support.Offered<Cutting<S>>(Cutting<S> cutting)) {
            cutting.enter(bound.service(), lent, site().context());
            live.supervisor().look(members(bound));
        }
    }

    /** Opens them. Every login is the stack's own by now, and what is to be masked is. */
    void open() throws InterruptedException {
        site().unlock();
        for (Workload workload : site().workloads()) {
            List<Change> changes = site().differences(workload);
            boolean reloads = changes.stream().allMatch(change -> change.risk().compareTo(Change.Risk.RELOAD) <= 0);
            if (!changes.isEmpty() && site().find(workload.member().name()).isPresent()) {
                live.supervisor().take(workload, reloads);
            }
        }
        for (Service<?> service : live.stack().services().values()) {
            awaitOpen(Bound.of(stacks.parts().register(), service));
        }
    }

    private <S extends Record> void awaitOpen(Bound<S> bound) throws InterruptedException {
        if (bound.engine().provisioning().cutting() instanceof Support.Offered<Cutting<S>>(Cutting<S> cutting)) {
            cutting.awaitOpen(bound.service(), site().context());
        }
    }

    private static List<String> members(Bound<?> bound) {
        return bound.members().stream().map(Member::name).toList();
    }

    private Site site() {
        return live.supervisor().site();
    }
}
