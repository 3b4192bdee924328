package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.http.ProblemJson;
import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Catalogue;
import dev.holdfast.engine.Health;
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
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

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
            // what a member says of itself may be why it was not even tried
            problems.removeIf(trouble -> failed.problems().stream()
                    .anyMatch(problem -> trouble.cause().endsWith(problem.cause())));
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

    /** What ails those that the service is saved to, and those it consists of: why they failed is theirs to say. */
    private static List<Problem> troubles(ManagedStack managed, String service) {
        List<Problem> troubles = new ArrayList<>();
        managed.live().ifPresent(live -> {
            SortedSet<String> own = new TreeSet<>();
            SortedSet<String> needed = new TreeSet<>();
            live.supervisor().workloads().stream()
                    .filter(workload -> workload.member().service().equals(service))
                    .forEach(workload -> {
                        own.add(workload.member().name());
                        needed.addAll(workload.needs());
                    });
            needed.removeAll(own);
            // asked now: what the keepers saw last was before this
            SortedMap<String, Health> healths = live.supervisor().probeAll();
            healths.forEach((member, health) -> {
                if (needed.contains(member)) {
                    trouble(health, Code.HF3642, "the store of " + service + "'s backups is in trouble: " + member)
                            .ifPresent(troubles::add);
                }
            });
            healths.forEach((member, health) -> {
                if (own.contains(member)) {
                    trouble(health, Code.HF3208, member + ", which was to be saved, is in trouble")
                            .ifPresent(troubles::add);
                }
            });
        });
        return troubles;
    }

    private static Optional<Problem> trouble(Health health, Code code, String of) {
        return switch (health) {
            case Health.Ready _ -> Optional.empty();
            case Health.NotReady(String because, String next) ->
                Optional.of(Problem.of(code, of + ": " + because, next));
            case Health.Impaired(String because, String next) ->
                Optional.of(Problem.of(code, of + ": " + because, next));
        };
    }
}
