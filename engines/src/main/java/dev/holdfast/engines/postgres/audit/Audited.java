package dev.holdfast.engines.postgres.audit;

import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.AuditSpec;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.engines.postgres.TenancySpec;
import dev.holdfast.engines.postgres.tenancy.Table;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The audit of one database as it is meant. Pure; the one place where it becomes SQL.
 *
 * @param speaks whether pgaudit is there to write statements into the server's log
 */
record Audited(AuditSpec spec, Optional<TenancySpec> tenancy, boolean speaks) {
    List<Table> tables() {
        return spec.tables().stream().map(Table::of).toList();
    }

    /** The columns left out, as PostgreSQL writes an array of texts. */
    String without(String table) {
        return Optional.ofNullable(spec.without().get(table)).orElse(List.of()).stream()
                .map(column -> '"' + column.replace("\\", "\\\\").replace("\"", "\\\"") + '"')
                .collect(Collectors.joining(",", "{", "}"));
    }

    String installation() {
        return filled(mark());
    }

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
        String values = spec.tables().stream()
                .map(written -> {
                    Table table = Table.of(written);
                    return "(" + Sql.text(table.schema()) + "::name, " + Sql.text(table.name()) + "::name, "
                            + Sql.text(written) + ", " + Sql.text(without(written)) + ")";
                })
                .collect(Collectors.joining(", "));
        String tenant = tenancy.map(t -> "nullif(current_setting(" + Sql.text(t.setting())
                        + ", true), ''), coalesce(entry.after, entry.before) ->> " + Sql.text(t.key()))
                .orElse("NULL::text, NULL");
        return Beside.text(Audited.class, "install.sql")
                .strip()
                .replace("{{tenant}}", tenant)
                .replace("{{tables}}", values)
                .replace("{{mark}}", mark);
    }
}
