package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.http.ProblemJson;
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
import java.util.Optional;

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
        Instant begun = clock.instant();
        Catalogue.Point point = stored(managed, bound, protection, saving, bench, begun);
        managed.saved().good(service, saving.kind(), begun, clock.instant(), point.id());
        List<String> dropped = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        if (saving.kind() != Catalogue.Kind.LOGICAL) {
            try {
                dropped.addAll(expire(managed, bound, protection, bench));
            } catch (HoldfastException failed) {
                // what was asked for is there: that old ones are too is told beside it
                problems.addAll(failed.problems());
            }
        }
        return Json.object()
                .put("service", service)
                .put("point", BackupWords.json(point))
                .put("dropped", Json.texts(dropped))
                .put("problems", ProblemJson.list(problems))
                .put("millis", Duration.between(begun, clock.instant()).toMillis())
                .build();
    }

    private <S extends Record> Catalogue.Point stored(
            ManagedStack managed,
            Bound<S> bound,
            Protection<S> protection,
            Protection.Saving saving,
            Bench bench,
            Instant begun)
            throws InterruptedException {
        String service = bound.service().name();
        try {
            return protection.create(bound.service(), saving, bench);
        } catch (HoldfastException failed) {
            if (failed.problems().getFirst().code() == Code.HF1553) {
                // nothing was tried: nobody asked for it to be saved
                throw failed;
            }
            List<Problem> problems = new ArrayList<>(troubles(managed, service));
            problems.addAll(failed.problems());
            managed.saved()
                    .bad(
                            service,
                            saving.kind(),
                            begun,
                            clock.instant(),
                            problems.getFirst().cause());
            throw problems.equals(failed.problems()) ? failed : new HoldfastException(problems);
        }
    }

    /** Lets go what no rule keeps; the caller has the turn here too. */
    <S extends Record> List<String> expire(ManagedStack managed, Bound<S> bound, Protection<S> protection, Bench bench)
            throws InterruptedException {
        String service = bound.service().name();
        try {
            List<String> dropped = protection.expire(bound.service(), false, bench);
            managed.saved().kept(service, Optional.empty());
            return dropped;
        } catch (HoldfastException failed) {
            if (failed.problems().getFirst().code() != Code.HF3211) {
                managed.saved()
                        .kept(
                                service,
                                Optional.of(new SavingMemory.Kept(
                                        clock.instant(),
                                        failed.problems().getFirst().cause())));
            }
            throw failed;
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
