package dev.holdfast.engines.postgres.drift;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.Drift;
import dev.holdfast.engine.Drift.Kind;
import dev.holdfast.engine.Rotation.Credential;
import dev.holdfast.engines.Login;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.drift.DriftSession.Line;
import dev.holdfast.plan.Change;
import dev.holdfast.stack.Elsewhere;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Differences joined with what the server wrote down about them. Used for one look, then dropped. */
public final class PostgresDrift {
    private static final Set<String> GRANTS = Set.of("GRANT", "REVOKE", "ALTER DEFAULT PRIVILEGES");
    private static final String GLOBAL =
            "PostgreSQL does not write down who changes a role or a database as a whole; with pgaudit among the extensions"
                    + " its log does";
    private static final String AUDITED = "pgaudit wrote it into the server's log at that time: holdfast logs ";
    private static final String BEFORE =
            "it is not in the log of this database, so it was done before the log was kept";
    private static final String ELSEWHERE = "on a server that somebody else runs nothing is written down";

    private final Declared declared;
    private final DriftSession session;
    private final List<Drift> found = new ArrayList<>();
    private final Map<String, Map<String, Instant>> moments = new HashMap<>();
    private final Map<String, List<Entry>> logs = new TreeMap<>();

    public PostgresDrift(Declared declared, Context context) {
        this.declared = declared;
        this.session = new DriftSession(declared.service(), context);
    }

    private record Entry(
            Instant at,
            String login,
            String role,
            String client,
            String program,
            String tag,
            String name,
            String statement) {
        String who() {
            return login
                    + (role.equals(login) ? "" : " as " + role)
                    + (client.isEmpty() ? "" : " from " + client)
                    + (program.isEmpty() ? "" : " with " + program);
        }
    }

    public List<Drift> of(List<Change> changes, List<Credential> logins) {
        boolean elsewhere = Elsewhere.is(declared.service());
        if (!elsewhere) {
            look();
        }
        changes.forEach(change -> found.add(
                elsewhere ? plain(change.where(), Kind.DIFFERENT, change.summary(), ELSEWHERE) : different(change)));
        if (!elsewhere) {
            undeclared();
        }
        for (Credential login : logins) {
            login.complaint()
                    .ifPresent(complaint -> found.add(new Drift(
                            declared.service().name() + "/roles/" + login.role(),
                            Kind.OVERDUE,
                            "the password of " + login.role() + " " + complaint + ": holdfast rotate "
                                    + declared.service().name() + " " + login.role(),
                            login.since(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty())));
        }
        return List.copyOf(found);
    }

    private void look() {
        session.ask(Declared.HOME, "moments.sql")
                .forEach(line -> line.moment("at")
                        .ifPresent(at -> moments.computeIfAbsent(line.text("what"), what -> new HashMap<>())
                                .put(line.text("name"), at)));
        for (String database : present()) {
            logs.put(
                    database,
                    hasLog(database)
                            ? session.ask(database, "log.sql").stream()
                                    .map(PostgresDrift::entry)
                                    .toList()
                            : List.of());
        }
    }

    private static Entry entry(Line line) {
        return new Entry(
                line.moment("at").orElse(Instant.EPOCH),
                line.text("login"),
                line.text("role"),
                line.text("client"),
                line.text("program"),
                line.text("tag"),
                line.text("name"),
                line.text("statement"));
    }

    private Collection<String> present() {
        Collection<String> present = new TreeSet<>();
        session.query(Declared.HOME, "SELECT datname FROM pg_database")
                .forEach(line -> present.add(line.text("datname")));
        present.retainAll(declared.databases().keySet());
        return present;
    }

    private boolean hasLog(String database) {
        return session.query(database, "SELECT to_regclass('holdfast.ddl_log') AS log").stream()
                .noneMatch(line -> line.text("log").isEmpty());
    }

    /** {@code service/roles/app}, {@code service/roles/app/shop} or {@code service/databases/shop/…}. */
    private Drift different(Change change) {
        String[] where = change.where().split("/", -1);
        boolean ofRole = where.length > 2 && where[1].equals("roles");
        if (ofRole && where.length == 3) {
            return global(change, "role", where[2]);
        }
        if (ofRole) {
            return local(change, where[3], entry -> GRANTS.contains(entry.tag()) && mentions(entry, where[2]));
        }
        if (where.length > 2 && where[1].equals("databases")) {
            boolean whole = where.length == 3
                    || Set.of("owner", "public", "search_path").contains(where[3]);
            if (whole) {
                return global(change, "database", where[2]);
            }
            String name = where.length > 4 ? where[4] : where[3];
            if (name.equals("functions")) {
                return local(change, where[2], entry -> GRANTS.contains(entry.tag()));
            }
            Drift exact = local(
                    change, where[2], entry -> entry.name().replace("\"", "").equals(name));
            return exact.who().isPresent() ? exact : local(change, where[2], entry -> mentions(entry, name));
        }
        return plain(change.where(), Kind.DIFFERENT, change.summary(), BEFORE);
    }

    private static boolean mentions(Entry entry, String name) {
        return entry.statement().contains(name);
    }

    private Drift global(Change change, String what, String name) {
        return new Drift(
                change.where(),
                Kind.DIFFERENT,
                change.summary(),
                moment(what, name),
                Optional.empty(),
                Optional.empty(),
                Optional.of(whoDidIt()));
    }

    private String whoDidIt() {
        boolean audited = declared.extensions().stream()
                .anyMatch(extension -> extension.name().equals("pgaudit"));
        return audited ? AUDITED + declared.service().name() : GLOBAL;
    }

    private Drift local(Change change, String database, Predicate<Entry> fits) {
        return Optional.ofNullable(logs.get(database)).orElse(List.of()).stream()
                .filter(fits)
                .findFirst()
                .map(entry -> new Drift(
                        change.where(),
                        Kind.DIFFERENT,
                        change.summary(),
                        Optional.of(entry.at()),
                        Optional.of(entry.who()),
                        Optional.of(entry.statement()).filter(text -> !text.isEmpty()),
                        Optional.empty()))
                .orElseGet(() -> plain(change.where(), Kind.DIFFERENT, change.summary(), BEFORE));
    }

    private static Drift plain(String where, Kind kind, String what, String unknown) {
        return new Drift(where, kind, what, Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(unknown));
    }

    private Optional<Instant> moment(String what, String name) {
        return Optional.ofNullable(moments.get(what)).flatMap(known -> Optional.ofNullable(known.get(name)));
    }

    /** What somebody made, and Holdfast leaves alone. */
    private void undeclared() {
        for (Line line : session.ask(Declared.HOME, "undeclared.sql")) {
            String what = line.text("what");
            String name = line.text("name");
            boolean known = what.equals("role")
                    ? declared.roles().containsKey(name) || Login.base(name).equals(Declared.HOLDFAST)
                    : declared.databases().containsKey(name) || name.equals(Declared.HOME);
            if (!known) {
                found.add(new Drift(
                        declared.service().name() + "/" + what + "s/" + name,
                        Kind.UNDECLARED,
                        what + " " + name + " is not in the file",
                        moment(what, name),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(whoDidIt())));
            }
        }
        logs.forEach((database, entries) -> session.ask(database, "inside.sql").forEach(line -> {
            String name = line.text("name");
            if (!declared.schemas(database).contains(name)
                    && declared.extensions(database).stream()
                            .noneMatch(e -> e.name().equals(name))) {
                found.add(undeclared(database, line, entries));
            }
        }));
    }

    private Drift undeclared(String database, Line line, List<Entry> entries) {
        String what = line.text("what");
        String name = line.text("name");
        Optional<Entry> entry = entries.stream()
                .filter(one -> one.tag().startsWith("CREATE")
                        && one.name().replace("\"", "").equals(name))
                .findFirst();
        return new Drift(
                declared.service().name() + "/databases/" + database + "/" + what + "s/" + name,
                Kind.UNDECLARED,
                what + " " + name + " of " + database + " is not in the file",
                entry.map(Entry::at).or(() -> line.moment("at")),
                entry.map(Entry::who),
                entry.map(Entry::statement).filter(text -> !text.isEmpty()),
                entry.isPresent() ? Optional.empty() : Optional.of(BEFORE));
    }
}
