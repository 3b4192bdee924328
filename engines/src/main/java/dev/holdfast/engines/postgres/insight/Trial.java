package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.text.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Plans with indexes that are not there: hypopg shows them to the planner of this session alone. The extension is created
 * in the visit's transaction and gone with it. Queries are planned inside a function that their own role owns: planning
 * runs functions of theirs, and as a superuser those could do anything.
 */
final class Trial {
    private static final String SCHEMA = "holdfast_trial";

    private final InsightSession session;
    private final Optional<String> schema;
    private final Map<String, String> functions = new LinkedHashMap<>();

    private Trial(InsightSession session, Optional<String> schema) {
        this.session = session;
        this.schema = schema;
    }

    /** Where indexes cannot be tried, plans still can be made; the sheet says what that means. */
    static Trial begin(InsightSession session, Sheet sheet) {
        Trial trial = new Trial(session, hypothetical(session));
        if (trial.schema.isEmpty()) {
            sheet.note(
                    "Gains are estimated from what the planner expects a condition to leave: the server behind database '"
                            + session.database() + "' has no hypopg that could try an index without making it.");
        }
        return trial;
    }

    private static Optional<String> hypothetical(InsightSession session) {
        List<Facts> there = session.ask("SELECT quote_ident(n.nspname) AS schema FROM pg_extension e"
                + " JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'hypopg'");
        if (!there.isEmpty()) {
            return there.getFirst().find("schema");
        }
        if (session.ask("SELECT FROM pg_available_extensions WHERE name = 'hypopg'")
                .isEmpty()) {
            return Optional.empty();
        }
        Attempt<Boolean> created = session.attempt(() -> {
            session.execute("CREATE SCHEMA " + SCHEMA + "; CREATE EXTENSION hypopg SCHEMA " + SCHEMA);
            return true;
        });
        return created instanceof Attempt.Done<Boolean> ? Optional.of(SCHEMA) : Optional.empty();
    }

    /** The role Holdfast is logged in as. */
    String self() {
        return session.ask("SELECT current_user AS role").getFirst().text("role");
    }

    boolean canTry() {
        return schema.isPresent();
    }

    /** The number of an index that is only imagined, until {@link #forget}. */
    Attempt<Long> imagine(String definition) {
        return session.attempt(() -> session.ask(
                        "SELECT indexrelid::bigint AS oid FROM " + schema.orElse(SCHEMA) + ".hypopg_create_index(?)",
                        definition)
                .getFirst()
                .count("oid"));
    }

    /** How large it would be. */
    long bytes(long index) {
        Attempt<Long> bytes = session.attempt(() -> session.ask(
                        "SELECT " + schema.orElse(SCHEMA) + ".hypopg_relation_size(?::bigint::oid) AS bytes", index)
                .getFirst()
                .count("bytes"));
        return bytes instanceof Attempt.Done<Long>(Long result) ? result : 0;
    }

    void forget() {
        schema.ifPresent(name -> session.ask("SELECT " + name + ".hypopg_reset()"));
    }

    /** The plan the role would get, for any values where the statement has parameters. */
    Attempt<PlanNode> plan(String role, SqlText statement) {
        String options = statement.hasParameters() ? "FORMAT JSON, VERBOSE, GENERIC_PLAN" : "FORMAT JSON, VERBOSE";
        return explained(role, "EXPLAIN (" + options + ") " + statement.text(), false)
                .map(PlanNode::of);
    }

    /** What EXPLAIN answers; with {@code readOnly} nothing can be changed from here on to the end of the visit. */
    Explained explained(String role, String question, boolean readOnly) {
        return new Explained(session.attempt(() -> {
            String function = functions.get(role);
            if (function == null) {
                function = function(role);
                functions.put(role, function);
            }
            if (readOnly) {
                session.execute("SET TRANSACTION READ ONLY");
            }
            String answer = session.ask("SELECT " + function + "(?)::text AS plan", question)
                    .getFirst()
                    .text("plan");
            return Json.parse("{\"plans\":" + answer + "}").itemsAt("plans").getFirst();
        }));
    }

    /** An answer that is yet to be read. */
    record Explained(Attempt<Json> attempt) {
        Attempt<PlanNode> map(java.util.function.Function<Json, PlanNode> reading) {
            return switch (attempt) {
                case Attempt.Done<Json>(Json result) -> new Attempt.Done<>(reading.apply(result));
                case Attempt.Refused<Json>(String because, String state) -> new Attempt.Refused<>(because, state);
            };
        }
    }

    /** Names are looked up as the role would look them up in this database. */
    private String function(String role) {
        String name = "pg_temp.holdfast_explain_" + functions.size();
        String path = session.rows("search_path.sql", role).getFirst().text("path");
        session.ask("SELECT set_config('search_path', ?, true)", path);
        session.execute(
                "CREATE FUNCTION " + name + "(question text) RETURNS SETOF json LANGUAGE plpgsql SECURITY DEFINER"
                        + " SET search_path FROM CURRENT AS 'BEGIN RETURN QUERY EXECUTE question; END'");
        session.execute(
                "SET LOCAL search_path = pg_catalog; ALTER FUNCTION " + name + "(text) OWNER TO " + Sql.name(role));
        return name;
    }
}
