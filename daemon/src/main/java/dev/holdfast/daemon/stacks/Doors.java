package dev.holdfast.daemon.stacks;

import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.daemon.supervise.Supervisor;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Cutting;
import dev.holdfast.engine.Support;
import dev.holdfast.plan.Change;
import dev.holdfast.secret.Safe;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The doors of a stack whose data has the logins of another one: closed to everybody but Holdfast from the start of its
 * members until all logins are the stack's own. What is interrupted in between is gone on with by the next start.
 */
final class Doors {
    private final Stacks stacks;
    private final Stack stack;
    private final Site site;

    Doors(Stacks stacks, Stack stack, Site site) {
        this.stacks = stacks;
        this.stack = stack;
        this.site = site;
    }

    /**
     * Makes what was cloned the stack's own before anything of it starts: what belongs to processes of another stack goes,
     * and files with logins in them are written anew unless those are the stack's, too.
     */
    void own(Set<String> members, boolean credentials) {
        for (Service<?> service : stack.services().values()) {
            own(Bound.of(stacks.parts().register(), service), members, credentials);
        }
    }

    private <S extends Record> void own(Bound<S> bound, Set<String> members, boolean credentials) {
        Cutting<S> cutting = bound.engine().provisioning().cutting().orRefuse();
        List<String> own = members(bound);
        SortedMap<String, String> renewed = credentials ? new TreeMap<>() : cutting.renewed(bound.service());
        for (Workload workload : site.workloads()) {
            String member = workload.member().name();
            if (own.contains(member) && members.contains(member)) {
                site.own(workload, cutting.leftOut(bound.service()), renewed);
            }
        }
    }

    /** Gives Holdfast its own login, with the one that the data still has; whether the server was seen to serve. */
    boolean enter(Service<?> service, String lender, Supervisor supervisor) throws InterruptedException {
        return enter(
                Bound.of(stacks.parts().register(), service),
                stacks.parts().places().safe(lender),
                supervisor);
    }

    private <S extends Record> boolean enter(Bound<S> bound, Safe lent, Supervisor supervisor)
            throws InterruptedException {
        if (bound.engine().provisioning().cutting() instanceof Support.Offered<Cutting<S>>(Cutting<S> cutting)) {
            boolean serves = cutting.enter(bound.service(), lent, site.context());
            supervisor.look(members(bound));
            return serves;
        }
        return false;
    }

    /** Opens them. Every login is the stack's own by now, and what is to be masked is. */
    void open(Supervisor supervisor) throws InterruptedException {
        site.unlock();
        for (Workload workload : site.workloads()) {
            List<Change> changes = site.differences(workload);
            boolean reloads = changes.stream().allMatch(change -> change.risk().compareTo(Change.Risk.RELOAD) <= 0);
            if (!changes.isEmpty() && site.find(workload.member().name()).isPresent()) {
                supervisor.take(workload, reloads);
            }
        }
        for (Service<?> service : stack.services().values()) {
            awaitOpen(Bound.of(stacks.parts().register(), service));
        }
    }

    private <S extends Record> void awaitOpen(Bound<S> bound) throws InterruptedException {
        if (bound.engine().provisioning().cutting() instanceof Support.Offered<Cutting<S>>(Cutting<S> cutting)) {
            cutting.awaitOpen(bound.service(), site.context());
        }
    }

    private static List<String> members(Bound<?> bound) {
        return bound.members().stream().map(Member::name).toList();
    }
}
