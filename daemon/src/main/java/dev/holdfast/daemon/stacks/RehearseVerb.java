package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.http.ProblemJson;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.BringingHome;
import dev.holdfast.engine.BringingHome.Rows;
import dev.holdfast.engine.Migrations;
import dev.holdfast.engine.Rehearsing;
import dev.holdfast.engine.Rehearsing.Breach;
import dev.holdfast.engine.Rehearsing.File;
import dev.holdfast.engine.Rehearsing.Rehearsed;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Runs the pending migrations of a database in a copy of it that is thrown away, and says what they did there. */
final class RehearseVerb implements Verb {
    @Override
    public String name() {
        return "rehearse";
    }

    @Override
    public Set<String> keys() {
        return Set.of("database", "keep", "rows");
    }

    /** The service itself is only read. */
    @Override
    public boolean isExclusive(Json body) {
        return false;
    }

    @Override
    public Json run(Asked asked) throws InterruptedException {
        return run(asked, asked.bound());
    }

    private static <S extends Record> Json run(Asked asked, Bound<S> bound) throws InterruptedException {
        Migrations<S> migrations =
                bound.engine().schema().orRefuse().migrations().orRefuse();
        Rehearsing<S> rehearsing = migrations.rehearsing().orRefuse();
        String database = database(asked, bound.service(), migrations);
        Migrations.Status status =
                migrations.status(bound.service(), database, asked.bench().context());
        if (!status.problems().isEmpty()) {
            throw new HoldfastException(status.problems());
        }
        if (status.pending().isEmpty()) {
            return json(
                    bound.service().name(), new Rehearsed(database, 0, List.of(), List.of()), 0, 0, Optional.empty());
        }
        return onCopy(asked, bound, rehearsing, database);
    }

    private static <S extends Record> Json onCopy(
            Asked asked, Bound<S> bound, Rehearsing<S> rehearsing, String database) throws InterruptedException {
        Optional<String> keep = asked.body().textAt("keep");
        String name = keep.orElseGet(
                () -> "rehearsal-" + dev.holdfast.apply.Operation.current().id());
        Beside beside = new Beside(asked.stacks());
        long begun = System.nanoTime();
        ManagedStack copy = isCloned(asked)
                ? branched(asked, name, keep.isPresent())
                : beside.make(
                        CopyVerb.wish(asked, name, false, keep.isPresent()),
                        (derived, to) -> Elsewhere.is(bound.service())
                                ? List.of()
                                : CopyVerb.fillings(bound, asked.bench().context(), to, keep.isPresent()),
                        asked.events());
        try {
            LiveBench bench = new LiveBench(copy.orRefuse(), bound.service().name() + "/" + database, asked.events());
            List<String> missing = brought(asked, bound, database, bench);
            long copied = (System.nanoTime() - begun) / 1_000_000;
            long from = System.nanoTime();
            Rehearsed rehearsed = with(missing, rehearsing.rehearse(here(bound), database, bench));
            long ran = (System.nanoTime() - from) / 1_000_000;
            return json(bound.service().name(), rehearsed, copied, ran, keep.map(any -> copy.name()));
        } finally {
            if (keep.isEmpty()) {
                beside.away(copy, "the rehearsal has ended");
            }
        }
    }

    /** Where files can be cloned that takes no longer for a large database than for a small one. */
    private static boolean isCloned(Asked asked) {
        Places places = asked.stacks().parts().places();
        return !Elsewhere.is(asked.bound().service())
                && places.volumes()
                        .holding(places.stack(asked.managed().name()))
                        .isCopyOnWrite();
    }

    /** What is rehearsed is what would happen to the data as it is, so nothing is masked. */
    private static ManagedStack branched(Asked asked, String name, boolean kept) throws InterruptedException {
        return new Branches(asked.stacks(), asked.events())
                .create(new Branches.Wish(
                        asked.managed().name(),
                        name,
                        new TreeSet<>(Set.of(asked.bound().service().name())),
                        new Cutter.Manner(false, false, false, false),
                        kept,
                        Optional.empty()))
                .branch();
    }

    /** The service as the copy has it. */
    private static <S extends Record> Service<S> here(Bound<S> bound) {
        return Elsewhere.is(bound.service()) ? bringing(bound).home(bound.service()) : bound.service();
    }

    private static <S extends Record> BringingHome<S> bringing(Bound<S> bound) {
        return bound.engine().provisioning().copying().orRefuse().bringingHome().orRefuse();
    }

    private static <S extends Record> List<String> brought(Asked asked, Bound<S> bound, String database, LiveBench to)
            throws InterruptedException {
        return Elsewhere.is(bound.service())
                ? bringing(bound)
                        .bring(
                                bound.service(),
                                database,
                                rows(asked),
                                asked.bench().context(),
                                to)
                        .notes()
                : List.of();
    }

    private static Rows rows(Asked asked) {
        String word = asked.body().textAt("rows").orElse("few");
        return Arrays.stream(Rows.values())
                .filter(one -> one.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst()
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3205, "'" + word + "' says nothing of rows", "Write all or none, or leave it out.")));
    }

    private static Rehearsed with(List<String> missing, Rehearsed rehearsed) {
        List<String> notes = new ArrayList<>(missing);
        notes.addAll(rehearsed.notes());
        return new Rehearsed(rehearsed.database(), rehearsed.copied(), rehearsed.files(), notes);
    }

    private static <S extends Record> String database(Asked asked, Service<S> service, Migrations<S> migrations) {
        List<String> all = migrations.databases(service);
        Optional<String> named = asked.body().textAt("database");
        if (named.isPresent() ? all.contains(named.get()) : all.size() == 1) {
            return named.orElseGet(all::getFirst);
        }
        throw new HoldfastException(Problem.of(
                Code.HF1535,
                named.map(name -> "database '" + name + "' of service '" + service.name() + "' has no migrations")
                        .orElse("service '" + service.name() + "' has " + (all.isEmpty() ? "no" : "several")
                                + " databases with migrations"),
                all.isEmpty()
                        ? "Write migrations: with a folder under a database in the stack file, then run holdfast up."
                        : "Name one of " + service.name() + "/" + String.join(", " + service.name() + "/", all) + "."));
    }

    private static Json json(String service, Rehearsed rehearsed, long copied, long ran, Optional<String> kept) {
        List<Problem> problems = problems(service, rehearsed);
        return Json.object()
                .put("service", service)
                .put("database", rehearsed.database())
                .put(
                        "copy",
                        Json.object()
                                .put("bytes", rehearsed.copied())
                                .put("millis", copied)
                                .put("kept", kept)
                                .build())
                .put("millis", ran)
                .put(
                        "files",
                        Json.array(rehearsed.files().stream()
                                .map(RehearsalJson::of)
                                .toList()))
                .put("notes", Json.texts(rehearsed.notes()))
                .put("problems", ProblemJson.list(problems))
                .put("exitStatus", problems.isEmpty() ? 0 : ProblemJson.exitStatus(problems))
                .build();
    }

    private static List<Problem> problems(String service, Rehearsed rehearsed) {
        List<Problem> problems = new ArrayList<>();
        String where = service + "/" + rehearsed.database() + ", ";
        for (File file : rehearsed.files()) {
            file.failure()
                    .ifPresent(message -> problems.add(Problem.of(
                            Code.HF3581,
                            where + file.script() + " fails in a copy of the database: " + message,
                            "Correct the file; the database itself was not touched.")));
            for (Breach breach : file.breaches()) {
                problems.add(Problem.of(
                        Code.HF3580,
                        where + file.script() + (breach.line() > 0 ? " line " + breach.line() : "") + ", breaks "
                                + breach.rule() + ": " + breach.text(),
                        breach.remedy()));
            }
        }
        return problems;
    }
}
