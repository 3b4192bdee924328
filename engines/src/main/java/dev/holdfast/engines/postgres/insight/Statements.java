package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engines.Beside;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The statements a database has seen, as pg_stat_statements keeps them. */
record Statements(Optional<String> schema, boolean isLoaded) {
    private static final Pattern PLANNED = Pattern.compile(
            "(?is)^(\\s|/\\*.*?\\*/|--[^\\n]*\\n|\\()*(SELECT|INSERT|UPDATE|DELETE|MERGE|WITH|VALUES|TABLE)\\b.*");

    static Statements of(InsightSession session) {
        Facts facts = session.rows("statements_extension.sql").getFirst();
        return new Statements(facts.find("schema"), facts.is("loaded"));
    }

    boolean isThere() {
        return isLoaded && schema.isPresent();
    }

    /** Those of the database the session is in; nothing of Holdfast itself and of those who only watch. */
    List<Facts> all(InsightSession session) {
        return schema.filter(name -> isLoaded)
                .map(name -> session.ask(
                        Beside.text(Statements.class, "statements.sql").replace("${schema}", name)))
                .orElse(List.of());
    }

    /** What has to be done before there is anything to see. */
    String missing(String service, String database) {
        return isLoaded
                ? "Database '" + database
                        + "' does not show its statements: put pg_stat_statements into extensions of service '"
                        + service
                        + "' and run 'holdfast apply'."
                : "The server does not count its statements: put pg_stat_statements into extensions of service '"
                        + service + "' and run 'holdfast apply', which restarts it; what was slow before is not known.";
    }

    /** Whether the statement has a plan that can be looked at. */
    static boolean isPlanned(String query) {
        return PLANNED.matcher(query).matches();
    }

    /** Whether its rows go to whoever asked; of a write they are those it wrote. */
    static boolean isReading(String query) {
        String begin = oneLine(query).toUpperCase(Locale.ROOT);
        return begin.startsWith("SELECT") || begin.startsWith("TABLE") || begin.startsWith("VALUES");
    }

    static String oneLine(String query) {
        return query.strip().replaceAll("\\s+", " ");
    }
}
