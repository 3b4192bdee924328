package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Slumber;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;

/** Has all services of a stack sleep that may, or wakes them. One that cannot keeps none of the others from it. */
final class SleepOperation {
    private final Stacks stacks;

    SleepOperation(Stacks stacks) {
        this.stacks = stacks;
    }

    void suspend(String stack, boolean disconnect, Events events) throws InterruptedException {
        ManagedStack managed = stacks.find(stack);
        events.send(EventJson.accepted(stack));
        try (Lease.Held _ = managed.waitForLease(events)) {
            Slumber slumber = slumber(managed);
            String because = "'holdfast suspend' was asked for";
            events.send(all(
                    stack,
                    slumber,
                    service -> slumber.suspend(service, disconnect, because) ? "suspended" : "unchanged"));
        }
    }

    void wake(String stack, Events events) throws InterruptedException {
        ManagedStack managed = stacks.find(stack);
        events.send(EventJson.accepted(stack));
        Slumber slumber = slumber(managed);
        events.send(all(
                stack,
                slumber,
                service -> slumber.wake(service, "'holdfast wake' was asked for") ? "woken" : "unchanged"));
    }

    private static Slumber slumber(ManagedStack managed) {
        Slumber slumber = managed.orRefuse().supervisor().slumber();
        if (slumber.names().isEmpty()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3251,
                    "no service of '" + managed.name()
                            + "' can sleep because the stack file says of none after how long it may",
                    "Give those that may 'suspend: 5m' and run 'holdfast apply'."));
        }
        return slumber;
    }

    /** Returns what became of it. */
    private interface Work {
        String of(String service) throws InterruptedException;
    }

    private static Json all(String stack, Slumber slumber, Work work) throws InterruptedException {
        List<Json> services = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        for (String service : slumber.names()) {
            try {
                services.add(Json.object()
                        .put("service", service)
                        .put("outcome", work.of(service))
                        .build());
            } catch (HoldfastException refused) {
                problems.addAll(refused.problems());
            }
        }
        Json.Builder result = problems.isEmpty() ? EventJson.done(stack) : EventJson.failed(problems);
        return result.put("services", Json.array(services)).build();
    }
}
