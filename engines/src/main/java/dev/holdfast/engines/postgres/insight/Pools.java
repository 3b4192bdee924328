package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Remedy;
import dev.holdfast.engine.Insight.Severity;
import java.util.List;

/** The pooler's side of the connections: clients that wait for one of the server's. */
final class Pools {
    private static final String CONSOLE = "pgbouncer";

    private Pools() {}

    static void rows(Desk desk, Sheet sheet) {
        if (!desk.declared().isPooled()) {
            return;
        }
        switch (PoolSession.pools(desk)) {
            case Attempt.Done<List<Facts>>(List<Facts> pools) ->
                pools.stream()
                        .filter(pool -> !pool.text("database").equals(CONSOLE))
                        .forEach(pool -> row(pool, sheet));
            case Attempt.Refused<List<Facts>>(String because, String state) ->
                sheet.note("The pooler could not be asked: " + because + " (SQLSTATE " + state + ").");
        }
    }

    private static void row(Facts pool, Sheet sheet) {
        long waiting = pool.count("cl_waiting");
        long servers = pool.count("sv_active") + pool.count("sv_idle") + pool.count("sv_used");
        List<Finding> findings = waiting == 0
                ? List.of()
                : List.of(
                        new Finding(
                                pool.count("maxwait") >= 5 ? Severity.CRITICAL : Severity.WARNING,
                                "pool of " + pool.text("user") + " in " + pool.text("database"),
                                waiting + (waiting == 1 ? " client waits" : " clients wait") + " for one of " + servers
                                        + " server connections, the longest for " + pool.count("maxwait") + " s",
                                Remedy.of(
                                        "End what holds them ('holdfast insight locks', idle transactions above), or raise pooler.servers and run 'holdfast apply'.")));
        sheet.row(
                pool.text("database"),
                findings,
                "pool (" + pool.text("pool_mode") + ")",
                pool.text("user"),
                "",
                pool.count("cl_active") + " active, " + waiting + " waiting",
                pool.count("cl_active") + waiting,
                servers,
                pool.count("maxwait"));
    }
}
