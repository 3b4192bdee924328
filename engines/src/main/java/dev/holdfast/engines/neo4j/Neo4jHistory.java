package dev.holdfast.engines.neo4j;

import dev.holdfast.engine.Migrations;
import dev.holdfast.engine.Migrations.Entry;
import dev.holdfast.engine.Migrations.State;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The files against the record. Pure. */
record Neo4jHistory(String service, Neo4jScripts scripts, List<Neo4jRecord.Row> rows) {
    Neo4jHistory {
        rows = List.copyOf(rows);
    }

    Optional<Neo4jRecord.Row> row(String version) {
        return rows.stream()
                .filter(row -> Neo4jScript.compare(row.version(), version) == 0)
                .findFirst();
    }

    /** The highest version that was applied. */
    Optional<String> reached() {
        return rows.stream()
                .filter(Neo4jRecord.Row::isComplete)
                .map(Neo4jRecord.Row::version)
                .reduce((one, other) -> other);
    }

    /** What a run would run, in order. */
    List<Neo4jScript> pending() {
        return scripts.files().stream().filter(file -> state(file).isPending()).toList();
    }

    /** The same, up to and with that version, which has to be one of the files. */
    List<Neo4jScript> pending(Optional<String> to) {
        to.filter(version -> scripts.files().stream()
                        .noneMatch(file -> file.version().equals(version)))
                .ifPresent(version -> {
                    throw new HoldfastException(Problem.of(
                            Code.HF3573,
                            "no migration of service '" + service + "' has the version '" + version + "'",
                            "See the versions with holdfast migrate status " + service + "."));
                });
        return pending().stream()
                .filter(file -> to.isEmpty() || Neo4jScript.compare(file.version(), to.get()) <= 0)
                .toList();
    }

    private State state(Neo4jScript file) {
        Optional<Neo4jRecord.Row> row = row(file.version());
        if (row.isEmpty()) {
            boolean isLate = reached()
                    .filter(reached -> Neo4jScript.compare(file.version(), reached) < 0)
                    .isPresent();
            return isLate ? State.LATE : State.PENDING;
        }
        if (!row.get().isComplete()) {
            return row.get().failure().isEmpty() ? State.INTERRUPTED : State.FAILED;
        }
        return row.get().checksum().equals(file.checksum()) ? State.APPLIED : State.CHANGED;
    }

    /** What keeps a run from going on. */
    List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        for (Neo4jScript file : scripts.files()) {
            Position at = new Position(file.path().toString(), 1, 1);
            String which = file.label() + " of " + service + "/" + Neo4jSession.DATABASE;
            switch (state(file)) {
                case CHANGED ->
                    problems.add(Problem.of(
                                    Code.HF3561,
                                    which + " was changed after it was applied on "
                                            + row(file.version())
                                                    .map(Neo4jRecord.Row::at)
                                                    .orElseThrow(),
                                    "Take the change back and write it as the next version; if the graph has it already, holdfast"
                                            + " migrate repair records the file as it is.")
                            .at(at));
                case LATE ->
                    problems.add(Problem.of(
                                    Code.HF3563,
                                    which + " comes late: V" + reached().orElseThrow() + " was applied before it",
                                    "Give it a version above V" + reached().orElseThrow() + ".")
                            .at(at));
                case APPLIED, PENDING, OUTDATED, INTERRUPTED, FAILED, MISSING, ADOPTED -> {
                    // nothing stands against it
                }
            }
        }
        for (Neo4jRecord.Row row : missing()) {
            problems.add(Problem.of(
                    Code.HF3562,
                    "V" + row.version() + " of " + service + "/" + Neo4jSession.DATABASE + " (" + row.script()
                            + ") was applied on " + row.at() + ", and there is no such file in " + scripts.folder(),
                    "Bring the file back from version control; where it is gone for good, holdfast migrate repair takes it"
                            + " from the record."));
        }
        return problems;
    }

    private List<Neo4jRecord.Row> missing() {
        return rows.stream()
                .filter(row -> scripts.files().stream()
                        .noneMatch(file -> Neo4jScript.compare(file.version(), row.version()) == 0))
                .toList();
    }

    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (Neo4jScript file : scripts.files()) {
            State state = state(file);
            Optional<Neo4jRecord.Row> row = row(file.version());
            entries.add(new Entry(
                    file.label(),
                    file.description(),
                    file.name(),
                    state,
                    row.map(Neo4jRecord.Row::at),
                    row.map(Neo4jRecord.Row::by),
                    row.filter(Neo4jRecord.Row::isComplete).map(one -> Duration.ofMillis(one.millis())),
                    row.filter(one -> !one.isComplete())
                            .map(one -> one.done() + " of " + file.statements().size() + " statements were done"
                                    + (one.failure().isEmpty() ? "" : "; " + one.failure()))));
        }
        for (Neo4jRecord.Row row : missing()) {
            entries.add(new Entry(
                    "V" + row.version(),
                    row.description(),
                    row.script(),
                    State.MISSING,
                    Optional.of(row.at()),
                    Optional.of(row.by()),
                    Optional.of(Duration.ofMillis(row.millis())),
                    Optional.empty()));
        }
        return entries;
    }

    static Entry pendingEntry(Neo4jScript file) {
        return new Migrations.Entry(
                file.label(),
                file.description(),
                file.name(),
                State.PENDING,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    static Entry appliedEntry(Neo4jScript file, Instant at, Duration took) {
        return new Migrations.Entry(
                file.label(),
                file.description(),
                file.name(),
                State.APPLIED,
                Optional.of(at),
                Optional.of(Neo4jAccess.ADMINISTRATOR),
                Optional.of(took),
                Optional.empty());
    }
}
