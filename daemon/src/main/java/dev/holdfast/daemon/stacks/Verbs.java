package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.http.Reply;
import dev.holdfast.daemon.http.Request;
import dev.holdfast.daemon.supervise.Slumber;
import dev.holdfast.engine.Bound;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** The list of all verbs, and how one is done. */
final class Verbs {
    /** By name. */
    private static final List<Verb> ALL = List.of( //
            new AuditVerb(), //
            new BackupVerb(), //
            new CopyVerb(), //
            new DriftVerb(), //
            new InsightVerb(), //
            new MaskVerb(), //
            new MigrateVerb(), //
            new PromoteVerb(), //
            new RehearseVerb(), //
            new RestoreVerb(), //
            new RotateVerb(), //
            new SuspendVerb(), //
            new TenantVerb(), //
            new WakeVerb());

    private final Stacks stacks;

    Verbs(Stacks stacks) {
        this.stacks = stacks;
    }

    /** Empty where no verb has that name. */
    Optional<Reply> reply(Request request, String stack, String name, String service) {
        return ALL.stream().filter(verb -> verb.name().equals(name)).findFirst().map(verb -> {
            Set<String> keys = new TreeSet<>(verb.keys());
            Json body = request.object(keys);
            return new Reply.Lines(events -> run(verb, stack, service, body, events));
        });
    }

    private void run(Verb verb, String stack, String serviceName, Json body, Events events)
            throws InterruptedException {
        ManagedStack managed = stacks.find(stack);
        events.send(EventJson.accepted(stack));
        Optional<Lease.Held> held =
                verb.isExclusive(body) ? Optional.of(managed.waitForLease(events)) : Optional.empty();
        try {
            ManagedStack.Live live = managed.orRefuse();
            Service<?> service = Optional.<Service<?>>ofNullable(
                            live.stack().services().get(serviceName))
                    .orElseThrow(() -> WhyReport.noService(stack, serviceName));
            Bound<?> bound = Bound.of(stacks.parts().register(), service);
            Slumber slumber = live.supervisor().slumber();
            List<String> needed = verb.needsAwake(body) ? List.of(serviceName) : List.of();
            Json.Builder done = EventJson.done(stack);
            String because = "'holdfast " + verb.name() + "' needs it";
            try (Slumber.Awake _ =
                    verb.mends() ? slumber.awakeToMend(needed, because) : slumber.awake(needed, because)) {
                Json result = verb.run(new Asked(
                        stacks, managed, live, bound, body, new LiveBench(live, serviceName, events), events));
                if (result instanceof Json.Members(Map<String, Json> values)) {
                    values.forEach(done::put);
                }
            }
            events.send(done.build());
        } finally {
            held.ifPresent(Lease.Held::close);
        }
    }
}
