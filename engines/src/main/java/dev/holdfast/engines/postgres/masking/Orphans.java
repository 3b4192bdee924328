package dev.holdfast.engines.postgres.masking;

import dev.holdfast.engine.Bench;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.stack.Service;
import java.util.List;

/**
 * Files that a cut found half written: of a table whose transaction was open, of a rewriting that had not come to its end. The server
 * knows nothing of them, so no rewriting of its tables reaches them. They are emptied by the server itself: those
 * that are older than the masking, have a name as tables have, and belong to no table, index or catalogue of their database.
 */
final class Orphans {
    private final Service<?> service;
    private final Bench bench;
    private final String key;

    Orphans(Service<?> service, Bench bench, String key) {
        this.service = service;
        this.bench = bench;
        this.key = key;
    }

    /** @param begun when the masking began, as the server told; comes after a checkpoint, which removes what was replaced */
    void empty(String database, String begun) {
        try (MaskingSession session = MaskingSession.replacing(service, bench.context(), database, key)) {
            List<String> orphans = session.lines(Beside.text(Orphans.class, "orphans.sql"), begun);
            if (!orphans.isEmpty()) {
                bench.say("emptying " + orphans.size() + " files of " + database + " that belong to no table");
                String folder = session.lines("SELECT current_setting('data_directory')")
                        .getFirst();
                orphans.forEach(path -> session.execute(
                        "emptying '" + path + "'", "COPY (SELECT 1 WHERE false) TO " + Sql.text(folder + "/" + path)));
            }
        }
    }
}
