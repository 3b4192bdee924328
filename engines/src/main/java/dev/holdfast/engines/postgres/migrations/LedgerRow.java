package dev.holdfast.engines.postgres.migrations;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What Holdfast itself keeps of one file: its text as it ran, and how far it came.
 *
 * @param statements digests of those that ended, where the file ran outside of a transaction
 * @param atHand the statement that was begun and not seen to end
 * @param alive whether the server process that ran it is still there
 */
record LedgerRow(
        String script,
        String state,
        String text,
        List<String> statements,
        Optional<String> atHand,
        int backend,
        boolean alive,
        String operation,
        String actor,
        Instant begun) {
    LedgerRow {
        statements = List.copyOf(statements);
    }

    boolean isOpen() {
        return state.equals("begun") || state.equals("failed");
    }
}
