package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engines.postgres.AuditSpec;
import dev.holdfast.engines.postgres.PostgresSpec.Database;
import dev.holdfast.engines.postgres.TenancySpec;
import dev.holdfast.engines.postgres.TenancySpec.Within;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Nearest;
import java.util.ArrayList;
import java.util.List;

/** What contradicts itself in what a file says of tenants and of the audit of one database. */
public final class TenancyCheck {
    private final Service<?> service;
    private final String path;
    private final Problems problems;

    public TenancyCheck(Service<?> service, String database, Problems problems) {
        this.service = service;
        this.path = "databases." + database + ".";
        this.problems = problems;
    }

    public void run(Database database) {
        database.tenancy().ifPresent(this::tenancy);
        database.audit().ifPresent(this::audit);
    }

    private void tenancy(TenancySpec spec) {
        if (spec.tables().isEmpty()) {
            add(
                    "tenancy.tables",
                    "tenancy names no table, so that nothing is kept apart",
                    "Name the tables whose rows belong to tenants.");
        }
        spec.tables().stream()
                .filter(table -> Table.of(table).equals(Table.of(spec.tenants())))
                .forEach(table -> add(
                        "tenancy.tables",
                        "table '" + table + "' is the list of tenants and one of their tables at once",
                        "Remove it from tables:; the list is kept by itself."));
        spec.partitions().keySet().forEach(table -> named(table, spec.tables(), "tenancy.partitions"));
        spec.role().ifPresent(within -> within(spec, within));
    }

    private void within(TenancySpec spec, Within within) {
        if (within.setting().equals(spec.setting())) {
            add(
                    "tenancy.role.setting",
                    "the tenant and the role within it are both said by '" + within.setting() + "'",
                    "Give each a setting of its own.");
        }
        if (within.write().isEmpty()) {
            add("tenancy.role.write", "no role within a tenant may write", "Name those that may, or remove role:.");
        }
        List<String> both = new ArrayList<>(within.read());
        both.retainAll(within.write());
        both.forEach(word -> add(
                "tenancy.role.read",
                "the role '" + word + "' is one that only reads and one that writes",
                "Remove it from one of the two; who writes also reads."));
    }

    private void audit(AuditSpec spec) {
        if (spec.tables().isEmpty()) {
            add(
                    "audit.tables",
                    "the audit names no table, so that nothing is written down",
                    "Name the tables whose changes are kept.");
        }
        spec.without().keySet().forEach(table -> named(table, spec.tables(), "audit.without"));
    }

    private void named(String table, List<String> tables, String key) {
        if (!tables.contains(table)) {
            add(
                    key,
                    "table '" + table + "' is none of the tables that are named",
                    "Add it to tables:, or remove it here."
                            + Nearest.to(table, tables)
                                    .map(near -> " Did you mean '" + near + "'?")
                                    .orElse(""));
        }
    }

    private void add(String key, String cause, String remedy) {
        problems.add(
                Problem.of(Code.HF1540, cause, remedy).at(service.positions().of(path + key)));
    }
}
