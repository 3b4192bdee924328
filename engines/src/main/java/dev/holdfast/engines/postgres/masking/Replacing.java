package dev.holdfast.engines.postgres.masking;

import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.MaskSpec;
import dev.holdfast.engines.postgres.MaskSpec.Rule;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.engines.postgres.masking.Relation.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** The SQL that replaces values: one statement a table. Pure. */
final class Replacing {
    /** A first name, 64 bits of the hash, and the domain. */
    static final int LONGEST_EMAIL = 8 + 1 + 16 + "@example.com".length();

    /** So many digits of a hash are enough for no two rows to share them. */
    static final int LEAST_HASH = 16;

    private static final int HASH = 64;
    private static final int PHONE_TAIL = 7;
    private static final int ALL_DIGITS = 1_000_000;

    private Replacing() {}

    /** The functions that the statements call, in the session's own schema; they are gone with it and leave nothing. */
    static String functions() {
        Map<String, Map<String, ?>> names = Map.copyOf(Beside.table(Replacing.class, "names.yaml"));
        List<String> first = words(names, "first");
        List<String> last = words(names, "last");
        return Beside.text(Replacing.class, "functions.sql")
                .replace("{{firsts}}", Integer.toString(first.size()))
                .replace("{{lasts}}", Integer.toString(last.size()))
                .replace("{{first}}", "{" + String.join(",", first) + "}")
                .replace("{{last}}", "{" + String.join(",", last) + "}");
    }

    private static List<String> words(Map<String, Map<String, ?>> names, String which) {
        List<String> words = new ArrayList<>();
        if (names.getOrDefault(which, Map.of()).get("words") instanceof List<?> listed) {
            listed.forEach(word -> words.add(String.valueOf(word)));
        }
        return words;
    }

    /** All columns of the table at once, in one pass over its rows. */
    static String update(Relation relation, SortedMap<String, MaskSpec> masks) {
        String table = relation.table().sql();
        List<String> sets = new ArrayList<>();
        List<String> shuffled = new ArrayList<>();
        masks.forEach((column, mask) -> {
            if (mask.rule() == Rule.SHUFFLE) {
                sets.add(Sql.name(column) + " = holdfast_rows.holdfast_" + shuffled.size());
                shuffled.add(column);
            } else {
                Field field = relation.columns().get(column);
                if (field != null) {
                    sets.add(Sql.name(column) + " = " + value(field, mask));
                }
            }
        });
        String update = "UPDATE " + table + " AS it SET " + String.join(", ", sets);
        return shuffled.isEmpty() ? update : update + rows(table, shuffled);
    }

    /** Each row with the values that other rows, drawn by lot, had. */
    private static String rows(String table, List<String> columns) {
        StringBuilder rows = new StringBuilder(" FROM (SELECT holdfast_it.holdfast_part, holdfast_it.holdfast_at");
        for (int i = 0; i < columns.size(); i++) {
            rows.append(", lot_").append(i).append(".holdfast_").append(i);
        }
        rows.append(
                        " FROM (SELECT tableoid AS holdfast_part, ctid AS holdfast_at, row_number() OVER () AS holdfast_n FROM ")
                .append(table)
                .append(") AS holdfast_it");
        for (int i = 0; i < columns.size(); i++) {
            rows.append(" JOIN (SELECT ")
                    .append(Sql.name(columns.get(i)))
                    .append(" AS holdfast_")
                    .append(i)
                    .append(", row_number() OVER (ORDER BY gen_random_uuid()) AS holdfast_n FROM ")
                    .append(table)
                    .append(") AS lot_")
                    .append(i)
                    .append(" USING (holdfast_n)");
        }
        return rows.append(
                        ") AS holdfast_rows WHERE it.tableoid = holdfast_rows.holdfast_part AND it.ctid = holdfast_rows.holdfast_at")
                .toString();
    }

    /** The new value, as an expression over the row {@code it}. */
    static String value(Field field, MaskSpec mask) {
        String column = "it." + Sql.name(field.name());
        // citext and its like compare without case: what is equal there has one hash
        String text = field.base().equals("citext") ? "lower(" + column + "::text)" : column + "::text";
        String hash = "pg_temp.holdfast_hash(" + text + ")";
        return switch (mask.rule()) {
            case KEEP, SHUFFLE -> column;
            case ERASE -> "NULL";
            case CONSTANT -> constant(field, mask);
            case HASH ->
                switch (field.base()) {
                    case "uuid" -> "encode(substr(" + hash + ", 1, 16), 'hex')::uuid";
                    case "bytea" -> hash;
                    case "inet" -> "pg_temp.holdfast_address(" + column + ")";
                    default -> cut("encode(" + hash + ", 'hex')", Math.min(field.characters(), HASH));
                };
            case EMAIL -> "pg_temp.holdfast_email(" + text + ")";
            case FIRST_NAME -> cut("pg_temp.holdfast_first(" + hash + ")", field.characters());
            case LAST_NAME -> cut("pg_temp.holdfast_last(" + hash + ")", field.characters());
            case NAME ->
                cut(
                        "pg_temp.holdfast_first(" + hash + ") || ' ' || pg_temp.holdfast_last(" + hash + ")",
                        field.characters());
            case PHONE ->
                "pg_temp.holdfast_digits(regexp_replace(" + column + "::text, '[[:alpha:]]', 'x', 'g'), " + PHONE_TAIL
                        + ")";
            case DIGITS ->
                field.isWhole()
                        ? "pg_temp.holdfast_number(" + column + "::bigint, " + limit(field) + ")::" + field.base()
                        : "pg_temp.holdfast_digits(" + column + "::text, " + ALL_DIGITS + ")";
            case NOISE -> noise(field, mask, column);
            case TRUNCATE -> truncated(field, mask, column);
            case EXPRESSION -> "(" + mask.sql().orElse("NULL") + ")";
        };
    }

    static String constant(Field field, MaskSpec mask) {
        return "CAST(" + Sql.text(mask.value().orElse("")) + " AS " + field.type() + ")";
    }

    private static String cut(String text, int characters) {
        return characters == Integer.MAX_VALUE ? text : "left(" + text + ", " + characters + ")";
    }

    private static String limit(Field field) {
        return switch (field.base()) {
            case "int2" -> "32767";
            case "int4" -> "2147483647";
            default -> "9223372036854775807";
        };
    }

    private static String noise(Field field, MaskSpec mask, String column) {
        if (field.isDate()) {
            long seconds = mask.within().map(java.time.Duration::toSeconds).orElse(0L);
            return field.base().equals("date")
                    ? column + " + round((2 * random() - 1) * " + Math.max(1, seconds / 86_400) + ")::int"
                    : column + " + (2 * random() - 1) * interval '" + seconds + " seconds'";
        }
        String factor = "(1 + (2 * random() - 1) * " + mask.percent().orElse(0) + " / 100)";
        if (!field.isWhole() && !field.base().equals("numeric")) {
            return "(" + column + " * " + factor + ")::" + field.base();
        }
        String moved = column + "::numeric * " + factor + "::numeric";
        String most = field.isWhole()
                ? limit(field)
                : field.most().map(java.math.BigDecimal::toPlainString).orElse("");
        String rounded =
                field.isWhole() ? "round(" + moved + ")" : "round(" + moved + ", coalesce(scale(" + column + "), 0))";
        return most.isEmpty()
                ? rounded
                : "(CASE WHEN " + column + " IS NOT NULL THEN greatest(least(" + rounded + ", " + most + "), -" + most
                        + ") END)" + (field.isWhole() ? "::" + field.base() : "");
    }

    private static String truncated(Field field, MaskSpec mask, String column) {
        if (field.isText()) {
            return "left(" + column + "::text, " + mask.characters().orElse(0) + ")";
        }
        if (field.isDate()) {
            String unit = Sql.text(mask.unit().orElse(MaskSpec.Unit.YEAR).word());
            return field.base().equals("timestamptz")
                    ? "date_trunc(" + unit + ", " + column + ", 'UTC')"
                    : "date_trunc(" + unit + ", " + column + "::timestamp)::" + field.base();
        }
        long step = mask.step().orElse(1);
        return field.isWhole() || field.base().equals("numeric")
                ? "(" + column + " - " + column + " % " + step + ")"
                : "(trunc(" + column + " / " + step + ") * " + step + ")::" + field.base();
    }
}
