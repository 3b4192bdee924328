package dev.holdfast.engines.questdb;

import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Insight;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Scrape;
import dev.holdfast.engine.Support;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Ready is: it answers with Holdfast's login, applies what is written to every table, and keeps every view. */
final class QuestDbObservation implements Observation<QuestDbSpec> {
    private static final String TABLES =
            "SELECT name, suspended, writerTxn, sequencerTxn, errorTag, errorMessage FROM wal_tables()";
    private static final String VIEWS =
            "SELECT view_name, invalidation_reason FROM materialized_views() WHERE view_status = 'invalid'";

    private final QuestDbSession session;
    private final QuestDbInsight insight;

    QuestDbObservation(QuestDbSession session) {
        this.session = session;
        this.insight = new QuestDbInsight(session);
    }

    @Override
    public Health probe(Service<QuestDbSpec> service, String member, Context context) {
        QuestDbSession.Door door = QuestDbSession.Door.of(service, context);
        try {
            return health(service.name(), session.soon(door, TABLES), session.soon(door, VIEWS));
        } catch (IOException e) {
            QuestDbSession.Failure failure = QuestDbSession.failure(e, door);
            return new Health.NotReady(failure.because(), failure.next());
        }
    }

    /** What the tables and the views that are out of force say. Pure. */
    static Health health(String service, List<Map<String, String>> tables, List<Map<String, String>> views) {
        List<Map<String, String>> suspended = tables.stream()
                .filter(table -> "true".equals(table.get("suspended")))
                .toList();
        if (!suspended.isEmpty()) {
            Map<String, String> first = suspended.getFirst();
            String name = first.getOrDefault("name", "?");
            String others = suspended.size() == 1 ? "" : " and " + (suspended.size() - 1) + " more";
            return new Health.Impaired(
                    "table '" + name + "'" + others + (suspended.size() == 1 ? " takes" : " take")
                            + " rows and does not show them: applying its log stopped ("
                            + first.getOrDefault("errorTag", "no reason given") + " "
                            + first.getOrDefault("errorMessage", "").strip() + ")",
                    "Mend the cause (a full disk?), then run `ALTER TABLE \"" + name
                            + "\" RESUME WAL` with `holdfast connect " + service + "`.");
        }
        if (!views.isEmpty()) {
            Map<String, String> first = views.getFirst();
            String name = first.getOrDefault("view_name", "?");
            return new Health.Impaired(
                    "view '" + name + "' is kept no longer: "
                            + first.getOrDefault("invalidation_reason", "no reason given"),
                    "Run `holdfast plan " + service + "`; `holdfast apply` computes it anew.");
        }
        long behind = tables.stream().mapToLong(QuestDbObservation::behind).sum();
        return new Health.Ready("it answers over HTTP, " + tables.size() + (tables.size() == 1 ? " table" : " tables")
                + " written to, "
                + (behind == 0 ? "all that was written is applied" : behind + " transactions still to be applied"));
    }

    private static long behind(Map<String, String> table) {
        try {
            return Math.max(
                    0,
                    Long.parseLong(table.getOrDefault("sequencerTxn", "0"))
                            - Long.parseLong(table.getOrDefault("writerTxn", "0")));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public List<Scrape> scrapes(Service<QuestDbSpec> service) {
        return List.of(new Scrape(
                "questdb",
                service.name(),
                QuestDbProvisioning.member(service),
                QuestDbProvisioning.METRICS,
                "/metrics",
                Map.of()));
    }

    @Override
    public List<AlertRules> alerts(Service<QuestDbSpec> service) {
        return List.of(AlertRules.beside(QuestDbObservation.class, service.name()));
    }

    @Override
    public Support<Insight<QuestDbSpec>> insight() {
        return Support.offered(insight);
    }
}
