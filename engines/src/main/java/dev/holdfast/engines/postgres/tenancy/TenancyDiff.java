package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.engines.postgres.tenancy.ActualTenancy.Held;
import dev.holdfast.engines.postgres.tenancy.ActualTenancy.Tie;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What has to be done so that no session sees another tenant's rows. Pure, and used for one comparison. */
final class TenancyDiff {
    private final String where;
    private final String connect;
    private final Tenants tenants;
    private final ActualTenancy actual;
    private final boolean migrates;
    private final List<Change> changes = new ArrayList<>();

    /** @param migrates whether migrations make tables here, the list of tenants perhaps among them */
    TenancyDiff(String service, String database, Tenants tenants, ActualTenancy actual, boolean migrates) {
        this.where = service + "/databases/" + database + "/tenancy";
        this.connect = Sql.connect(database) + "\n";
        this.tenants = tenants;
        this.actual = actual;
        this.migrates = migrates;
    }

    List<Change> changes() {
        if (!actual.mark().equals(tenants.mark())) {
            add(
                    "",
                    actual.guarded() ? "renew the functions of tenancy" : "make the functions of tenancy",
                    tenants.installation(),
                    "the stack declares tenancy by " + tenants.spec().setting()
                            + (actual.guarded() ? " otherwise than the functions there have it" : ""));
        }
        Held list = actual.tables().get(tenants.registry());
        if (actual.registry().isEmpty() && (!migrates || actual.migrated())) {
            add(
                    "/" + tenants.registry(),
                    "create table " + tenants.registry() + ", the list of tenants",
                    tenants.registration(),
                    "the stack names it and there is none");
        } else if (list != null) {
            hold(tenants.registry(), list, true);
        }
        for (Table table : tenants.tables()) {
            Held held = actual.tables().get(table);
            if (held != null && (held.kind().equals("r") || held.kind().equals("p"))) {
                hold(table, held, false);
                if (!held.type().isEmpty()) {
                    index(table, held);
                    partitions(table, held);
                }
            }
        }
        actual.keys().forEach(this::tie);
        actual.doors().stream()
                .filter(door -> door.kind().equals("view"))
                .forEach(door -> add(
                        "/views/" + door.name(),
                        "view " + door.name() + ": ask with the rights of who asks, not of " + door.owner(),
                        "ALTER VIEW " + door.name() + " SET (security_invoker = true);",
                        "it shows rows of tenants, and its owner's rights would decide which"));
        release(actual.held().stream()
                .filter(table -> !tenants.tables().contains(table) && !table.equals(tenants.registry()))
                .toList());
        return List.copyOf(changes);
    }

    private void hold(Table table, Held held, boolean isRegistry) {
        List<String> missing = new ArrayList<>();
        if (!held.enabled()) {
            missing.add("enable row-level security");
        }
        if (!held.forced()) {
            missing.add("force it on the owner");
        }
        if (!held.type().isEmpty()
                && !held.policies()
                        .equals(tenants.policies(held.own(), held.kind().equals("p"), isRegistry))) {
            missing.add(held.policies().isEmpty() ? "make its policies" : "make its policies anew");
        }
        if (held.openPartitions() > 0) {
            missing.add("close " + held.openPartitions() + (held.openPartitions() == 1 ? " partition" : " partitions"));
        }
        if (held.truncatable()) {
            missing.add("revoke TRUNCATE");
        }
        if (held.counted() && !held.policies().isEmpty()) {
            missing.add("revoke rights on the sequence of its keys");
        }
        if (held.strategy().equals("h") && held.partitions() == 0 && modulus(table) > 0) {
            missing.add("create " + modulus(table) + " partitions");
        }
        if (!missing.isEmpty()) {
            add(
                    "/" + table,
                    table + ": " + String.join(", ", missing),
                    "SELECT holdfast.tenancy_hold(" + table.literal() + ");",
                    isRegistry
                            ? "a session may know of its own tenant only"
                            : "the stack declares that its rows belong to tenants");
        }
    }

    private int modulus(Table table) {
        String digits = partitionOf(table).replaceAll("\\D", "");
        return digits.isEmpty() ? 0 : Integer.parseInt(digits);
    }

    private String partitionOf(Table table) {
        return tenants.spec().tables().stream()
                .filter(written -> Table.of(written).equals(table))
                .map(tenants.spec()::partitionOf)
                .findFirst()
                .orElse("none");
    }

    private void index(Table table, Held held) {
        if (held.indexed()) {
            return;
        }
        String name = shortened(table.name() + "_" + tenants.spec().key() + "_idx");
        String column = Sql.name(tenants.spec().key());
        List<String> batches = new ArrayList<>();
        if (held.kind().equals("r")) {
            batches.addAll(concurrently(table.schema(), name, table.sql(), column, ""));
        } else {
            batches.add(
                    "CREATE INDEX IF NOT EXISTS " + Sql.name(name) + " ON ONLY " + table.sql() + " (" + column + ");");
            for (int i = 0; i < held.leaves().size(); i++) {
                String part = shortened(name.substring(0, Math.min(name.length(), 54)) + "_" + i);
                batches.addAll(concurrently(table.schema(), part, held.leaves().get(i), column, ""));
                batches.add("ALTER INDEX " + new Table(table.schema(), name).sql() + " ATTACH PARTITION "
                        + new Table(table.schema(), part).sql() + ";");
            }
        }
        add(
                "/" + table + "/index",
                table + ": index by " + tenants.spec().key() + ", beside what goes on",
                String.join("\n\n" + connect, batches),
                "every query of a tenant asks by it, and no index begins with it");
    }

    /** An attempt that failed leaves an index that nobody uses: it goes first. */
    private static List<String> concurrently(String schema, String name, String on, String columns, String unique) {
        String index = new Table(schema, name).sql();
        return List.of(
                "DO $holdfast$ BEGIN IF EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass(" + Sql.text(index)
                        + ") AND NOT indisvalid) THEN DROP INDEX " + index + "; END IF; END $holdfast$;",
                "CREATE " + unique + "INDEX CONCURRENTLY IF NOT EXISTS " + Sql.name(name) + " ON " + on + " (" + columns
                        + ");");
    }

    private void partitions(Table table, Held held) {
        if (!held.strategy().equals("l") || held.partitions() >= actual.tenants() || !mayList()) {
            return;
        }
        long missing = actual.tenants() - held.partitions();
        add(
                "/" + table + "/partitions",
                table + ": a partition for " + missing + (missing == 1 ? " tenant" : " tenants"),
                "SELECT holdfast.create_tenant_partitions(" + Sql.name(tenants.registryKey()) + ") FROM "
                        + tenants.registry().sql() + ";",
                "its rows have no place without");
    }

    private boolean mayList() {
        return actual.tenants() <= Tenants.MOST_PARTITIONS || tenants.spec().queriesNameTenant();
    }

    private void tie(Tie tie) {
        Optional<String> onDelete = action(tie.onDelete(), " (" + tie.here() + ")");
        Optional<String> onUpdate = action(tie.onUpdate(), "");
        if (onDelete.isEmpty() || onUpdate.isEmpty() || "nd".contains(tie.onUpdate())) {
            return;
        }
        String ownColumn = Sql.name(columnOf(tie.table()));
        String theirColumn = Sql.name(columnOf(tie.referenced()));
        List<String> batches = new ArrayList<>();
        if (!tie.keyed()) {
            String name = shortened(tie.referenced().name() + "_"
                    + (columnOf(tie.referenced()) + "_" + tie.there()).replaceAll("[^A-Za-z0-9_]+", "_") + "_key");
            String columns = theirColumn + ", " + tie.there();
            batches.addAll(
                    tie.referencedPartitioned()
                            ? List.of("CREATE UNIQUE INDEX IF NOT EXISTS " + Sql.name(name) + " ON "
                                    + tie.referenced().sql() + " (" + columns + ");")
                            : concurrently(
                                    tie.referenced().schema(),
                                    name,
                                    tie.referenced().sql(),
                                    columns,
                                    "UNIQUE "));
        }
        String table = "ALTER TABLE " + tie.table().sql();
        String name =
                Sql.name(shortened(tie.name().substring(0, Math.min(tie.name().length(), 55)) + "_tenant"));
        String wait = tie.deferrable() ? " DEFERRABLE" + (tie.deferred() ? " INITIALLY DEFERRED" : "") : "";
        boolean late = !tie.partitioned() && !tie.referencedPartitioned();
        batches.add(table + " DROP CONSTRAINT IF EXISTS " + name + ", ADD CONSTRAINT " + name + " FOREIGN KEY ("
                + ownColumn + ", " + tie.here() + ") REFERENCES "
                + tie.referenced().sql() + " (" + theirColumn + ", "
                + tie.there() + ")" + onUpdate.map(word -> " ON UPDATE " + word).get()
                + onDelete.map(word -> " ON DELETE " + word).get() + wait + (late ? " NOT VALID" : "") + ";");
        if (late && tenants.bound().isEmpty()) {
            batches.add(table + " VALIDATE CONSTRAINT " + name + ";");
        }
        batches.add(table + " DROP CONSTRAINT IF EXISTS " + Sql.name(tie.name()) + ";");
        add(
                "/" + tie.table() + "/" + tie.name(),
                tie.table() + ": keep " + tie.name() + " within one tenant",
                String.join("\n\n" + connect, batches),
                "PostgreSQL checks foreign keys past every policy, so that a row could be tied to another tenant's"
                        + (tenants.bound().isEmpty()
                                ? ""
                                : "; rows that are there already stay unchecked (NOT VALID), because policies hide them from "
                                        + tenants.bound().get()));
    }

    private String columnOf(Table table) {
        return table.equals(tenants.registry())
                ? tenants.registryKey()
                : tenants.spec().key();
    }

    private static Optional<String> action(String code, String columns) {
        return Optional.ofNullable(
                switch (code) {
                    case "a" -> "NO ACTION";
                    case "r" -> "RESTRICT";
                    case "c" -> "CASCADE";
                    case "n" -> "SET NULL" + columns;
                    case "d" -> "SET DEFAULT" + columns;
                    default -> null;
                });
    }

    /** Lets tables go that no tenancy declares: from then on every session sees all of their rows, so it is approved. */
    List<Change> released(List<Table> tables) {
        release(tables);
        return List.copyOf(changes);
    }

    private void release(List<Table> tables) {
        for (Table table : tables) {
            String name = table.sql();
            changes.add(new Change(
                    where + "/" + table,
                    "let " + table + " go: every session then sees the rows of all tenants",
                    connect + "ALTER TABLE " + name
                            + " NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;\n"
                            + Stream.of("tenant", "read", "insert", "update", "delete")
                                    .map(word -> "DROP POLICY IF EXISTS holdfast_" + word + " ON " + name + ";")
                                    .collect(Collectors.joining("\n")),
                    Risk.DATA,
                    Optional.empty(),
                    "Holdfast keeps the tenants of '" + table + "' apart and the stack declares it no longer"));
        }
    }

    private static String shortened(String name) {
        return name.length() <= 63 ? name : name.substring(0, 54) + "_" + Integer.toHexString(name.hashCode());
    }

    private void add(String thing, String summary, String statement, String because) {
        changes.add(new Change(where + thing, summary, connect + statement, Risk.NONE, Optional.empty(), because));
    }
}
