package dev.holdfast.engines.postgres;

import dev.holdfast.engines.Login;
import dev.holdfast.engines.postgres.ActualAccess.ActualDatabase;
import dev.holdfast.engines.postgres.ActualAccess.ActualRole;
import dev.holdfast.engines.postgres.ActualAccess.ActualSchema;
import dev.holdfast.engines.postgres.DesiredAccess.DesiredDatabase;
import dev.holdfast.engines.postgres.DesiredAccess.DesiredRole;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What has to be said to the server so that those may who should. Pure, and used for one comparison. */
final class AccessDiff {
    /** A comment that begins with this says that Holdfast made the thing, and so may propose to drop it. */
    static final String MARK = "holdfast:";

    private final DesiredAccess desired;
    private final ActualAccess actual;
    private final List<Change> changes = new ArrayList<>();

    AccessDiff(DesiredAccess desired, ActualAccess actual) {
        this.desired = desired;
        this.actual = actual;
    }

    List<Change> changes() {
        desired.roles().forEach(this::role);
        actual.databases().forEach(this::door);
        desired.databases().forEach((name, database) -> {
            ActualDatabase there = actual.databases().get(name);
            if (there != null) {
                changes.addAll(new GrantDiff(desired.service(), name, database, there).changes());
            }
        });
        if (desired.poolLookup() && !actual.poolLookup()) {
            add(
                    "pooler/lookup",
                    "let the pooler look up verifiers of roles",
                    Sql.connect(Declared.HOME) + "\n" + PoolLookup.SQL,
                    Optional.of(Sql.connect(Declared.HOME) + "\nDROP FUNCTION holdfast.pool_lookup(text);"),
                    "the pooler checks a client's password against the server's own verifier");
        }
        strangers();
        undeclared();
        return List.copyOf(changes);
    }

    private void role(DesiredRole role) {
        ActualRole there = actual.roles().get(role.name());
        if (there == null) {
            String name = Sql.name(role.name());
            add(
                    "roles/" + role.name(),
                    "create role " + role.name(),
                    "CREATE ROLE " + name + ";\n\n" + whole(role, Optional.empty()),
                    Optional.of("DROP ROLE " + name + ";"),
                    "the stack declares role '" + role.name() + "' and the server has none of that name");
            return;
        }
        List<String> differences = differences(role, there);
        if (!differences.isEmpty()) {
            add(
                    "roles/" + role.name(),
                    "change role " + role.name() + ": " + String.join(", ", differences),
                    whole(role, Optional.of(there)),
                    undo(role, there),
                    "role '" + role.name() + "' is not as the stack declares it");
        }
    }

    private static List<String> differences(DesiredRole role, ActualRole there) {
        List<String> differences = new ArrayList<>();
        if (!there.login()) {
            differences.add("allow login");
        }
        if (!there.inherits()) {
            differences.add("let inherit");
        }
        minus(there.powers(), powers(role)).forEach(power -> differences.add("take " + power));
        minus(powers(role), there.powers()).forEach(power -> differences.add("give " + power));
        if (there.connections() != role.connections()) {
            differences.add("connections " + limit(there.connections()) + " → " + limit(role.connections()));
        }
        there.validUntil().ifPresent(end -> differences.add("take the end of its password, " + end));
        settings(role, there)
                .forEach(setting -> differences.add(setting + " "
                        + Optional.ofNullable(there.settings().get(setting)).orElse("none") + " → "
                        + Optional.ofNullable(role.settings().get(setting)).orElse("none")));
        minus(role.memberOf(), there.memberOf()).forEach(group -> differences.add("make member of " + group));
        minus(there.memberOf(), role.memberOf()).forEach(group -> differences.add("remove from " + group));
        if (!there.passwordIsOurs()) {
            differences.add("set the password Holdfast keeps");
        }
        if (!there.mark().startsWith(MARK)) {
            differences.add("mark as kept by Holdfast");
        }
        return differences;
    }

    private static SortedSet<String> powers(DesiredRole role) {
        return role.superuser() ? new TreeSet<>(List.of("SUPERUSER")) : new TreeSet<>();
    }

    /** Those whose values are not as they should be. */
    private static List<String> settings(DesiredRole role, ActualRole there) {
        return DesiredAccess.KEPT.stream()
                .filter(setting -> !Optional.ofNullable(role.settings().get(setting))
                        .equals(Optional.ofNullable(there.settings().get(setting))))
                .toList();
    }

    /** Everything that is declared of the role: done twice, it is harmless. */
    private String whole(DesiredRole role, Optional<ActualRole> there) {
        String name = Sql.name(role.name());
        List<String> lines = new ArrayList<>();
        lines.add("ALTER ROLE " + name + " LOGIN " + (role.superuser() ? "SUPERUSER" : "NOSUPERUSER")
                + " NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT CONNECTION LIMIT " + role.connections()
                + " PASSWORD " + Sql.password(role.password())
                + there.flatMap(ActualRole::validUntil)
                        .map(end -> " VALID UNTIL 'infinity'")
                        .orElse("")
                + ";");
        role.settings().forEach((setting, value) -> lines.add(set(role, setting, Optional.of(value))));
        there.ifPresent(found -> minus(
                        new TreeSet<>(settings(role, found)),
                        new TreeSet<>(role.settings().keySet()))
                .forEach(setting -> lines.add(set(role, setting, Optional.empty()))));
        role.memberOf().forEach(group -> lines.add("GRANT " + Sql.name(group) + " TO " + name + ";"));
        there.ifPresent(found -> minus(found.memberOf(), role.memberOf())
                .forEach(group -> lines.add("REVOKE " + Sql.name(group) + " FROM " + name + ";")));
        lines.add("COMMENT ON ROLE " + name + " IS " + Sql.text(mark(role)) + ";");
        return String.join("\n", lines);
    }

    private String mark(DesiredRole role) {
        return role.twinOf()
                .map(of -> MARK + " second login of role " + of + " of service " + desired.service())
                .orElse(MARK + " role of service " + desired.service());
    }

    private static String set(DesiredRole role, String setting, Optional<String> value) {
        return DesiredAccess.set("ROLE " + Sql.name(role.name()), setting, value);
    }

    private static Optional<String> undo(DesiredRole role, ActualRole there) {
        if (!there.passwordIsOurs()) {
            return Optional.empty();
        }
        String name = Sql.name(role.name());
        List<String> lines = new ArrayList<>();
        String powers = there.powers().isEmpty() ? "" : " " + String.join(" ", there.powers());
        lines.add("ALTER ROLE " + name + (there.login() ? " LOGIN" : " NOLOGIN")
                + (there.inherits() ? "" : " NOINHERIT") + powers + " CONNECTION LIMIT " + there.connections()
                + there.validUntil().map(end -> " VALID UNTIL " + Sql.text(end)).orElse("") + ";");
        settings(role, there)
                .forEach(setting -> lines.add(
                        set(role, setting, Optional.ofNullable(there.settings().get(setting)))));
        minus(there.memberOf(), role.memberOf())
                .forEach(group -> lines.add("GRANT " + Sql.name(group) + " TO " + name + ";"));
        minus(role.memberOf(), there.memberOf())
                .forEach(group -> lines.add("REVOKE " + Sql.name(group) + " FROM " + name + ";"));
        return Optional.of(String.join("\n", lines));
    }

    /** Whose a database is, and that nobody enters it without a grant. */
    private void door(String name, ActualDatabase there) {
        DesiredDatabase wanted = desired.databases().get(name);
        boolean ours = wanted != null || name.equals("template1");
        if (!ours) {
            return;
        }
        String database = Sql.name(name);
        SortedSet<String> open = there.grants().getOrDefault(ActualAccess.PUBLIC, new TreeSet<>());
        if (!open.isEmpty()) {
            add(
                    "databases/" + name + "/public",
                    "close database " + name + " to roles without a grant",
                    "REVOKE ALL ON DATABASE " + database + " FROM PUBLIC;",
                    Optional.of("GRANT " + String.join(", ", open) + " ON DATABASE " + database + " TO PUBLIC;"),
                    "PostgreSQL lets every role into a new database");
        }
        Optional<String> owner = wanted == null ? Optional.empty() : wanted.owner();
        owner.filter(role -> !role.equals(there.owner()))
                .ifPresent(role -> add(
                        "databases/" + name + "/owner",
                        "give database " + name + " to " + role,
                        "ALTER DATABASE " + database + " OWNER TO " + Sql.name(role) + ";",
                        Optional.of("ALTER DATABASE " + database + " OWNER TO " + Sql.name(there.owner()) + ";"),
                        "the stack has '" + role + "' as the owner of database '" + name + "', the server '"
                                + there.owner() + "'"));
        if (wanted != null) {
            wanted.searchPath()
                    .filter(path -> !there.searchPath().equals(wanted.searchPath()))
                    .ifPresent(path -> add(
                            "databases/" + name + "/search_path",
                            "pin the search path of database " + name + ": "
                                    + there.searchPath().orElse("none") + " → " + path,
                            DesiredAccess.set("DATABASE " + database, "search_path", Optional.of(path)),
                            Optional.of(DesiredAccess.set("DATABASE " + database, "search_path", there.searchPath())),
                            "a name without a schema means the same for every role of database '" + name + "'"));
            there.schemas().forEach(schema -> schemaOwner(name, wanted, schema));
        }
    }

    private void schemaOwner(String database, DesiredDatabase wanted, ActualSchema there) {
        String connect = Sql.connect(database) + "\n";
        String schema = Sql.name(there.name());
        Optional.ofNullable(wanted.owners().get(there.name()))
                .filter(role -> !role.equals(there.owner()))
                .ifPresent(role -> add(
                        "databases/" + database + "/schemas/" + there.name() + "/owner",
                        "give schema " + there.name() + " of " + database + " to " + role,
                        connect + "ALTER SCHEMA " + schema + " OWNER TO " + Sql.name(role) + ";",
                        Optional.of(connect + "ALTER SCHEMA " + schema + " OWNER TO " + Sql.name(there.owner()) + ";"),
                        "the stack has '" + role + "' as the owner of schema '" + there.name() + "', the server '"
                                + there.owner() + "'"));
    }

    /** A login of no rotation of this stack, such as comes with a copy of another's data. */
    private void strangers() {
        SortedSet<String> declared =
                desired.roles().stream().map(DesiredRole::name).collect(Collectors.toCollection(TreeSet::new));
        actual.roles().forEach((name, role) -> {
            if (role.mark().startsWith(MARK)
                    && role.login()
                    && !declared.contains(name)
                    && isTwin(name, declared)
                    && !name.equals(Declared.HOLDFAST)) {
                String whose = "ALTER ROLE " + Sql.name(name);
                add(
                        "roles/" + name,
                        "take the login from " + name,
                        whose + " NOLOGIN;",
                        Optional.of(whose + " LOGIN;"),
                        "it is a second login of '" + Login.base(name) + "', and no rotation of this stack made it");
            }
        });
    }

    /** Roles that Holdfast made and the stack declares no longer; those of others are none of its business. */
    private void undeclared() {
        SortedSet<String> declared =
                desired.roles().stream().map(DesiredRole::name).collect(Collectors.toCollection(TreeSet::new));
        actual.roles().forEach((name, role) -> {
            if (role.mark().startsWith(MARK) && !declared.contains(name) && !isTwin(name, declared)) {
                String quoted = Sql.name(name);
                List<String> batches = new ArrayList<>();
                actual.databases().keySet().stream()
                        .filter(database -> !database.equals("template1"))
                        .forEach(database -> batches.add(Sql.connect(database) + "\nREASSIGN OWNED BY " + quoted
                                + " TO " + Sql.name(Declared.HOLDFAST) + ";\nDROP OWNED BY " + quoted + ";"));
                batches.add("DROP ROLE IF EXISTS " + quoted + ";");
                changes.add(new Change(
                        desired.service() + "/roles/" + name,
                        "drop role " + name + "; what it owns goes to " + Declared.HOLDFAST,
                        String.join("\n\n", batches),
                        Risk.DATA,
                        Optional.empty(),
                        "Holdfast made role '" + name + "' and the stack declares it no longer"));
            }
        });
    }

    /** One that a finished rotation left behind because somebody was still in with it; the next one takes it up. */
    private static boolean isTwin(String name, SortedSet<String> declared) {
        return name.equals(Declared.HOLDFAST)
                || Login.twinsOf(Declared.HOLDFAST).contains(name)
                || declared.stream().anyMatch(role -> Login.twinsOf(role).contains(name));
    }

    private void add(String thing, String summary, String statement, Optional<String> undo, String because) {
        changes.add(new Change(desired.service() + "/" + thing, summary, statement, Risk.NONE, undo, because));
    }

    private static String limit(int connections) {
        return connections < 0 ? "unlimited" : Integer.toString(connections);
    }

    static SortedSet<String> minus(SortedSet<String> left, SortedSet<String> right) {
        SortedSet<String> rest = new TreeSet<>(left);
        rest.removeAll(right);
        return rest;
    }
}
