package dev.holdfast.engines.postgres.timeseries;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.Health;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.KeptConnections;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether somebody keeps the chunks and the aggregates that a service declares; jobs that fail tell nobody themselves. */
public final class SeriesObservation {
    private static final String QUESTION = Beside.text(SeriesObservation.class, "health.sql");
    private static final String UNDEFINED = "42P01";
    private static final String NO_DATABASE = "3D000";

    private SeriesObservation() {}

    /** Those that declare time series. */
    public static List<String> databases(Service<PostgresSpec> service) {
        return service.settings().databases().entrySet().stream()
                .filter(entry -> entry.getValue().timeseries().isPresent())
                .map(java.util.Map.Entry::getKey)
                .toList();
    }

    /** The exporter's question to each of them. */
    public static String metrics() {
        return Beside.text(SeriesObservation.class, "metrics.yaml");
    }

    /** What is promised and does not hold; empty where all does. A copy runs no jobs, and its views are right without. */
    public static Optional<Health> complaint(Service<PostgresSpec> service, Context context, KeptConnections kept)
            throws SQLException {
        if (Elsewhere.is(service) || context.stack().isDerived()) {
            return Optional.empty();
        }
        List<String> found = new ArrayList<>();
        for (String database : databases(service)) {
            String evidence = evidence(service, context, kept, database);
            if (!evidence.isEmpty()) {
                found.add(database + ": " + evidence);
            }
        }
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Health.Impaired(
                                String.join("; ", found),
                                "Run 'holdfast insight series " + service.name()
                                        + "' for what the last runs said, and holdfast apply to schedule jobs that are gone; what the views show is right meanwhile, and slower."));
    }

    private static String evidence(
            Service<PostgresSpec> service, Context context, KeptConnections kept, String database) throws SQLException {
        try {
            return kept.ask(
                            Doors.keeper(service, context, database),
                            false,
                            QUESTION,
                            (row, millis) ->
                                    new Health.Ready(Stream.of(row.getString("late"), row.getString("left_alone"))
                                            .filter(text -> text != null && !text.isEmpty())
                                            .reduce((one, next) -> one + ", " + next)
                                            .orElse("")))
                    .because();
        } catch (SQLException e) {
            // before the first apply there is nothing that could be late
            if (UNDEFINED.equals(e.getSQLState()) || NO_DATABASE.equals(e.getSQLState())) {
                return "";
            }
            throw e;
        }
    }
}
