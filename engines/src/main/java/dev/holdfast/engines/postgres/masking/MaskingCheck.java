package dev.holdfast.engines.postgres.masking;

import dev.holdfast.engines.postgres.MaskSpec;
import dev.holdfast.engines.postgres.MaskingSpec;
import dev.holdfast.engines.postgres.tenancy.Table;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Service;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** What contradicts itself in the masking rules of one database; asks no server. */
public final class MaskingCheck {
    private final Service<?> service;
    private final String path;
    private final Problems problems;

    public MaskingCheck(Service<?> service, String database, Problems problems) {
        this.service = service;
        this.path = "databases." + database + ".masking.";
        this.problems = problems;
    }

    public void run(MaskingSpec spec) {
        spec.tables()
                .forEach((table, columns) ->
                        columns.forEach((column, mask) -> options("tables." + table + "." + column, column, mask)));
        twice(spec);
        if (spec.tables().isEmpty() && spec.empty().isEmpty() && !spec.strict()) {
            add(
                    "",
                    "masking names no column and no table, so that a copy shows everything",
                    "Name columns under tables:, or write strict: true to be told of all that have no rule.");
        }
    }

    /** What a rule needs is there, and nothing that it does not know. */
    private void options(String key, String column, MaskSpec mask) {
        Map<String, Boolean> given = new LinkedHashMap<>();
        given.put("value", mask.value().isPresent());
        given.put("sql", mask.sql().isPresent());
        given.put("percent", mask.percent().isPresent());
        given.put("within", mask.within().isPresent());
        given.put("characters", mask.characters().isPresent());
        given.put("unit", mask.unit().isPresent());
        given.put("step", mask.step().isPresent());
        List<String> needed = switch (mask.rule()) {
            case CONSTANT -> List.of("value");
            case EXPRESSION -> List.of("sql");
            case NOISE -> List.of("percent", "within");
            case TRUNCATE -> List.of("characters", "unit", "step");
            case KEEP, ERASE, HASH, EMAIL, NAME, FIRST_NAME, LAST_NAME, PHONE, DIGITS, SHUFFLE -> List.of();
        };
        String word = mask.rule().word();
        given.forEach((option, isGiven) -> {
            if (isGiven && !needed.contains(option)) {
                add(
                        key + "." + option,
                        "the rule '" + word + "' of '" + column + "' knows no " + option + ":",
                        "Remove it, or write the rule it belongs to.");
            }
        });
        long fitting = needed.stream()
                .filter(option -> given.getOrDefault(option, false))
                .count();
        if (!needed.isEmpty() && fitting != 1) {
            add(
                    key,
                    "the rule '" + word + "' of '" + column + "' "
                            + (fitting == 0 ? "does not say " : "says more than one of ")
                            + String.join(" or ", needed),
                    "Write one, as in " + example(mask.rule()) + ".");
        }
    }

    private static String example(MaskSpec.Rule rule) {
        return switch (rule) {
            case CONSTANT -> "{ rule: constant, value: \"unknown\" }";
            case EXPRESSION -> "{ rule: expression, sql: \"left(city, 1)\" }";
            case NOISE -> "{ rule: noise, percent: 10 } for numbers, { rule: noise, within: 30d } for dates";
            case TRUNCATE ->
                "{ rule: truncate, characters: 3 } for texts, { rule: truncate, unit: month } for dates, { rule: truncate, step: 1000 } for numbers";
            case KEEP, ERASE, HASH, EMAIL, NAME, FIRST_NAME, LAST_NAME, PHONE, DIGITS, SHUFFLE -> rule.word();
        };
    }

    /** A table is said of once: {@code users} and {@code public.users} are one. */
    private void twice(MaskingSpec spec) {
        SortedMap<Table, List<String>> said = new TreeMap<>();
        spec.tables().keySet().forEach(table -> noted(said, table, "tables." + table));
        for (int i = 0; i < spec.empty().size(); i++) {
            noted(said, spec.empty().get(i), "empty." + i);
        }
        for (int i = 0; i < spec.keep().size(); i++) {
            noted(said, spec.keep().get(i), "keep." + i);
        }
        said.forEach((table, keys) -> {
            if (keys.size() > 1) {
                Set<String> places = new TreeSet<>();
                keys.forEach(key -> places.add(key.replaceFirst("[.].*", ":")));
                add(
                        keys.getLast(),
                        "table '" + table + "' stands twice in masking, under " + String.join(" and ", places),
                        "Remove one of the two.");
            }
        });
    }

    private static void noted(SortedMap<Table, List<String>> said, String table, String key) {
        said.computeIfAbsent(Table.of(table), one -> new ArrayList<>()).add(key);
    }

    private void add(String key, String cause, String remedy) {
        problems.add(Problem.of(Code.HF3280, cause, remedy)
                .at(service.positions().of((path + key).replaceFirst("[.]$", ""))));
    }
}
