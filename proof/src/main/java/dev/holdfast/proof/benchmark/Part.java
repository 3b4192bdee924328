package dev.holdfast.proof.benchmark;

import dev.holdfast.proof.Installation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One part of the page. Each is measured in a home of its own, and can be measured alone.
 *
 * @param word what it is called on the command line
 */
record Part(String word, String title, Measuring measuring) {
    /** In the order of the page. */
    static final List<Part> ALL = List.of(
            new Part("house", "The house", HouseCosts::measure),
            new Part("access", "Access", (root, installation, page) -> new AccessDiff(installation, page).measure()),
            new Part(
                    "migrations",
                    "Migrations",
                    (root, installation, page) -> MigrationRuns.measure(installation, page)),
            new Part(
                    "rehearsal",
                    "Rehearsal",
                    (root, installation, page) -> page.add(RehearsalOverhead.row(installation, page))),
            new Part("tenants", "Tenants", (root, installation, page) -> TenancyCosts.measure(installation, page)),
            new Part("series", "Time series", (root, installation, page) -> SeriesCosts.measure(installation, page)),
            new Part("backups", "Backups", (root, installation, page) -> BackupRuns.measure(installation, page)),
            new Part("volumes", "Volumes", (root, installation, page) -> VolumeCosts.measure(installation, page)),
            new Part("branches", "Branches", BranchCosts::measure),
            new Part("masking", "Masking", (root, installation, page) -> MaskingCosts.measure(installation, page)),
            new Part("sleep", "Sleep and wake", (root, installation, page) -> WakeTimes.measure(installation, page)),
            new Part("cold", "A cold start", (root, installation, page) -> ColdStart.measure(root, page)));

    interface Measuring {
        void measure(Path root, Installation installation, Page page) throws IOException;
    }

    static Optional<Part> of(String word) {
        return ALL.stream().filter(part -> part.word().equals(word)).findFirst();
    }

    Page measured(Path root, Installation installation) throws IOException {
        Page page = new Page();
        measuring.measure(root, installation, page);
        return page;
    }
}
