package dev.holdfast.engines.neo4j;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Migrations;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Numbered Cypher files. What was applied is kept in the graph they are applied to. */
final class Neo4jMigrations implements Migrations<Neo4jSpec> {
    private static final String THERE_ALREADY = "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists";

    private final Neo4jSession session;
    private final InstantSource clock;

    Neo4jMigrations(Neo4jSession session, InstantSource clock) {
        this.session = session;
        this.clock = clock;
    }

    @Override
    public List<String> databases(Service<Neo4jSpec> service) {
        return service.settings().migrations().isPresent() ? List.of(Neo4jSession.DATABASE) : List.of();
    }

    @Override
    public void check(Service<Neo4jSpec> service, String database, Problems problems) {
        Neo4jScripts read = Neo4jScripts.read(service, problems);
        for (Neo4jScript file : read.files()) {
            if (file.statements().isEmpty()) {
                problems.add(Problem.of(
                                Code.HF1534,
                                "the migration " + file.name() + " has no statement",
                                "Write what it is to do, or remove it.")
                        .at(new Position(file.path().toString(), 1, 1)));
            }
        }
    }

    @Override
    public List<Change> changes(Service<Neo4jSpec> service, Context context) {
        if (databases(service).isEmpty()) {
            return List.of();
        }
        Neo4jHistory history = history(service, context);
        return history.problems().isEmpty() ? change(service, history.pending()) : List.of();
    }

    @Override
    public List<Change> fromNothing(Service<Neo4jSpec> service, Context context) {
        return databases(service).isEmpty()
                ? List.of()
                : change(service, Neo4jScripts.read(service, new Problems()).files());
    }

    private static List<Change> change(Service<Neo4jSpec> service, List<Neo4jScript> pending) {
        if (pending.isEmpty()) {
            return List.of();
        }
        String which = pending.size() == 1
                ? pending.getFirst().label()
                : pending.getFirst().label() + " to " + pending.getLast().label();
        return List.of(new Change(
                where(service),
                "run " + pending.size() + (pending.size() == 1 ? " migration" : " migrations") + " (" + which + ")",
                "MIGRATE " + pending.getLast().version(),
                Change.Risk.NONE,
                Optional.empty(),
                "the folder has them and the graph has no record of them"));
    }

    private static String where(Service<Neo4jSpec> service) {
        return service.name() + "/databases/" + Neo4jSession.DATABASE + "/migrations";
    }

    @Override
    public void apply(Change change, Service<Neo4jSpec> service, Bench bench) throws InterruptedException {
        String to = change.statement().substring(change.statement().indexOf(' ') + 1);
        up(service, Neo4jSession.DATABASE, Optional.of(to), bench, Watcher.silent());
    }

    @Override
    public List<String> notes(Service<Neo4jSpec> service, Context context) {
        if (databases(service).isEmpty()) {
            return List.of();
        }
        return history(service, context).problems().stream()
                .map(problem -> problem.cause() + " [" + problem.code() + "]. " + problem.remedy())
                .toList();
    }

    @Override
    public Status status(Service<Neo4jSpec> service, String database, Context context) {
        Problems problems = new Problems();
        Neo4jScripts scripts = Neo4jScripts.read(service, problems);
        Neo4jHistory history = history(service, scripts, context);
        List<Problem> all = new ArrayList<>(problems.all());
        all.addAll(history.problems());
        return new Status(database, scripts.folder(), history.reached(), history.entries(), List.of(), all, List.of());
    }

    private Neo4jHistory history(Service<Neo4jSpec> service, Context context) {
        return history(service, Neo4jScripts.read(service, new Problems()), context);
    }

    private Neo4jHistory history(Service<Neo4jSpec> service, Neo4jScripts scripts, Context context) {
        Neo4jSession.Door door = Neo4jSession.Door.of(service, context);
        try {
            return new Neo4jHistory(service.name(), scripts, new Neo4jRecord(session, door).rows());
        } catch (IOException e) {
            throw Neo4jSession.refused(e, door);
        }
    }

    @Override
    public Done up(Service<Neo4jSpec> service, String database, Optional<String> to, Bench bench, Watcher watcher)
            throws InterruptedException {
        Neo4jScripts scripts = Neo4jScripts.sound(service);
        Neo4jSession.Door door = Neo4jSession.Door.of(service, bench.context());
        Neo4jRecord record = new Neo4jRecord(session, door);
        try {
            Neo4jHistory history = new Neo4jHistory(service.name(), scripts, record.rows());
            if (!history.problems().isEmpty()) {
                throw new HoldfastException(history.problems());
            }
            List<Neo4jScript> pending = history.pending(to);
            if (pending.isEmpty()) {
                return new Done(
                        List.of("nothing was to be done: " + service.name() + "/" + database
                                + " has all its migrations"),
                        List.of());
            }
            record.prepare();
            List<Entry> ran = new ArrayList<>();
            for (Neo4jScript file : pending) {
                bench.requireWanted();
                Entry entry = Neo4jHistory.pendingEntry(file);
                watcher.begun(entry, ran.size() + 1, pending.size());
                Instant begin = clock.instant();
                try {
                    run(file, history.row(file.version()), record, door);
                } catch (IOException e) {
                    Problem problem = failed(file, e, door);
                    watcher.failed(entry, problem);
                    throw new HoldfastException(problem, e);
                }
                Duration took = Duration.between(begin, clock.instant());
                record.set(file.version(), Map.of("millis", Json.number(took.toMillis())));
                Entry done = Neo4jHistory.appliedEntry(file, begin, took);
                watcher.done(done);
                ran.add(done);
            }
            return new Done(
                    List.of("ran " + ran.size() + (ran.size() == 1 ? " migration of " : " migrations of ")
                            + service.name() + "/" + database),
                    ran);
        } catch (IOException e) {
            throw Neo4jSession.refused(e, door);
        }
    }

    private void run(Neo4jScript file, Optional<Neo4jRecord.Row> before, Neo4jRecord record, Neo4jSession.Door door)
            throws IOException {
        List<String> statements = file.statements();
        if (!file.isStepwise() && before.isEmpty()) {
            List<Neo4jSession.Statement> all = new ArrayList<>();
            // first: whoever runs the same file at the same time waits here, and then is refused
            all.add(Neo4jRecord.begun(file, clock.instant(), true));
            statements.forEach(statement -> all.add(Neo4jSession.Statement.of(statement)));
            session.run(door, Neo4jSession.DATABASE, all);
            return;
        }
        if (before.isEmpty()) {
            session.run(door, Neo4jSession.DATABASE, List.of(Neo4jRecord.begun(file, clock.instant(), false)));
        }
        int done = before.map(Neo4jRecord.Row::done).orElse(0);
        for (int i = done; i < statements.size(); i++) {
            try {
                step(statements.get(i), i == done && before.isPresent(), door);
            } catch (Neo4jSession.Refusal refusal) {
                record.set(
                        file.version(),
                        Map.of("failure", Json.text("statement " + (i + 1) + ": " + refusal.getMessage())));
                throw refusal;
            }
            record.set(file.version(), Map.of("done", Json.number(i + 1), "failure", Json.text("")));
        }
        // what is still to run may have been corrected since it began
        record.set(
                file.version(),
                new TreeMap<>(Map.of("complete", Json.bool(true), "checksum", Json.text(file.checksum()))));
    }

    /** @param maybeDone whether it may have been done before somebody stopped, and that not been written down */
    private void step(String statement, boolean maybeDone, Neo4jSession.Door door) throws IOException {
        try {
            if (Neo4jScript.isAlone(statement)) {
                session.runAlone(door, Neo4jSession.DATABASE, Neo4jSession.Statement.of(statement));
            } else {
                session.run(door, Neo4jSession.DATABASE, List.of(Neo4jSession.Statement.of(statement)));
            }
        } catch (Neo4jSession.Refusal refusal) {
            if (!maybeDone || !refusal.code().equals(THERE_ALREADY)) {
                throw refusal;
            }
        }
    }

    private static Problem failed(Neo4jScript file, IOException e, Neo4jSession.Door door) {
        if (!(e instanceof Neo4jSession.Refusal refusal)) {
            Neo4jSession.Failure failure = Neo4jSession.failure(e, door);
            return Problem.of(failure.code(), file.name() + " was not finished: " + failure.because(), failure.next());
        }
        return Problem.of(
                        Code.HF3560,
                        file.name() + " failed: " + refusal.getMessage() + " (" + refusal.code() + ")",
                        file.isStepwise()
                                ? "Correct the statement and run it again: it goes on with the statement that failed."
                                : "Correct the file and run it again: nothing of it was kept.")
                .at(new Position(file.path().toString(), 1, 1));
    }

    @Override
    public Path create(Service<Neo4jSpec> service, String database, String title, Instant now) {
        return Neo4jScripts.read(service, new Problems()).next(title);
    }

    @Override
    public Done repair(Service<Neo4jSpec> service, String database, Bench bench) {
        Neo4jScripts scripts = Neo4jScripts.sound(service);
        Neo4jSession.Door door = Neo4jSession.Door.of(service, bench.context());
        Neo4jRecord record = new Neo4jRecord(session, door);
        List<String> sentences = new ArrayList<>();
        try {
            for (Neo4jRecord.Row row : record.rows()) {
                Optional<Neo4jScript> file = scripts.files().stream()
                        .filter(one -> Neo4jScript.compare(one.version(), row.version()) == 0)
                        .findFirst();
                if (file.isEmpty()) {
                    record.remove(row.version());
                    sentences.add(
                            "took V" + row.version() + " (" + row.script() + ") from the record: its file is gone");
                } else if (row.isComplete() && !file.get().checksum().equals(row.checksum())) {
                    record.set(
                            row.version(),
                            Map.of(
                                    "checksum", Json.text(file.get().checksum()),
                                    "description", Json.text(file.get().description()),
                                    "script", Json.text(file.get().name())));
                    sentences.add("recorded V" + row.version() + " as its file is now");
                }
            }
        } catch (IOException e) {
            throw Neo4jSession.refused(e, door);
        }
        return new Done(
                sentences.isEmpty() ? List.of("nothing was to be done: record and files agree") : sentences, List.of());
    }

    @Override
    public Done adopt(Service<Neo4jSpec> service, String database, Optional<String> at, Bench bench) {
        String last = at.orElseThrow(() -> new HoldfastException(Problem.of(
                Code.HF3569,
                "Holdfast does not read other tools' records of Cypher migrations",
                "Say up to which of the files the graph has come: holdfast migrate adopt " + service.name() + "/"
                        + database + " --at VERSION.")));
        Neo4jScripts scripts = Neo4jScripts.sound(service);
        Neo4jSession.Door door = Neo4jSession.Door.of(service, bench.context());
        Neo4jRecord record = new Neo4jRecord(session, door);
        try {
            Neo4jHistory history = new Neo4jHistory(service.name(), scripts, record.rows());
            List<Neo4jScript> had = history.pending(Optional.of(last));
            record.prepare();
            List<Neo4jSession.Statement> statements = had.stream()
                    .filter(file -> history.row(file.version()).isEmpty())
                    .map(file -> Neo4jRecord.begun(file, clock.instant(), true))
                    .toList();
            if (!statements.isEmpty()) {
                session.run(door, Neo4jSession.DATABASE, statements);
            }
            return new Done(
                    List.of("recorded " + statements.size() + " of the files as applied, and ran none"), List.of());
        } catch (IOException e) {
            throw Neo4jSession.refused(e, door);
        }
    }

    @Override
    public Done reset(Service<Neo4jSpec> service, String database, Bench bench, Watcher watcher)
            throws InterruptedException {
        Neo4jScripts.sound(service);
        Neo4jSession.Door door = Neo4jSession.Door.of(service, bench.context());
        try {
            // what the stack file declares stays: the graph that is built anew needs it as well
            session.runAlone(
                    door,
                    Neo4jSession.DATABASE,
                    Neo4jSession.Statement.of("MATCH (n) WHERE NOT n:__HoldfastMade"
                            + " CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS"));
            new Neo4jForeign(session, door)
                    .drop(Neo4jDiff.desired(service.settings()).keySet());
        } catch (IOException e) {
            throw Neo4jSession.refused(e, door);
        }
        Done up = up(service, database, Optional.empty(), bench, watcher);
        List<String> sentences =
                new ArrayList<>(List.of("removed everything that was in " + service.name() + "/" + database));
        sentences.addAll(up.sentences());
        return new Done(sentences, up.ran());
    }
}
