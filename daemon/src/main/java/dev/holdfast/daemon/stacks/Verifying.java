package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Catalogue;
import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Catalogue.Point;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Restoration.Target;
import dev.holdfast.engine.Restoration.Verdict;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;

/** Whether a backup can be restored, shown by restoring it: what is stored is read, brought up beside, compared, thrown away. */
final class Verifying {
    private static final int SHOWN = 5;

    private final Stacks stacks;

    Verifying(Stacks stacks) {
        this.stacks = stacks;
    }

    <S extends Record> Json verify(Asked asked, Bound<S> bound, Protection<S> protection) throws InterruptedException {
        String service = bound.service().name();
        Point point = point(asked, bound, protection);
        long begun = System.nanoTime();
        try (Lease.Held _ = asked.managed().waitForSaving(service, asked.events())) {
            Verdict stored = protection.examine(bound.service(), point.id(), asked.bench());
            requireSound(Code.HF3632, service, point, stored);
            Verdict copy = restored(asked, bound, protection, point);
            requireSound(Code.HF3633, service, point, copy);
            List<String> found = new ArrayList<>(stored.found());
            found.addAll(copy.found());
            return Json.object()
                    .put("service", service)
                    .put("point", BackupWords.json(point))
                    .put("found", Json.texts(found))
                    .put("millis", (System.nanoTime() - begun) / 1_000_000)
                    .build();
        }
    }

    private <S extends Record> Verdict restored(Asked asked, Bound<S> bound, Protection<S> protection, Point point)
            throws InterruptedException {
        SortedMap<String, Redacted> key =
                protection.key(bound.service(), asked.bench().context());
        String name = "verify-"
                + point.id().substring(point.id().lastIndexOf('_') + 1).toLowerCase(Locale.ROOT);
        Restoring.Restored restored = new Restoring(stacks)
                .restore(
                        new Restoring.Wish(
                                asked.managed().name(),
                                bound.service().name(),
                                asked.managed().known().source(),
                                key,
                                new Target.Exactly(point.id()),
                                name,
                                Optional.empty(),
                                true,
                                false),
                        asked.events());
        try {
            ManagedStack.Live live = restored.copy().orRefuse();
            asked.bench().say("comparing " + point.id());
            return protection.compare(
                    bound.service(),
                    restored.restoration(),
                    key,
                    new LiveBench(live, bound.service().name(), asked.events()));
        } finally {
            new Beside(stacks).away(restored.copy(), "it was only made to be checked");
        }
    }

    private static <S extends Record> Point point(Asked asked, Bound<S> bound, Protection<S> protection)
            throws InterruptedException {
        Catalogue catalogue = protection.catalogue(bound.service(), asked.bench());
        Optional<String> id = asked.body().textAt("id");
        Optional<Point> point = id.isPresent()
                ? catalogue.find(id.get())
                : catalogue.points().stream()
                        .filter(one -> one.kind() != Kind.LOGICAL)
                        .max(Comparator.comparing(Point::ended));
        return point.orElseThrow(
                () -> BackupVerb.noPoint(bound.service().name(), id.orElse("(the newest)"), catalogue));
    }

    static void requireSound(Code code, String service, Point point, Verdict verdict) {
        if (verdict.faults().isEmpty()) {
            return;
        }
        List<Problem> problems = new ArrayList<>();
        for (String fault :
                verdict.faults().subList(0, Math.min(SHOWN, verdict.faults().size()))) {
            problems.add(Problem.of(
                    code,
                    "backup " + point.id() + " of " + service + ": " + fault
                            + (problems.size() == SHOWN - 1 && verdict.faults().size() > SHOWN
                                    ? " (and " + (verdict.faults().size() - SHOWN) + " more)"
                                    : ""),
                    "Do not rely on this backup: take a full one now (holdfast backup create " + service
                            + " --type full), verify that, and find out what changed the bucket."));
        }
        throw new HoldfastException(problems);
    }
}
