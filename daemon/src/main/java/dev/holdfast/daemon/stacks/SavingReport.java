package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** How the services of a stack are saved, as its status tells it: from memory, without asking the store. */
final class SavingReport {
    private final Stacks stacks;
    private final ManagedStack managed;

    SavingReport(Stacks stacks, ManagedStack managed) {
        this.stacks = stacks;
        this.managed = managed;
    }

    /** One entry for each kind of backup that the file asks for. */
    List<Json> entries(ManagedStack.Live live) {
        List<Json> entries = new ArrayList<>();
        if (live.stack().isDerived()) {
            return entries;
        }
        for (Service<?> service : live.stack().services().values()) {
            of(Bound.of(stacks.parts().register(), service), entries);
        }
        return entries;
    }

    /** What failed last and was not made good since. */
    List<Problem> problems(ManagedStack.Live live) {
        List<Problem> problems = new ArrayList<>();
        for (Service<?> service : live.stack().services().values()) {
            List<SavingMemory.Result> results = managed.saved().ofService(service.name());
            Instant good = results.stream()
                    .filter(result -> result.isGood() && result.kind() != Kind.LOGICAL)
                    .map(SavingMemory.Result::ended)
                    .max(Comparator.naturalOrder())
                    .orElse(Instant.MIN);
            results.stream()
                    .filter(result -> !result.isGood() && result.ended().isAfter(good))
                    .forEach(result -> problems.add(Problem.of(
                            Code.HF3625,
                            "the last " + result.kind().word() + " backup of " + service.name() + " failed at "
                                    + result.ended() + ": " + result.because(),
                            "Remove that cause, then run 'holdfast backup create " + service.name()
                                    + "'; where backups have their times, it is tried again by itself.")));
            managed.saved()
                    .kept(service.name())
                    .ifPresent(kept -> problems.add(Problem.of(
                            Code.HF3625,
                            "backups of " + service.name() + " that no rule keeps were not removed at " + kept.at()
                                    + ": " + kept.because(),
                            "Remove that cause; it is done with the next backup, or by 'holdfast backup expire "
                                    + service.name() + "'.")));
        }
        return problems;
    }

    private <S extends Record> void of(Bound<S> bound, List<Json> entries) {
        if (!(bound.engine().protection() instanceof Support.Offered<Protection<S>>(Protection<S> protection))
                || !protection.isAsked(bound.service())) {
            return;
        }
        List<SavingMemory.Result> results =
                managed.saved().ofService(bound.service().name());
        Instant now = stacks.parts().clock().instant();
        for (Protection.Schedule schedule : protection.schedules(bound.service())) {
            Optional<SavingMemory.Result> last = results.stream()
                    .filter(result -> result.kind() == schedule.kind())
                    .max(Comparator.comparing(SavingMemory.Result::ended));
            entries.add(Json.object()
                    .put("service", bound.service().name())
                    .put("kind", schedule.kind().word())
                    .put("schedule", schedule.cron().text())
                    .put("last", last.<Json>map(SavingMemory.Result::json).orElseGet(Json.Null::new))
                    .put("next", Schedules.next(schedule, results, now).map(Instant::toString))
                    .build());
        }
    }
}
