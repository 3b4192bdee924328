package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.supervise.MemberState;
import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Catalogue;
import dev.holdfast.engine.Protection;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** One backup from its beginning to what is remembered of it, whoever asked. */
final class Savings {
    private final InstantSource clock;

    Savings(InstantSource clock) {
        this.clock = clock;
    }

    /** The caller has the turn to save this service. */
    <S extends Record> Json create(
            ManagedStack managed, Bound<S> bound, Protection<S> protection, Protection.Saving saving, Bench bench)
            throws InterruptedException {
        String service = bound.service().name();
        SavingMemory memory = new SavingMemory(managed.folder());
        Instant begun = clock.instant();
        try {
            Catalogue.Point point = protection.create(bound.service(), saving, bench);
            List<String> dropped = saving.kind() == Catalogue.Kind.LOGICAL
                    ? List.of()
                    : protection.expire(bound.service(), false, bench);
            memory.remember(service, saving.kind(), begun, clock.instant(), point.id(), "");
            return Json.object()
                    .put("service", service)
                    .put("point", BackupWords.json(point))
                    .put("dropped", Json.texts(dropped))
                    .put("millis", Duration.between(begun, clock.instant()).toMillis())
                    .build();
        } catch (HoldfastException failed) {
            if (failed.problems().getFirst().code() == Code.HF1553) {
                // nothing was tried: nobody asked for it to be saved
                throw failed;
            }
            List<Problem> problems = new ArrayList<>(troubles(managed, service));
            problems.addAll(failed.problems());
            memory.remember(
                    service,
                    saving.kind(),
                    begun,
                    clock.instant(),
                    "",
                    problems.getFirst().cause());
            throw problems.equals(failed.problems()) ? failed : new HoldfastException(problems);
        }
    }

    /** What is known of those that the service is saved to: why they failed is theirs to say. */
    private static List<Problem> troubles(ManagedStack managed, String service) {
        List<Problem> troubles = new ArrayList<>();
        managed.live()
                .ifPresent(live -> live.supervisor().workloads().stream()
                        .filter(workload -> workload.member().service().equals(service))
                        .flatMap(workload -> workload.needs().stream())
                        .filter(member -> !isOwn(live, member, service))
                        .distinct()
                        .forEach(member -> {
                            MemberState state = live.supervisor().board().get(member);
                            if (!state.isReady()) {
                                troubles.add(Problem.of(
                                        Code.HF3642,
                                        "the store of " + service + "'s backups is in trouble: " + member + ": "
                                                + state.health().because(),
                                        state.next().orElse("See 'holdfast status'.")));
                            }
                        }));
        return troubles;
    }

    private static boolean isOwn(ManagedStack.Live live, String member, String service) {
        return live.supervisor().workloads().stream()
                .anyMatch(workload -> workload.member().name().equals(member)
                        && workload.member().service().equals(service));
    }
}
