package dev.holdfast.engines.postgres.masking;

import dev.holdfast.engine.Bench;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;

/**
 * What a whole server keeps of values that its tables no longer have: its log of changes, and what holds that back. Log files that
 * were used before are overwritten or removed; files of tables that were replaced go with the checkpoint.
 */
final class Traces {
    private static final String LOG_FILE = "name ~ '^[0-9A-F]{24}$'";

    private final Service<?> service;
    private final Bench bench;

    Traces(Service<?> service, Bench bench) {
        this.service = service;
        this.bench = bench;
    }

    void remove(MaskingSession session) {
        bench.requireWanted();
        bench.say("removing the log of " + service.name() + " from before");
        // a slot of the source would keep all of it, for a consumer that follows the source
        session.query(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active", row -> {});
        String begun = session.lines("SELECT clock_timestamp()::text").getFirst();
        // first all files from before are let go: removed, or laid ready to be used again with their old bytes in them
        onward(session);
        session.execute("removing the log", "CHECKPOINT");
        // then each file that is there is filled to its end with what comes now and with zeros
        long files = session.ids("SELECT count(*) FROM pg_ls_waldir() WHERE " + LOG_FILE)
                .getFirst();
        for (long i = 0; i <= files; i++) {
            onward(session);
        }
        session.execute("removing the log", "CHECKPOINT");
        long left = session.ids(
                        "SELECT count(*) FROM pg_ls_waldir() WHERE " + LOG_FILE + " AND modification < ?::timestamptz",
                        begun)
                .getFirst();
        if (left > 0) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3284,
                            left + " files of the log of '" + service.name()
                                    + "' from before the masking are held back in the copy",
                            "Remove wal_keep_size from parameters: of the service, then make the copy again; this one is not kept."));
        }
    }

    private static void onward(MaskingSession session) {
        session.query("SELECT pg_logical_emit_message(false, 'holdfast', '')::text, pg_switch_wal()::text", row -> {});
    }
}
