package dev.holdfast.engines.postgres;

import dev.holdfast.engines.postgres.ActualAccess.ActualDatabase;
import dev.holdfast.engines.postgres.ActualAccess.ActualSchema;
import dev.holdfast.engines.postgres.ActualAccess.Coverage;
import dev.holdfast.engines.postgres.ActualAccess.DefaultGrant;
import dev.holdfast.engines.postgres.DesiredAccess.DesiredDatabase;
import dev.holdfast.engines.postgres.DesiredAccess.Rights;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** What has to be granted and revoked in one database: one change a role, done as a whole. Pure. */
final class GrantDiff {
    private final String service;
    private final String database;
    private final DesiredDatabase desired;
    private final ActualDatabase actual;

    GrantDiff(String service, String database, DesiredDatabase desired, ActualDatabase actual) {
        this.service = service;
        this.database = database;
        this.desired = desired;
        this.actual = actual;
    }

    List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        desired.rights().forEach((role, rights) -> {
            Steps steps = new Steps(role);
            onDatabase(steps, rights);
            if (desired.holdsTables()) {
                actual.schemas().forEach(schema -> onSchema(steps, schema, rights));
                defaults(steps, rights);
            }
            steps.change().ifPresent(changes::add);
        });
        return changes;
    }

    private void onDatabase(Steps steps, Rights rights) {
        if (desired.owner().orElse("").equals(steps.role)) {
            return;
        }
        SortedSet<String> there = actual.grants().getOrDefault(steps.role, new TreeSet<>());
        String thing = "DATABASE " + Sql.name(database);
        steps.compare(rights.database(), there, thing, "the database");
    }

    private void onSchema(Steps steps, ActualSchema schema, Rights rights) {
        String name = Sql.name(schema.name());
        if (!schema.owner().equals(steps.role)) {
            SortedSet<String> there = schema.grants().getOrDefault(steps.role, new TreeSet<>());
            steps.compare(rights.schemas(), there, "SCHEMA " + name, "schema " + schema.name());
        }
        for (String kind : List.of("TABLES", "SEQUENCES")) {
            SortedSet<String> wanted = kind.equals("TABLES") ? rights.tables() : rights.sequences();
            SortedSet<String> missing = new TreeSet<>();
            SortedSet<String> surplus = new TreeSet<>();
            for (Coverage coverage : schema.coverage()) {
                if (coverage.kind().equals(kind) && coverage.role().equals(steps.role)) {
                    if (wanted.contains(coverage.privilege()) && coverage.granted() < coverage.total()) {
                        missing.add(coverage.privilege());
                    }
                    if (!wanted.contains(coverage.privilege()) && coverage.granted() > 0) {
                        surplus.add(coverage.privilege());
                    }
                }
            }
            String thing = "ALL " + kind + " IN SCHEMA " + name;
            String shown = (kind.equals("TABLES") ? "tables of " : "sequences of ") + schema.name();
            steps.grant(missing, thing, shown);
            steps.revoke(surplus, thing, shown);
        }
    }

    private void defaults(Steps steps, Rights rights) {
        for (String creator : desired.creators()) {
            if (!creator.equals(steps.role)) {
                defaults(steps, creator, "TABLES", rights.tables());
                defaults(steps, creator, "SEQUENCES", rights.sequences());
                defaults(steps, creator, "SCHEMAS", rights.schemas());
            }
        }
        for (DefaultGrant there : actual.defaults()) {
            if (there.role().equals(steps.role) && !desired.creators().contains(there.creator())) {
                steps.byDefault("REVOKE", there.creator(), there.kind(), new TreeSet<>(List.of(there.privilege())));
            }
        }
    }

    private void defaults(Steps steps, String creator, String kind, SortedSet<String> wanted) {
        SortedSet<String> there = new TreeSet<>();
        for (DefaultGrant grant : actual.defaults()) {
            if (grant.creator().equals(creator)
                    && grant.kind().equals(kind)
                    && grant.role().equals(steps.role)) {
                there.add(grant.privilege());
            }
        }
        steps.byDefault("GRANT", creator, kind, AccessDiff.minus(wanted, there));
        steps.byDefault("REVOKE", creator, kind, AccessDiff.minus(there, wanted));
    }

    /** The lines of one role's change, as they come together. */
    private final class Steps {
        private final String role;
        private final List<String> lines = new ArrayList<>();
        private final List<String> undo = new ArrayList<>();
        private final List<String> summary = new ArrayList<>();

        Steps(String role) {
            this.role = role;
        }

        void compare(SortedSet<String> wanted, SortedSet<String> there, String thing, String shown) {
            grant(AccessDiff.minus(wanted, there), thing, shown);
            revoke(AccessDiff.minus(there, wanted), thing, shown);
        }

        void grant(SortedSet<String> privileges, String thing, String shown) {
            if (!privileges.isEmpty()) {
                String words = String.join(", ", privileges);
                lines.add("GRANT " + words + " ON " + thing + " TO " + Sql.name(role) + ";");
                undo.add("REVOKE " + words + " ON " + thing + " FROM " + Sql.name(role) + ";");
                summary.add("grant " + words + " on " + shown);
            }
        }

        void revoke(SortedSet<String> privileges, String thing, String shown) {
            if (!privileges.isEmpty()) {
                String words = String.join(", ", privileges);
                lines.add("REVOKE " + words + " ON " + thing + " FROM " + Sql.name(role) + ";");
                undo.add("GRANT " + words + " ON " + thing + " TO " + Sql.name(role) + ";");
                summary.add("revoke " + words + " on " + shown);
            }
        }

        void byDefault(String verb, String creator, String kind, SortedSet<String> privileges) {
            if (!privileges.isEmpty()) {
                boolean grants = verb.equals("GRANT");
                String words = String.join(", ", privileges);
                String head = "ALTER DEFAULT PRIVILEGES FOR ROLE " + Sql.name(creator) + " ";
                String give = "GRANT " + words + " ON " + kind + " TO " + Sql.name(role) + ";";
                String take = "REVOKE " + words + " ON " + kind + " FROM " + Sql.name(role) + ";";
                lines.add(head + (grants ? give : take));
                undo.add(head + (grants ? take : give));
                String things = kind.toLowerCase(java.util.Locale.ROOT);
                summary.add((grants ? "grant " : "revoke ") + words + " on new " + things + " of " + creator);
            }
        }

        Optional<Change> change() {
            if (lines.isEmpty()) {
                return Optional.empty();
            }
            String connect = Sql.connect(database) + "\n";
            return Optional.of(new Change(
                    service + "/roles/" + role + "/" + database,
                    role + " in " + database + ": " + String.join("; ", summary),
                    connect + String.join("\n", lines),
                    Risk.NONE,
                    Optional.of(connect + String.join("\n", undo)),
                    "the stack says what role '" + role + "' may in database '" + database
                            + "', today's tables and tomorrow's"));
        }
    }
}
