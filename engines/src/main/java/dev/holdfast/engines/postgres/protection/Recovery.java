package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Catalogue.Point;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Restoration;
import dev.holdfast.engine.Restoration.Target;
import dev.holdfast.engine.Restoration.Verdict;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.protection.ArchiverSession.Flushed;
import dev.holdfast.engines.postgres.protection.PgBackRest.Place;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The way back: what a restore uses, and whether what came back is what was saved. */
record Recovery(Contents contents, Dumps dumps) {
    private static final Duration COUNTING = Duration.ofHours(1);

    /** What a restore to that target would use; refuses one that cannot be reached. */
    Restoration restoration(
            Service<PostgresSpec> service,
            Target target,
            SortedMap<String, Redacted> key,
            Optional<Context> source,
            Bench bench)
            throws InterruptedException {
        Place place = new Place(service, Repository.of(key), bench);
        Flushed flushed = source.filter(context -> wantsNews(target))
                .map(context -> ArchiverSession.flush(service, context))
                .orElse(Flushed.NOT);
        if (target instanceof Target.Exactly(String id)) {
            Optional<Point> dump = dumps.find(place, id);
            if (dump.isPresent()) {
                return Dumps.restoration(dump.get());
            }
        }
        Restoration restoration = contents.restores(place, flushed).plan(target);
        Optional.ofNullable(restoration.words().get("version"))
                .filter(version -> !version.equals(service.version()))
                .ifPresent(version -> {
                    throw new HoldfastException(Problem.of(
                            Code.HF3630,
                            "the backup is of PostgreSQL " + version + ", and service '" + service.name() + "' is of "
                                    + service.version(),
                            "Write version: \"" + version
                                    + "\" in the stack file that is restored with, and upgrade afterwards."));
                });
        Optional<Ledger> ledger = contents.ledger(place, restoration.base().id());
        ledger.ifPresent(known -> Extensions.require(service, known));
        SortedMap<String, String> words = new TreeMap<>(restoration.words());
        boolean exact = target instanceof Target.Exactly && ledger.isPresent();
        if (exact) {
            // the state that was counted lies just behind the end of the backup
            words.put("type", "lsn");
            words.put("target", ledger.get().position());
            words.put("exclusive", "y");
            words.put("timeline", "current");
        }
        return restoration.with(words);
    }

    private static boolean wantsNews(Target target) {
        return !(target instanceof Target.Exactly);
    }

    /** Compares the rows of a restored copy with what was counted when it was saved. */
    Verdict compare(Service<PostgresSpec> service, Restoration restoration, SortedMap<String, Redacted> key, Bench copy)
            throws InterruptedException {
        if (restoration.base().kind() == Kind.LOGICAL) {
            return new Verdict(
                    List.of("a server of its own took all of it without an error; rows of dumps are not counted"),
                    List.of());
        }
        Place place = new Place(service, Repository.of(key), copy);
        Optional<Ledger> ledger = contents.ledger(place, restoration.base().id());
        List<String> found = new ArrayList<>(List.of("every page has the checksum it was written with"));
        if (ledger.isEmpty()) {
            found.add("rows were not compared, because nothing was written down of them with this backup");
            return new Verdict(found, List.of());
        }
        Ledger there = LedgerSession.take(service, copy.context(), "", COUNTING);
        List<String> differences = ledger.get().differences(there);
        String rows = ledger.get().rows() + " rows of " + ledger.get().counted() + " tables";
        if (!ledger.get().exact()) {
            found.add(rows + " were counted while others wrote, so that differences are no fault: "
                    + (differences.isEmpty() ? "there are none" : String.join("; ", differences)));
            return new Verdict(found, List.of());
        }
        if (differences.isEmpty()) {
            found.add(rows + " are there, as when it was saved");
        }
        return new Verdict(found, differences);
    }
}
