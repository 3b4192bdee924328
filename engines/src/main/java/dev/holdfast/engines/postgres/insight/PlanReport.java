package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.Insight.Answer;
import dev.holdfast.engine.Insight.Depth;
import dev.holdfast.engine.Insight.Explaining;
import dev.holdfast.engine.Insight.Query;
import dev.holdfast.engine.Insight.Unit;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The plan of one query as a tree, with what is wrong with each part of it and what an index would gain. */
final class PlanReport implements Explaining<PostgresSpec> {
    private static final String READ_ONLY = "25006";
    private static final String CANCELLED = "57014";

    @Override
    public Answer explain(Query query, Service<PostgresSpec> service, Context context) {
        Desk desk = new Desk(service, context);
        String database = desk.database(query.thing());
        try (InsightSession session = desk.open(database)) {
            Asked asked = asked(desk, session, query);
            Sheet sheet = new Sheet("explain")
                    .column("operation", Unit.TEXT)
                    .column("cost", Unit.COST)
                    .column("rows", Unit.COUNT)
                    .column("actualRows", Unit.COUNT)
                    .column("time", Unit.MILLIS)
                    .column("ownShare", Unit.PERCENT)
                    .column("read", Unit.BYTES)
                    .column("temp", Unit.BYTES);
            Trial trial = Trial.begin(session, sheet);
            session.execute("SET LOCAL statement_timeout = " + query.patience().toMillis());
            query.settings().forEach((name, value) -> setting(session, name, value));
            Map<String, Facts> tables = new LinkedHashMap<>();
            session.rows("tables.sql").forEach(table -> table.texts("parts").forEach(part -> tables.put(part, table)));
            // what would help is tried before the query runs, for nothing may be created once it may only read
            PlanNode planned = result(trial.plan(asked.role(), asked.statement()), query, asked);
            Proposals proposals = Proposals.of(database, trial, asked.role(), asked.statement(), planned, tables);
            Json answered = carriedOut(trial, query, asked);
            PlanNode plan = PlanNode.of(answered);
            notes(query, asked, answered, sheet);
            new PlanText(plan, tables, proposals, desk.service().name() + "/" + database).write(sheet);
            return sheet.answer(Math.max(plan.all().size() + 10, 100));
        }
    }

    private record Asked(String role, SqlText statement) {}

    private static Asked asked(Desk desk, InsightSession session, Query query) {
        if (query.id().isPresent()) {
            Facts seen = Statements.of(session).all(session).stream()
                    .filter(facts -> facts.text("id").equals(query.id().get()))
                    .findFirst()
                    .orElseThrow(() -> new HoldfastException(Problem.of(
                            Code.HF3553,
                            "database '" + session.database() + "' has seen no statement "
                                    + query.id().get(),
                            "Take an id from 'holdfast insight slow "
                                    + desk.service().name() + "/" + session.database() + "'.")));
            return new Asked(query.role().orElse(seen.text("role")), explainable(seen.text("query")));
        }
        String role = query.role().orElseGet(() -> desk.declared().application());
        return new Asked(role, explainable(query.text()));
    }

    private static SqlText explainable(String written) {
        SqlText statement = SqlText.of(written);
        if (!statement.isSingle() || !Statements.isPlanned(statement.text())) {
            throw new HoldfastException(Problem.of(
                    Code.HF3553,
                    statement.isSingle()
                            ? "'" + Said.shortened(Statements.oneLine(written)) + "' is no statement that has a plan"
                            : "that is more than one statement, or one that does not end",
                    "Give one SELECT, INSERT, UPDATE, DELETE, MERGE, VALUES, TABLE or WITH."));
        }
        return statement;
    }

    private static Json carriedOut(Trial trial, Query query, Asked asked) {
        String options = asked.statement().hasParameters() ? "GENERIC_PLAN" : "SETTINGS";
        if (query.depth() == Depth.PLAN) {
            return result(
                    trial.explained(
                                    asked.role(),
                                    "EXPLAIN (FORMAT JSON, VERBOSE, " + options + ") "
                                            + asked.statement().text(),
                                    false)
                            .attempt(),
                    query,
                    asked);
        }
        if (asked.statement().hasParameters()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3554,
                    "the statement has parameters ($1 …), and to run it their values are needed",
                    "Give the query with values in their places, or leave out --analyze."));
        }
        return result(
                trial.explained(
                                asked.role(),
                                "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON, VERBOSE, SETTINGS) "
                                        + asked.statement().text(),
                                query.depth() == Depth.RUN)
                        .attempt(),
                query,
                asked);
    }

    private static <T> T result(Attempt<T> attempt, Query query, Asked asked) {
        return switch (attempt) {
            case Attempt.Done<T>(T result) -> result;
            case Attempt.Refused<T>(String because, String state) -> throw refused(because, state, query, asked);
        };
    }

    private static HoldfastException refused(String because, String state, Query query, Asked asked) {
        String remedy = switch (state) {
            case READ_ONLY ->
                "It would change something: add --writes to run it and take it back, or leave out --analyze.";
            case CANCELLED -> "Give it longer with --timeout, or leave out --analyze.";
            case "42501" -> "Ask as a role that may: --role, now '" + asked.role() + "'.";
            case "42704", "22023" -> "Give what the query expects of its session with --set NAME=VALUE.";
            default -> "Correct the query; it was asked as role '" + asked.role() + "', whose search_path counts.";
        };
        return new HoldfastException(Problem.of(
                Code.HF3554,
                "the query cannot be " + (query.depth() == Depth.PLAN ? "planned" : "run") + ": " + because
                        + " (SQLSTATE " + state + ")",
                remedy));
    }

    private static void setting(InsightSession session, String name, String value) {
        if (!name.contains(".") && !name.matches("(enable_[a-z]+|work_mem|jit|random_page_cost|plan_cache_mode)")) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3554,
                            "'" + name + "' is no setting that a plan can be asked with",
                            "Give one of your own (app.tenant_id), work_mem, jit, random_page_cost, plan_cache_mode or enable_…."));
        }
        session.ask("SELECT set_config(?, ?, true)", name, value);
    }

    private static void notes(Query query, Asked asked, Json answered, Sheet sheet) {
        number(answered, "Execution Time")
                .ifPresent(run -> sheet.note("It took "
                        + Said.seconds(run / 1000) + " to run and "
                        + Said.seconds(number(answered, "Planning Time").orElse(0.0) / 1000) + " to plan, as role "
                        + asked.role() + "."));
        if (query.depth() == Depth.PLAN) {
            sheet.note("Only planned, as role " + asked.role()
                    + (asked.statement().hasParameters() ? ", for any values of its parameters" : "")
                    + "; --analyze runs it and tells the real rows and times.");
        } else if (query.depth() == Depth.RUN_AND_TAKE_BACK) {
            sheet.note("What it changed was taken back; its locks were held meanwhile, and sequences do not go back.");
        }
        for (Json trigger : answered.itemsAt("Triggers")) {
            sheet.note("Trigger " + trigger.textAt("Trigger Name").orElse("") + " took "
                    + Said.seconds(number(trigger, "Time").orElse(0.0) / 1000) + " in "
                    + trigger.longAt("Calls").orElse(0L) + " calls.");
        }
    }

    private static Optional<Double> number(Json json, String key) {
        return json.at(key)
                .flatMap(value -> value instanceof Json.Numeral(String literal)
                        ? Optional.of(Double.valueOf(literal))
                        : Optional.empty());
    }

    /** What an index would do for each table that the plan reads from end to end, by the table. */
    record Proposals(Map<String, Proposed> byTable) {
        record Proposed(NewIndex index, Gain gain) {}

        static Proposals of(
                String database,
                Trial trial,
                String role,
                SqlText statement,
                PlanNode plan,
                Map<String, Facts> tables) {
            Map<String, Proposed> best = new LinkedHashMap<>();
            for (Candidates candidates : Candidates.of(plan)) {
                Facts table = tables.get(candidates.scan().table());
                if (table == null) {
                    continue;
                }
                for (List<String> keys : candidates.keys()) {
                    NewIndex index = NewIndex.on(database, table, keys);
                    Gain gain = Gain.tried(trial, index, role, statement, plan);
                    Proposed before = best.get(candidates.scan().table());
                    boolean isBetter =
                            before == null || gain.after() < before.gain().after() * 0.9;
                    if (gain.share() >= 0.2 && isBetter) {
                        best.put(candidates.scan().table(), new Proposed(index, gain));
                    }
                }
            }
            return new Proposals(best);
        }
    }
}
