package dev.holdfast.engines.postgres.migrations;

import java.time.Instant;
import java.util.Optional;

/** One row of the history table, whoever wrote it. */
record HistoryRow(
        int rank,
        Optional<MigrationVersion> version,
        String description,
        String type,
        String script,
        Optional<Integer> checksum,
        String by,
        Instant at,
        long millis,
        boolean success) {

    boolean isBaseline() {
        return type.equals("BASELINE");
    }

    /** A note that an earlier row no longer counts. */
    boolean isDeletion() {
        return type.equals("DELETE");
    }

    /** Schemas that Flyway itself made. */
    boolean isSchema() {
        return type.equals("SCHEMA");
    }
}
