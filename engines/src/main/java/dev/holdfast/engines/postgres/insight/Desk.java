package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.PostgresExtensions;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Nearest;
import java.util.List;
import java.util.Optional;

/** The service a report is about, and the way into its databases. */
record Desk(Service<PostgresSpec> service, Context context) {

    InsightSession open(String database) {
        return InsightSession.open(service, context, database);
    }

    /** Into the database of nobody's data, for what concerns the whole server. */
    InsightSession home() {
        return open(Declared.HOME);
    }

    Declared declared() {
        return Declared.of(service, PostgresExtensions.known());
    }

    /** The one named, which must be there; else all that hold somebody's data. */
    List<String> databases(Optional<String> named) {
        List<String> there;
        try (InsightSession session = home()) {
            there = session
                    .ask("SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate"
                            + " AND has_database_privilege(oid, 'CONNECT') ORDER BY datname")
                    .stream()
                    .map(row -> row.text("datname"))
                    .toList();
        }
        if (named.isEmpty()) {
            // what else is on somebody else's server is none of ours
            boolean elsewhere = service.settings().external().isPresent();
            return there.stream()
                    .filter(name -> elsewhere ? declared().databases().containsKey(name) : !name.equals(Declared.HOME))
                    .toList();
        }
        if (!there.contains(named.get())) {
            throw noDatabase(named.get(), there);
        }
        return List.of(named.get());
    }

    /** The one named, or the only one there is. */
    String database(Optional<String> named) {
        List<String> databases = databases(named);
        if (databases.size() != 1) {
            throw new HoldfastException(Problem.of(
                    Code.HF3552,
                    "service '" + service.name() + "' has the databases " + String.join(", ", databases)
                            + ", and it is not said which one is meant",
                    "Name it: " + service.name() + "/" + (databases.isEmpty() ? "DATABASE" : databases.getFirst())
                            + "."));
        }
        return databases.getFirst();
    }

    private HoldfastException noDatabase(String name, List<String> there) {
        return new HoldfastException(Problem.of(
                Code.HF3552,
                "service '" + service.name() + "' has no database '" + name + "'",
                Nearest.to(name, there)
                        .map(near -> "Did you mean '" + service.name() + "/" + near + "'?")
                        .orElse("It has " + String.join(", ", there) + ".")));
    }
}
