package dev.holdfast.engines.postgres.masking;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Masking.Suspect;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.MaskingSpec;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.engines.postgres.masking.Relation.Field;
import dev.holdfast.engines.postgres.tenancy.Table;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Guesses which columns without a rule are personal. The server counts what a sample looks like; no value leaves it. */
final class Suspicion {
    private static final int SAMPLE = 500;

    /** So much of a sample must look like it. */
    private static final int SHARE = 5;

    private final String database;
    private final Optional<MaskingSpec> spec;
    private final MaskingSession session;
    private final Map<String, Map<String, ?>> looks;

    Suspicion(String database, Optional<MaskingSpec> spec, MaskingSession session) {
        this.database = database;
        this.spec = spec;
        this.session = session;
        this.looks = new LinkedHashMap<>(Beside.table(Suspicion.class, "suspects.yaml"));
    }

    List<Suspect> found(Bench bench) {
        List<Suspect> found = new ArrayList<>();
        Set<Table> said = new HashSet<>();
        spec.ifPresent(rules -> {
            rules.empty().forEach(table -> said.add(Table.of(table)));
            rules.keep().forEach(table -> said.add(Table.of(table)));
        });
        Catalogue catalogue = session.catalogue();
        for (Relation relation : catalogue.relations().values()) {
            if (relation.isTable() && !relation.isPartition() && !said.contains(relation.table())) {
                bench.requireWanted();
                table(catalogue, relation, found);
            }
        }
        return found;
    }

    private void table(Catalogue catalogue, Relation relation, List<Suspect> found) {
        Set<String> ruled = new HashSet<>();
        spec.ifPresent(rules -> rules.tables().forEach((table, columns) -> {
            if (Table.of(table).equals(relation.table())) {
                ruled.addAll(columns.keySet());
            }
        }));
        List<Field> open = relation.columns().values().stream()
                .filter(field ->
                        !field.generated() && !catalogue.isReached(relation, field) && !ruled.contains(field.name()))
                .toList();
        for (Field field : open) {
            byName(relation, field)
                    .or(() -> field.isText() ? bySample(relation, field) : Optional.empty())
                    .ifPresent(found::add);
        }
    }

    private Optional<Suspect> byName(Relation relation, Field field) {
        String name = field.name().replaceAll("([a-z])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
        for (Map.Entry<String, Map<String, ?>> look : looks.entrySet()) {
            String names = word(look.getValue(), "name");
            String types = word(look.getValue(), "types");
            boolean fits = types.isEmpty()
                    ? field.isText()
                    : Pattern.matches(types, field.base()) || (types.contains("text") && field.isText());
            String qualified = word(look.getValue(), "qualified");
            boolean says =
                    (!names.isEmpty() && Pattern.compile(names).matcher(name).find())
                            || (!qualified.isEmpty()
                                    && Pattern.compile(qualified)
                                            .matcher(relation.table().name() + "." + name)
                                            .find());
            if (fits && says) {
                return Optional.of(suspect(relation, field, "its name says " + look.getKey(), look.getValue()));
            }
        }
        return Optional.empty();
    }

    private Optional<Suspect> bySample(Relation relation, Field field) {
        List<String> counts = new ArrayList<>();
        List<Map.Entry<String, Map<String, ?>>> sampled = looks.entrySet().stream()
                .filter(look -> !word(look.getValue(), "sample").isEmpty())
                .toList();
        sampled.forEach(look ->
                counts.add("count(*) FILTER (WHERE value ~ " + Sql.text(word(look.getValue(), "sample")) + ")"));
        String question = "SELECT unnest(ARRAY[count(*), " + String.join(", ", counts) + "]) FROM (SELECT left("
                + Sql.name(field.name()) + "::text, 200) AS value FROM "
                + relation.table().sql() + " WHERE "
                + Sql.name(field.name()) + " IS NOT NULL LIMIT " + SAMPLE + ") AS sample";
        List<Long> figures = session.ids(question);
        long seen = figures.getFirst();
        for (int i = 0; i < sampled.size(); i++) {
            long alike = figures.get(i + 1);
            if (alike > 0 && alike * SHARE >= seen) {
                Map.Entry<String, Map<String, ?>> look = sampled.get(i);
                return Optional.of(suspect(
                        relation,
                        field,
                        alike + " of " + seen + " values look like " + look.getKey(),
                        look.getValue()));
            }
        }
        return Optional.empty();
    }

    private Suspect suspect(Relation relation, Field field, String because, Map<String, ?> look) {
        String rule = word(look, "rule");
        boolean text = field.isText();
        return new Suspect(
                database,
                relation.table().toString(),
                field.name(),
                because,
                text || rule.startsWith("{") || field.base().equals("inet")
                        ? rule
                        : field.isWhole() ? "digits" : "erase");
    }

    private static String word(Map<String, ?> look, String key) {
        return look.containsKey(key) ? String.valueOf(look.get(key)) : "";
    }
}
