package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.engine.Migrations.Entry;
import dev.holdfast.engine.Migrations.State;
import dev.holdfast.problem.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was seen of one database at one moment.
 *
 * @param entries those of the files, after what another tool had recorded before
 * @param fresh whether nothing is in the database yet
 */
record Snapshot(MigrationDiff diff, List<Entry> entries, List<Problem> problems, boolean fresh) {
    Snapshot {
        entries = List.copyOf(entries);
        problems = List.copyOf(problems);
    }

    static Snapshot of(MigrationDiff diff, Map<String, LedgerRow> ledger, Optional<Problem> refusal, boolean fresh) {
        List<Entry> entries = new ArrayList<>();
        ledger.values().stream()
                .filter(row -> row.state().equals("adopted"))
                .sorted(Comparator.comparing(LedgerRow::begun).thenComparing(LedgerRow::script))
                .forEach(row -> entries.add(adopted(row)));
        entries.addAll(diff.entries());
        List<Problem> problems = new ArrayList<>(diff.problems());
        refusal.ifPresent(problems::add);
        return new Snapshot(diff, entries, problems, fresh);
    }

    private static Entry adopted(LedgerRow row) {
        int colon = row.script().indexOf(": ");
        String tool = row.script().substring(0, Math.max(0, colon));
        Optional<Instant> at = row.begun().equals(Instant.EPOCH) ? Optional.empty() : Optional.of(row.begun());
        return new Entry(
                row.script().substring(colon < 0 ? 0 : colon + 2),
                tool,
                row.script(),
                State.ADOPTED,
                at,
                Optional.of(tool),
                Optional.empty(),
                Optional.of("recorded by " + tool + " before the database was taken over"));
    }
}
