package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.engine.Migrations.Entry;
import dev.holdfast.engine.Migrations.State;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Files against what is recorded: how each stands, and what keeps a run from going on. Pure. */
final class MigrationDiff {
    private final MigrationPlace place;
    private final MigrationFolder folder;
    private final Map<String, LedgerRow> ledger;
    private final Map<MigrationVersion, HistoryRow> byVersion = new HashMap<>();
    private final Map<String, HistoryRow> byDescription = new HashMap<>();
    private final List<HistoryRow> rows;
    private final Optional<MigrationVersion> baseline;
    private final Optional<MigrationVersion> reached;
    private final List<Entry> entries = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    MigrationDiff(
            MigrationPlace place, MigrationFolder folder, List<HistoryRow> history, Map<String, LedgerRow> ledger) {
        this.place = place;
        this.folder = folder;
        this.ledger = ledger;
        this.rows = history.stream()
                .filter(row -> !row.isSchema())
                .filter(row -> !row.isBaseline() || !row.version().equals(MigrationVersion.parse("0")))
                .toList();
        for (HistoryRow row : rows) {
            Optional<MigrationVersion> version = row.version();
            if (row.isDeletion()) {
                version.ifPresentOrElse(byVersion::remove, () -> byDescription.remove(row.description()));
            } else {
                version.ifPresentOrElse(
                        number -> byVersion.put(number, row), () -> byDescription.put(row.description(), row));
            }
        }
        this.baseline = byVersion.values().stream()
                .filter(HistoryRow::isBaseline)
                .flatMap(row -> row.version().stream())
                .max(MigrationVersion::compareTo);
        this.reached = byVersion.values().stream()
                .filter(HistoryRow::success)
                .flatMap(row -> row.version().stream())
                .max(MigrationVersion::compareTo);
        folder.versioned().forEach(this::versioned);
        gone();
        folder.files().stream().filter(MigrationFile::isRepeatable).forEach(this::repeatable);
    }

    List<Entry> entries() {
        return List.copyOf(entries);
    }

    List<Problem> problems() {
        return List.copyOf(problems);
    }

    List<String> notes() {
        return List.copyOf(notes);
    }

    Optional<MigrationVersion> reached() {
        return reached;
    }

    /** The files that a run would run, in order. */
    List<MigrationFile> pending() {
        Set<String> scripts = entries.stream()
                .filter(entry -> entry.state().isPending())
                .map(Entry::script)
                .collect(Collectors.toSet());
        return folder.files().stream()
                .filter(file -> scripts.contains(file.script()))
                .toList();
    }

    /** The rows whose files differ from them in layout alone. */
    List<MigrationFile> laidOutAnew() {
        return folder.versioned().stream()
                .filter(file -> row(file)
                        .filter(row -> row.success() && differs(row, file))
                        .isPresent())
                .filter(file -> appliedText(file)
                        .filter(text -> sameMeaning(text, file.text()))
                        .isPresent())
                .toList();
    }

    Optional<HistoryRow> row(MigrationFile file) {
        return file.version()
                .map(byVersion::get)
                .or(() -> Optional.ofNullable(byDescription.get(file.description())))
                .filter(row -> file.isRepeatable() == row.version().isEmpty());
    }

    /** Recorded rows of files that are no longer there. */
    List<HistoryRow> missing() {
        Set<Optional<MigrationVersion>> there = versions();
        return byVersion.values().stream()
                .filter(row -> !row.isBaseline() && !row.type().startsWith("ADOPTED"))
                .filter(row -> !there.contains(row.version()))
                .sorted(java.util.Comparator.comparingInt(HistoryRow::rank))
                .toList();
    }

    private Set<Optional<MigrationVersion>> versions() {
        return folder.versioned().stream().map(MigrationFile::version).collect(Collectors.toSet());
    }

    private void versioned(MigrationFile file) {
        MigrationVersion version = file.version().orElseThrow();
        HistoryRow row = byVersion.get(version);
        LedgerRow open = Optional.ofNullable(ledger.get(file.script()))
                .filter(LedgerRow::isOpen)
                .orElse(null);
        if (row != null && row.success()) {
            applied(file, row);
        } else if (row != null || (open != null && open.state().equals("failed"))) {
            add(file, State.FAILED, row, broken(open));
        } else if (open != null) {
            add(file, State.INTERRUPTED, null, broken(open));
        } else if (baseline.filter(from -> version.compareTo(from) <= 0).isPresent()) {
            add(file, State.ADOPTED, null, Optional.of("the database had it when it was taken over"));
        } else if (reached.filter(highest -> version.compareTo(highest) < 0).isPresent()
                && !place.spec().outOfOrder()) {
            add(file, State.LATE, null, Optional.of("V" + reached.get() + " was applied before it"));
            problems.add(
                    at(
                            file,
                            Code.HF3563,
                            file.label() + " of " + place.shown() + " comes late: V" + reached.get()
                                    + " was applied before it",
                            "Give it a version above V" + reached.get()
                                    + ", or write outOfOrder: true under migrations if it does not matter in which order these two run."));
        } else {
            add(file, State.PENDING, null, Optional.empty());
        }
    }

    private void applied(MigrationFile file, HistoryRow row) {
        if (row.isBaseline()) {
            add(file, State.ADOPTED, row, Optional.of("the database had it when it was taken over"));
            return;
        }
        Optional<String> text = appliedText(file);
        if (!differs(row, file)) {
            boolean same = text.map(before -> before.equals(file.text())).orElse(true);
            add(
                    file,
                    State.APPLIED,
                    row,
                    same ? Optional.empty() : Optional.of("the file's line ends differ from those that were applied"));
            return;
        }
        if (text.filter(before -> sameMeaning(before, file.text())).isPresent()) {
            String because = "only white space or comments differ from what was applied";
            add(file, State.APPLIED, row, Optional.of(because));
            notes.add(file.label() + ": " + because
                    + ", which is accepted; holdfast migrate repair records the file as it is now");
            return;
        }
        add(file, State.CHANGED, row, Optional.of("the file is not what was applied"));
        String what = text.map(before -> ":\n" + String.join("\n", UnifiedDiff.of(before, file.text())))
                .orElse("; it was not Holdfast that applied it, so that the text of then is not known (checksum "
                        + row.checksum().orElse(0) + ", now " + file.checksum() + ")");
        problems.add(
                at(
                        file,
                        Code.HF3561,
                        file.label() + " of " + place.shown() + " was changed after it was applied on " + row.at()
                                + what,
                        "Take the change back and write it as the next version; if the database has it already, holdfast migrate repair records the file as it is."));
    }

    private Optional<String> appliedText(MigrationFile file) {
        return Optional.ofNullable(ledger.get(file.script()))
                .filter(row -> row.state().equals("done"))
                .map(LedgerRow::text);
    }

    private static boolean differs(HistoryRow row, MigrationFile file) {
        return row.checksum().filter(checksum -> checksum != file.checksum()).isPresent();
    }

    /** Layout within data that a file brings along is data. */
    static boolean sameMeaning(String before, String after) {
        boolean data = (before + after).toUpperCase(Locale.ROOT).contains("FROM STDIN");
        return data
                ? before.lines().toList().equals(after.lines().toList())
                : SqlText.meaning(before).equals(SqlText.meaning(after));
    }

    private Optional<String> broken(@org.jspecify.annotations.Nullable LedgerRow open) {
        if (open == null) {
            return Optional.of("it failed outside of a transaction, and it was not Holdfast that ran it");
        }
        String how = open.state().equals("failed") ? "failed" : "was begun at " + open.begun() + " and interrupted";
        String where = open.atHand()
                .map(sql -> " at its statement " + (open.statements().size() + 1) + ", '" + first(sql) + "'")
                .orElse(" after " + open.statements().size() + " of its statements");
        String alive = open.alive() ? "; the server still works on it (process " + open.backend() + ")" : "";
        return Optional.of("it " + how + where + alive + "; migrate up goes on there");
    }

    static String first(String sql) {
        String line = sql.strip().replaceAll("\\s+", " ");
        return line.length() > 100 ? line.substring(0, 99) + "…" : line;
    }

    /** What was applied and has no file. */
    private void gone() {
        Optional<MigrationVersion> newest = folder.versioned().stream()
                .flatMap(file -> file.version().stream())
                .max(MigrationVersion::compareTo);
        Set<Optional<MigrationVersion>> there = versions();
        for (HistoryRow row : rows) {
            boolean current =
                    row.version().map(byVersion::get).filter(row::equals).isPresent();
            if (!current || there.contains(row.version())) {
                continue;
            }
            String label = "V" + row.version().orElseThrow();
            if (row.isBaseline()) {
                entries.add(entry(
                        label, row, State.ADOPTED, Optional.of("where the database stood when it was taken over")));
                continue;
            }
            boolean ahead = newest.map(version -> row.version().orElseThrow().compareTo(version) > 0)
                    .orElse(true);
            entries.add(entry(label, row, State.MISSING, Optional.of("there is no such file")));
            if (ahead && !folder.files().isEmpty()) {
                notes.add(label + ": it was applied, and the files here end before it; is this an older copy of them?");
            } else {
                problems.add(
                        Problem.of(
                                Code.HF3562,
                                label + " of " + place.shown() + " (" + row.script() + ") was applied on " + row.at()
                                        + ", and there is no such file in " + folder.path(),
                                "Bring the file back from version control; where it is gone for good, holdfast migrate repair takes it from the record."));
            }
        }
    }

    private void repeatable(MigrationFile file) {
        HistoryRow row = byDescription.get(file.description());
        if (row == null) {
            add(file, State.PENDING, null, Optional.empty());
        } else if (!row.success()) {
            add(file, State.FAILED, row, Optional.of("it failed when it ran last"));
        } else if (differs(row, file)) {
            add(file, State.OUTDATED, row, Optional.of("the file was changed since it ran"));
        } else {
            add(file, State.APPLIED, row, Optional.empty());
        }
    }

    private void add(
            MigrationFile file,
            State state,
            @org.jspecify.annotations.Nullable HistoryRow row,
            Optional<String> because) {
        entries.add(new Entry(
                file.label(),
                file.description(),
                file.script(),
                state,
                Optional.ofNullable(row).map(HistoryRow::at),
                Optional.ofNullable(row).map(HistoryRow::by),
                Optional.ofNullable(row).map(found -> Duration.ofMillis(found.millis())),
                because));
    }

    private static Entry entry(String label, HistoryRow row, State state, Optional<String> because) {
        return new Entry(
                label,
                row.description(),
                row.script(),
                state,
                Optional.of(row.at()),
                Optional.of(row.by()),
                Optional.of(Duration.ofMillis(row.millis())),
                because);
    }

    private static Problem at(MigrationFile file, Code code, String cause, String remedy) {
        return Problem.of(code, cause, remedy).at(new Position(file.path().toString(), 1, 1));
    }
}
