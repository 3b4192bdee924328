package dev.holdfast.engines.postgres.masking;

import dev.holdfast.engines.postgres.MaskSpec;
import dev.holdfast.engines.postgres.MaskSpec.Rule;
import dev.holdfast.engines.postgres.MaskingSpec;
import dev.holdfast.engines.postgres.masking.Relation.Field;
import dev.holdfast.engines.postgres.masking.Relation.Tie;
import dev.holdfast.engines.postgres.masking.Relation.Unique;
import dev.holdfast.engines.postgres.tenancy.Table;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Nearest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Whether the rules of one database can be followed on what the server holds. Pure; used for one answer, then dropped. */
final class Fitting {
    private final Service<?> service;
    private final String database;
    private final MaskingSpec spec;
    private final Catalogue catalogue;
    private final SortedMap<Table, SortedMap<String, MaskSpec>> reaching;
    private final List<Problem> problems = new ArrayList<>();

    Fitting(Service<?> service, String database, MaskingSpec spec, Catalogue catalogue) {
        this.service = service;
        this.database = database;
        this.spec = spec;
        this.catalogue = catalogue;
        this.reaching = reaching(spec, catalogue);
    }

    /** The same with those that rules of their parents reach. */
    static SortedMap<Table, SortedMap<String, MaskSpec>> reaching(MaskingSpec spec, Catalogue catalogue) {
        SortedMap<Table, SortedMap<String, MaskSpec>> own = changing(spec);
        SortedMap<Table, SortedMap<String, MaskSpec>> reaching = new TreeMap<>();
        for (Relation relation : catalogue.relations().values()) {
            SortedMap<String, MaskSpec> masks = new TreeMap<>();
            for (Relation above : catalogue.above(relation)) {
                masks.putAll(own.getOrDefault(above.table(), new TreeMap<>()));
            }
            if (!masks.isEmpty()) {
                reaching.put(relation.table(), masks);
            }
        }
        return reaching;
    }

    /** By table, those columns that change. */
    static SortedMap<Table, SortedMap<String, MaskSpec>> changing(MaskingSpec spec) {
        SortedMap<Table, SortedMap<String, MaskSpec>> changing = new TreeMap<>();
        spec.tables()
                .forEach((table, columns) -> columns.forEach((column, mask) -> {
                    if (mask.changes()) {
                        changing.computeIfAbsent(Table.of(table), one -> new TreeMap<>())
                                .put(column, mask);
                    }
                }));
        return changing;
    }

    List<Problem> problems() {
        spec.tables().forEach(this::table);
        listed(spec.empty(), "empty");
        listed(spec.keep(), "keep");
        uniques();
        ties();
        emptied();
        elsewhere();
        if (spec.strict()) {
            strict();
        }
        return List.copyOf(problems);
    }

    private void listed(List<String> tables, String key) {
        for (int i = 0; i < tables.size(); i++) {
            String at = key + "." + i;
            int before = problems.size();
            Optional<Relation> found = known(tables.get(i), at);
            if (key.equals("empty")) {
                found.filter(relation -> problems.size() == before).ifPresent(relation -> kind(relation, at));
            }
        }
    }

    private void table(String written, SortedMap<String, MaskSpec> columns) {
        String key = "tables." + written;
        known(written, key).ifPresent(relation -> {
            boolean changes = columns.values().stream().anyMatch(MaskSpec::changes);
            if (changes && !kind(relation, key)) {
                return;
            }
            columns.forEach((column, mask) -> {
                Field field = relation.columns().get(column);
                if (field == null) {
                    add(
                            Code.HF3281,
                            key + "." + column,
                            "table '" + relation.table() + "' of " + place() + " has no column '" + column + "'",
                            guess(column, relation.columns().keySet()) + "It has: "
                                    + String.join(", ", relation.columns().keySet()) + ".");
                } else if (mask.changes()) {
                    column(relation, field, mask, key + "." + column);
                }
            });
        });
    }

    private Optional<Relation> known(String written, String key) {
        Optional<Relation> found = Optional.ofNullable(catalogue.relations().get(Table.of(written)));
        if (found.isEmpty()) {
            List<String> names = catalogue.relations().values().stream()
                    .filter(Relation::isTable)
                    .map(relation -> relation.table().toString())
                    .toList();
            add(
                    Code.HF3281,
                    key,
                    "there is no table '" + written + "' in " + place(),
                    guess(written, names) + "Write a table that is there, with its schema where that is not public.");
        }
        return found;
    }

    /** Whether rows of it can be changed here. */
    private boolean kind(Relation relation, String key) {
        String what = switch (relation.kind()) {
            case "f" -> "is on another server, which a copy must not change";
            case "v" -> "is a view, and holds no values of its own";
            case "m" -> "is a materialized view, and is filled anew from what was replaced";
            default -> relation.isPartition() ? "is a part of table '" + relation.parent() + "'" : "";
        };
        if (what.isEmpty()) {
            return true;
        }
        add(
                Code.HF3282,
                key,
                "'" + relation.table() + "' of " + place() + " " + what,
                relation.isPartition()
                        ? "Write the rules under '" + relation.parent() + "'; they hold for all its parts."
                        : relation.kind().equals("f")
                                ? "Remove it here, and see to it that the copy's user mapping leads to no production server."
                                : "Remove it here, and write rules for the tables that it reads.");
        return false;
    }

    private void column(Relation relation, Field field, MaskSpec mask, String key) {
        String name = "column '" + field.name() + "' of '" + relation.table() + "'";
        if (field.generated()) {
            refuse(
                    key,
                    name + " is computed from others by the server",
                    "Remove it; it follows what it is computed from.");
        } else if (field.identity()) {
            refuse(
                    key,
                    name + " is an identity that only the server gives (GENERATED ALWAYS)",
                    "Remove it, or have a migration make it GENERATED BY DEFAULT.");
        } else if (catalogue.isReached(relation, field)) {
            refuse(
                    key,
                    name + " is inherited from '" + relation.parent() + "', whose rules hold for it",
                    "Write the rule under '" + relation.parent() + "'.");
        } else if (field.divides()) {
            refuse(
                    key,
                    name + " decides in which partition a row is",
                    "Write keep, and replace other columns of the row.");
        } else if (mask.rule() == Rule.ERASE && field.required()) {
            refuse(key, name + " takes no NULL", "Write { rule: constant, value: \"…\" }, or another rule.");
        } else {
            Taking.instead(field, mask)
                    .ifPresent(instead -> refuse(
                            key,
                            name + " has the type " + field.type() + ", which the rule '"
                                    + mask.rule().word() + "'" + Taking.option(mask) + " does not know",
                            instead));
        }
    }

    /** No two rows may become alike where the server forbids it. */
    private void uniques() {
        Map<Long, Relation> byId = new TreeMap<>();
        catalogue.relations().values().forEach(relation -> byId.put(relation.id(), relation));
        Set<String> told = new HashSet<>();
        for (Unique unique : catalogue.uniques()) {
            Relation relation = byId.get(unique.relation());
            if (relation == null) {
                continue;
            }
            SortedMap<String, MaskSpec> masks = reaching.getOrDefault(relation.table(), new TreeMap<>());
            for (String column : unique.columns()) {
                MaskSpec mask = masks.get(column);
                Field field = relation.columns().get(column);
                if (mask != null
                        && field != null
                        && !staysUnique(mask, field, unique)
                        && told.add(key(relation.table(), column))) {
                    refuse(
                            key(relation.table(), column),
                            "column '" + column + "' of '" + relation.table() + "' must stay unique (" + unique.index()
                                    + "), and the rule '" + mask.rule().word() + "' makes values alike",
                            "Write hash, email or phone for a text, digits for a number, or an expression that no two rows share.");
                }
            }
        }
    }

    private static boolean staysUnique(MaskSpec mask, Field field, Unique unique) {
        return switch (mask.rule()) {
            case KEEP, EMAIL, PHONE, DIGITS, EXPRESSION -> true;
            case HASH -> !field.base().equals("inet") && field.characters() >= Replacing.LEAST_HASH;
            case ERASE -> !unique.nullsAlike();
            case SHUFFLE -> unique.single();
            case CONSTANT, NAME, FIRST_NAME, LAST_NAME, NOISE, TRUNCATE -> false;
        };
    }

    /** Both ends of a foreign key change alike, or neither does. */
    private void ties() {
        for (Tie tie : catalogue.ties()) {
            for (int i = 0; i < tie.columns().size(); i++) {
                String here = tie.columns().get(i);
                String there = tie.toColumns().get(i);
                Optional<MaskSpec> own = mask(tie.from(), here);
                Optional<MaskSpec> its = mask(tie.to(), there);
                boolean same =
                        own.equals(its) && own.map(MaskSpec::isDeterministic).orElse(true);
                boolean loose = own.filter(mask -> mask.rule() == Rule.ERASE).isPresent();
                boolean ownWords = own.filter(mask -> mask.rule() == Rule.EXPRESSION)
                                .isPresent()
                        && its.filter(mask -> mask.rule() == Rule.EXPRESSION).isPresent();
                boolean gone = spec.empty().stream().map(Table::of).anyMatch(tie.from()::equals);
                if (!same && !loose && !ownWords && !gone) {
                    refuse(
                            own.isPresent() ? key(tie.from(), here) : key(tie.to(), there),
                            "'" + tie.from() + "." + here + "' refers to '" + tie.to() + "." + there + "' ("
                                    + tie.name() + "), and their rules are " + word(own) + " and " + word(its),
                            "Give both the same rule, one that makes equal values equal, such as hash or digits, or keep both.");
                }
            }
        }
    }

    private static String word(Optional<MaskSpec> mask) {
        return "'" + mask.map(MaskSpec::rule).orElse(Rule.KEEP).word() + "'";
    }

    private Optional<MaskSpec> mask(Table table, String column) {
        return Optional.ofNullable(reaching.get(table)).flatMap(masks -> Optional.ofNullable(masks.get(column)));
    }

    /** What refers to a table without rows has none either. */
    private void emptied() {
        Set<Table> empty = new HashSet<>(spec.empty().stream().map(Table::of).toList());
        for (Tie tie : catalogue.ties()) {
            if (empty.contains(tie.to()) && !empty.contains(tie.from())) {
                refuse(
                        "empty",
                        "table '" + tie.from() + "' refers to '" + tie.to() + "' (" + tie.name()
                                + "), of which a copy is to have no rows",
                        "Add '" + tie.from() + "' to empty:, or give '" + tie.to() + "' rules in place of it.");
            }
        }
    }

    /** What is done to a table is done to its parts, and some may be rows of a server that is no copy. */
    private void elsewhere() {
        Set<Table> empty = new HashSet<>(spec.empty().stream().map(Table::of).toList());
        for (Relation relation : catalogue.relations().values()) {
            if (relation.kind().equals("f")) {
                catalogue.above(relation).stream()
                        .filter(above -> above.id() != relation.id())
                        .filter(above -> empty.contains(above.table()) || reaching.containsKey(above.table()))
                        .findFirst()
                        .ifPresent(above -> refuse(
                                empty.contains(above.table()) ? "empty" : "tables",
                                "'" + relation.table() + "' of " + place()
                                        + " is on another server, which a copy must not change, and a part of '"
                                        + above.table() + "'",
                                "Detach it in the source, or leave '" + above.table() + "' as it is."));
            }
        }
    }

    private void strict() {
        Set<Table> whole = new HashSet<>();
        spec.empty().forEach(table -> whole.add(Table.of(table)));
        spec.keep().forEach(table -> whole.add(Table.of(table)));
        Map<Table, Set<String>> ruled = new TreeMap<>();
        spec.tables()
                .forEach((table, columns) -> ruled.computeIfAbsent(Table.of(table), one -> new HashSet<>())
                        .addAll(columns.keySet()));
        for (Relation relation : catalogue.relations().values()) {
            if (!relation.isTable() || relation.isPartition() || whole.contains(relation.table())) {
                continue;
            }
            Set<String> known = ruled.getOrDefault(relation.table(), Set.of());
            List<String> without = relation.columns().values().stream()
                    .filter(field -> !field.generated()
                            && !catalogue.isReached(relation, field)
                            && !known.contains(field.name()))
                    .map(Field::name)
                    .toList();
            if (!without.isEmpty()) {
                add(
                        Code.HF3283,
                        known.isEmpty() ? "strict" : "tables." + relation.table(),
                        "of table '" + relation.table() + "' in " + place() + ", "
                                + (without.size() == 1 ? "the column " : "the columns ") + String.join(", ", without)
                                + (without.size() == 1 ? " has" : " have") + " no rule, and masking is strict",
                        "Give each a rule, keep among them, or name the table under masking.keep or masking.empty.");
            }
        }
    }

    /** Where the file says it, whichever way it writes the table. */
    private String key(Table table, String column) {
        List<Table> above = Optional.ofNullable(catalogue.relations().get(table)).map(catalogue::above).stream()
                .flatMap(List::stream)
                .map(Relation::table)
                .toList();
        return spec.tables().entrySet().stream()
                .filter(rules -> above.contains(Table.of(rules.getKey()))
                        && rules.getValue().containsKey(column))
                .findFirst()
                .map(rules -> "tables." + rules.getKey() + "." + column)
                .orElse("tables");
    }

    private String place() {
        return service.name() + "/" + database;
    }

    private static String guess(String word, Iterable<String> known) {
        return Nearest.to(word, known)
                .map(near -> "Did you mean '" + near + "'? ")
                .orElse("");
    }

    private void refuse(String key, String cause, String remedy) {
        add(Code.HF3282, key, cause, remedy);
    }

    private void add(Code code, String key, String cause, String remedy) {
        problems.add(Problem.of(code, cause, remedy)
                .at(service.positions().of("databases." + database + ".masking." + key)));
    }
}
