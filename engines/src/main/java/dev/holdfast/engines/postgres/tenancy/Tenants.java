package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.engines.postgres.TenancySpec;
import dev.holdfast.engines.postgres.TenancySpec.KeyType;
import dev.holdfast.engines.postgres.TenancySpec.Within;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The tenancy of one database as it is meant, together with what only the database knows: the key of its list of tenants.
 * Pure; the one place where it becomes SQL.
 *
 * @param bound the role of Holdfast where policies bind it too: it reads the list of tenants by a policy of its own, and
 *     rows of tenants as each of them in turn
 */
record Tenants(TenancySpec spec, KeyType type, String registryKey, String owner, Optional<String> bound) {
    /** Above this many partitions the planning of a query that does not name its tenant takes tens of milliseconds. */
    static final int MOST_PARTITIONS = 300;

    Table registry() {
        return Table.of(spec.tenants());
    }

    List<Table> tables() {
        return spec.tables().stream().map(Table::of).toList();
    }

    List<String> listed() {
        return spec.tables().stream()
                .filter(table -> spec.partitionOf(table).equals("list"))
                .toList();
    }

    /** The statements that make the functions and the guard, without an empty line, and whole or not at all. */
    String installation() {
        return filled(mark());
    }

    /** A word that changes whenever what is meant changes. */
    String mark() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(filled("").getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private String filled(String mark) {
        String named = "SELECT " + Sql.name(registryKey) + " FROM " + registry().sql() + " WHERE "
                + Sql.name(spec.name()) + " = $1";
        return Beside.text(Tenants.class, "install.sql")
                .strip()
                .replace("{{type}}", type.sql())
                .replace("{{setting}}", Sql.text(spec.setting()))
                .replace("{{set-role}}", spec.role().map(Tenants::setRole).orElse(""))
                .replace("{{reads}}", spec.role().map(w -> oneOf(w, both(w))).orElse("true"))
                .replace("{{writes}}", spec.role().map(w -> oneOf(w, w.write())).orElse("true"))
                .replace("{{may-read}}", may("reads"))
                .replace("{{may-write}}", may("writes"))
                .replace("{{named}}", Sql.text(named))
                .replace("{{tables}}", values())
                .replace("{{registry}}", registry().literal())
                .replace("{{registry-key}}", Sql.text(registryKey))
                .replace("{{key}}", Sql.text(spec.key()))
                .replace("{{keeper}}", bound.map(Sql::text).orElse("NULL"))
                .replace("{{mark}}", mark);
    }

    /** Where no role is told from another the planner leaves the condition out. */
    private String may(String what) {
        return spec.role().isEmpty() ? "true" : "(SELECT holdfast.tenant_" + what + "())";
    }

    /** The policies of a table, as {@code observe_tables.sql} reads them. */
    List<String> policies(String column, boolean divided, boolean isRegistry) {
        String text = "NULLIF(current_setting('" + spec.setting() + "'::text, true), ''::text)";
        String now = type == KeyType.TEXT ? text : "(" + text + ")::" + type.sql();
        String same = "(" + column + " = " + (divided ? now : "( SELECT " + now + " AS \"nullif\")") + ")";
        String reads = seen("reads");
        String writes = seen("writes");
        String tenant = "holdfast_tenant false * true " + same + " " + same;
        String read = "holdfast_read true r true " + reads + " ";
        if (isRegistry && bound.isPresent()) {
            String open = "(" + same + " OR (CURRENT_USER = " + Sql.text(bound.get()) + "::name))";
            return List.of(
                    "holdfast_keeper true * false true true",
                    read,
                    "holdfast_tenant false * true " + open + " " + open);
        }
        return isRegistry
                ? List.of(read, tenant)
                : List.of(
                        "holdfast_delete true d true " + writes + " ",
                        "holdfast_insert true a true  " + writes,
                        read,
                        tenant,
                        "holdfast_update true w true " + writes + " " + writes);
    }

    private String seen(String what) {
        return spec.role().isEmpty() ? "true" : "( SELECT holdfast.tenant_" + what + "() AS tenant_" + what + ")";
    }

    /** For the rest of a transaction: what a session of that tenant has set which may do the most. One parameter, the key. */
    String entering() {
        return "SELECT set_config(" + Sql.text(spec.setting()) + ", ?, true)"
                + spec.role()
                        .map(within -> ", set_config(" + Sql.text(within.setting()) + ", "
                                + Sql.text(
                                        within.write().isEmpty()
                                                ? within.read().isEmpty()
                                                        ? ""
                                                        : within.read().getFirst()
                                                : within.write().getFirst())
                                + ", true)")
                        .orElse("");
    }

    private static String setRole(Within within) {
        return "PERFORM set_config(" + Sql.text(within.setting()) + ", coalesce(role, ''), true);";
    }

    private static List<String> both(Within within) {
        List<String> both = new ArrayList<>(within.read());
        both.addAll(within.write());
        return both;
    }

    private static String oneOf(Within within, List<String> words) {
        return "coalesce(pg_catalog.current_setting(" + Sql.text(within.setting()) + ", true), '') = ANY (ARRAY["
                + words.stream().map(Sql::text).collect(Collectors.joining(", ")) + "]::text[])";
    }

    private String values() {
        List<String> rows = new ArrayList<>();
        rows.add(value(registry(), "none"));
        spec.tables().forEach(table -> rows.add(value(Table.of(table), spec.partitionOf(table))));
        return String.join(", ", rows);
    }

    private static String value(Table table, String parts) {
        return "(" + Sql.text(table.schema()) + "::name, " + Sql.text(table.name()) + "::name, " + Sql.text(parts)
                + ")";
    }

    /** The list of tenants where no migration makes one. */
    String registration() {
        String own = switch (type) {
            case UUID -> "uuid PRIMARY KEY DEFAULT gen_random_uuid()";
            case INTEGER, BIGINT -> type.sql() + " GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY";
            case TEXT -> "text PRIMARY KEY DEFAULT gen_random_uuid()::text";
        };
        String table = registry().sql();
        return "CREATE TABLE IF NOT EXISTS " + table + " (\n  " + Sql.name(registryKey) + " " + own + ",\n  "
                + Sql.name(spec.name()) + " text NOT NULL UNIQUE CHECK (" + Sql.name(spec.name()) + " <> ''),\n"
                + "  created_at timestamptz NOT NULL DEFAULT now()\n);\nALTER TABLE " + table + " OWNER TO "
                + Sql.name(owner) + ";\nCOMMENT ON TABLE " + table
                + " IS 'holdfast: the tenants of this database';\nSELECT holdfast.tenancy_hold("
                + registry().literal() + ");";
    }
}
