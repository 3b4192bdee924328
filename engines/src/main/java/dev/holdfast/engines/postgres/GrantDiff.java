package dev.holdfast.engines.postgres;

import dev.holdfast.engines.postgres.ActualAccess.ActualDatabase;
import dev.holdfast.engines.postgres.ActualAccess.ActualSchema;
import dev.holdfast.engines.postgres.ActualAccess.Made;
import dev.holdfast.engines.postgres.DesiredAccess.DesiredDatabase;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What has to be granted and revoked in one database: one change a role, done as a whole. Pure. */
final class GrantDiff {
    private static final SortedSet<String> NOTHING = Collections.emptySortedSet();

    private final String service;
    private final String database;
    private final DesiredDatabase desired;
    private final ActualDatabase actual;
    private final Map<String, List<Made>> orphaned = new TreeMap<>();

    /** What is granted on new things by creator and kind: first everywhere, then in the schemas in their order. */
    private final Map<String, Map<String, List<Map<String, SortedSet<String>>>>> onNew = new HashMap<>();

    GrantDiff(String service, String database, DesiredDatabase desired, ActualDatabase actual) {
        this.service = service;
        this.database = database;
        this.desired = desired;
        this.actual = actual;
        SortedSet<String> schemas =
                actual.schemas().stream().map(ActualSchema::name).collect(Collectors.toCollection(TreeSet::new));
        schemas.add("");
        actual.defaults().keySet().stream()
                .filter(made -> !desired.creators().contains(made.creator()) || !schemas.contains(made.schema()))
                .sorted(Comparator.comparing(Made::toString))
                .forEach(made -> granted(made)
                        .keySet()
                        .forEach(role -> orphaned.computeIfAbsent(role, any -> new ArrayList<>())
                                .add(made)));
    }

    private List<Map<String, SortedSet<String>>> onNew(String creator, String kind) {
        return onNew.computeIfAbsent(creator, any -> new HashMap<>()).computeIfAbsent(kind, any -> {
            List<Map<String, SortedSet<String>>> all = new ArrayList<>();
            all.add(granted(new Made(creator, "", kind)));
            actual.schemas().forEach(schema -> all.add(granted(new Made(creator, schema.name(), kind))));
            return all;
        });
    }

    private Map<String, SortedSet<String>> granted(Made made) {
        return Optional.ofNullable(actual.defaults().get(made)).orElse(Map.of());
    }

    List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        if (desired.holdsTables()) {
            functions().ifPresent(changes::add);
        }
        desired.rights().forEach((role, rights) -> {
            Steps steps = new Steps(role);
            onDatabase(steps, rights);
            if (desired.holdsTables()) {
                actual.schemas().forEach(schema -> onSchema(steps, schema, rights));
                newThings(steps, rights);
            }
            steps.change("roles/" + role + "/" + database, role + " in " + database, said(role))
                    .ifPresent(changes::add);
        });
        return changes;
    }

    private String said(String role) {
        return "the stack says what role '" + role + "' may in database '" + database
                + "', today's tables and tomorrow's";
    }

    /** PostgreSQL lets everybody call every function; where the file says who may, that ends. */
    private Optional<Change> functions() {
        Steps steps = new Steps(ActualAccess.PUBLIC);
        SortedSet<String> execute = new TreeSet<>(List.of("EXECUTE"));
        if (desired.guardsFunctions()) {
            for (ActualSchema schema : actual.schemas()) {
                if (schema.coverage().of(Rights.ROUTINES, steps.role).getOrDefault("EXECUTE", 0L) > 0) {
                    steps.revoke(
                            execute,
                            "ALL ROUTINES IN SCHEMA " + Sql.name(schema.name()),
                            "functions of " + schema.name());
                }
            }
        }
        for (String creator : desired.creators()) {
            if (actual.guarded().contains(creator) != desired.guardsFunctions()) {
                steps.byDefault(
                        desired.guardsFunctions() ? "REVOKE" : "GRANT",
                        new Made(creator, "", Rights.ROUTINES),
                        execute);
            }
        }
        return steps.change(
                "databases/" + database + "/functions",
                "everybody in " + database,
                desired.guardsFunctions()
                        ? "the stack says who may call functions, and PostgreSQL lets everybody"
                        : "the stack no longer says who may call functions");
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
        Rights.InSchema wanted = rights.in(schema.name());
        String owner = Optional.ofNullable(desired.owners().get(schema.name())).orElse(schema.owner());
        if (!owner.equals(steps.role)) {
            SortedSet<String> there = schema.grants().getOrDefault(steps.role, NOTHING);
            steps.compare(wanted.schema(), there, "SCHEMA " + name, "schema " + schema.name());
        }
        for (String kind : kinds()) {
            onThings(steps, schema, kind, wanted.on(kind));
        }
    }

    private void onThings(Steps steps, ActualSchema schema, String kind, SortedSet<String> wanted) {
        Map<String, Long> granted = schema.coverage().of(kind, steps.role);
        if (wanted.isEmpty() && granted.isEmpty()) {
            return;
        }
        long total = schema.coverage().others(kind, steps.role);
        SortedSet<String> missing = new TreeSet<>();
        for (String privilege : wanted) {
            if (granted.getOrDefault(privilege, 0L) < total) {
                missing.add(privilege);
            }
        }
        SortedSet<String> surplus = new TreeSet<>();
        granted.forEach((privilege, count) -> {
            if (count > 0 && !wanted.contains(privilege)) {
                surplus.add(privilege);
            }
        });
        String thing = "ALL " + kind + " IN SCHEMA " + Sql.name(schema.name());
        String shown = shown(kind) + " of " + schema.name();
        steps.grant(missing, thing, shown);
        steps.revoke(surplus, thing, shown);
    }

    /** Where everybody may call functions, a grant of that to one role says nothing. */
    private List<String> kinds() {
        return desired.guardsFunctions() ? Rights.KINDS : List.of(Rights.TABLES, Rights.SEQUENCES);
    }

    private static String shown(String kind) {
        return kind.equals(Rights.ROUTINES) ? "functions" : kind.toLowerCase(Locale.ROOT);
    }

    /** What is made tomorrow: the same everywhere, and in single schemas what a role may there beyond that. */
    private void newThings(Steps steps, Rights rights) {
        Map<String, List<InOne>> byKind = new LinkedHashMap<>();
        kinds().forEach(kind -> byKind.put(kind, beyond(rights, kind)));
        for (String creator : desired.creators()) {
            if (creator.equals(steps.role)) {
                continue;
            }
            byKind.forEach((kind, wanted) -> {
                List<Map<String, SortedSet<String>>> there = onNew(creator, kind);
                for (int i = 0; i < wanted.size(); i++) {
                    byDefault(
                            steps,
                            new Made(creator, wanted.get(i).schema(), kind),
                            wanted.get(i).privileges(),
                            there.get(i));
                }
            });
            Made schemas = new Made(creator, "", "SCHEMAS");
            byDefault(steps, schemas, rights.everywhere().schema(), granted(schemas));
        }
        for (Made made : orphaned.getOrDefault(steps.role, List.of())) {
            steps.byDefault("REVOKE", made, granted(made).getOrDefault(steps.role, NOTHING));
        }
    }

    private record InOne(String schema, SortedSet<String> privileges) {}

    /** In all of them, which is the empty one, and then in each what the role may there beyond that. */
    private List<InOne> beyond(Rights rights, String kind) {
        SortedSet<String> everywhere = rights.everywhere(kind);
        List<InOne> schemas = new ArrayList<>(List.of(new InOne("", everywhere)));
        for (ActualSchema schema : actual.schemas()) {
            SortedSet<String> here = rights.in(schema.name()).on(kind);
            schemas.add(
                    new InOne(schema.name(), here.equals(everywhere) ? NOTHING : AccessDiff.minus(here, everywhere)));
        }
        return schemas;
    }

    private static void byDefault(
            Steps steps, Made made, SortedSet<String> wanted, Map<String, SortedSet<String>> granted) {
        SortedSet<String> there = granted.getOrDefault(steps.role, NOTHING);
        if (!wanted.equals(there)) {
            steps.byDefault("GRANT", made, AccessDiff.minus(wanted, there));
            steps.byDefault("REVOKE", made, AccessDiff.minus(there, wanted));
        }
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
            if (!wanted.equals(there)) {
                grant(AccessDiff.minus(wanted, there), thing, shown);
                revoke(AccessDiff.minus(there, wanted), thing, shown);
            }
        }

        void grant(SortedSet<String> privileges, String thing, String shown) {
            if (!privileges.isEmpty()) {
                String words = String.join(", ", privileges);
                lines.add("GRANT " + words + " ON " + thing + " TO " + grantee() + ";");
                undo.add("REVOKE " + words + " ON " + thing + " FROM " + grantee() + ";");
                summary.add("grant " + words + " on " + shown);
            }
        }

        void revoke(SortedSet<String> privileges, String thing, String shown) {
            if (!privileges.isEmpty()) {
                String words = String.join(", ", privileges);
                lines.add("REVOKE " + words + " ON " + thing + " FROM " + grantee() + ";");
                undo.add("GRANT " + words + " ON " + thing + " TO " + grantee() + ";");
                summary.add("revoke " + words + " on " + shown);
            }
        }

        void byDefault(String verb, Made made, SortedSet<String> privileges) {
            if (!privileges.isEmpty()) {
                boolean grants = verb.equals("GRANT");
                String words = String.join(", ", privileges);
                String head = "ALTER DEFAULT PRIVILEGES FOR ROLE " + Sql.name(made.creator()) + " "
                        + (made.schema().isEmpty() ? "" : "IN SCHEMA " + Sql.name(made.schema()) + " ");
                String give = "GRANT " + words + " ON " + made.kind() + " TO " + grantee() + ";";
                String take = "REVOKE " + words + " ON " + made.kind() + " FROM " + grantee() + ";";
                lines.add(head + (grants ? give : take));
                undo.add(head + (grants ? take : give));
                summary.add((grants ? "grant " : "revoke ") + words + " on new " + shown(made.kind()) + " of "
                        + made.creator() + (made.schema().isEmpty() ? "" : " in " + made.schema()));
            }
        }

        private String grantee() {
            return role.equals(ActualAccess.PUBLIC) ? role : Sql.name(role);
        }

        Optional<Change> change(String thing, String who, String because) {
            if (lines.isEmpty()) {
                return Optional.empty();
            }
            String connect = Sql.connect(database) + "\n";
            return Optional.of(new Change(
                    service + "/" + thing,
                    who + ": " + String.join("; ", summary),
                    connect + String.join("\n", lines),
                    Risk.NONE,
                    Optional.of(connect + String.join("\n", undo)),
                    because));
        }
    }
}
