package dev.holdfast.engines.postgres;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Drift;
import dev.holdfast.engine.Rotation;
import dev.holdfast.engine.Support;
import dev.holdfast.engines.Login;
import dev.holdfast.engines.PostgresWire;
import dev.holdfast.engines.PostgresWire.Trust;
import dev.holdfast.engines.postgres.ActualAccess.ActualDatabase;
import dev.holdfast.engines.postgres.ActualAccess.ActualRole;
import dev.holdfast.engines.postgres.DesiredAccess.DesiredRole;
import dev.holdfast.engines.postgres.PostgresSpec.Door;
import dev.holdfast.engines.postgres.PostgresSpec.Role;
import dev.holdfast.engines.postgres.audit.Audits;
import dev.holdfast.engines.postgres.drift.DdlLog;
import dev.holdfast.engines.postgres.drift.PostgresDrift;
import dev.holdfast.engines.postgres.rotation.PostgresRotation;
import dev.holdfast.engines.postgres.tenancy.Tenancies;
import dev.holdfast.engines.postgres.timeseries.Timeseries;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Nearest;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Roles, grants, owners, and the way in. It comes after Schema, which makes the databases. */
final class PostgresAccess implements Access<PostgresSpec> {
    private final PostgresExtensions extensions;
    private final Verifiers verifiers = new Verifiers();

    PostgresAccess(PostgresExtensions extensions) {
        this.extensions = extensions;
    }

    @Override
    public List<Endpoint> endpoints(Service<PostgresSpec> service, Context context) {
        Declared declared = Declared.of(service, extensions);
        String database = declared.databases().firstKey();
        List<Endpoint> endpoints = new ArrayList<>();
        if (declared.isPooled()) {
            endpoints.add(endpoint(
                    "pooled",
                    Doors.pooler(service),
                    Doors.pooled(service, context),
                    database,
                    Trust.in(context.authorityFile())));
        }
        boolean elsewhere = Elsewhere.is(service);
        endpoints.add(endpoint(
                elsewhere ? "external" : "direct",
                elsewhere ? service.name() : Doors.primary(service),
                Doors.direct(service, context),
                database,
                Doors.trust(service, context)));
        return List.copyOf(endpoints);
    }

    private static Endpoint endpoint(String name, String member, Address address, String database, Trust trust) {
        return new Endpoint(name, member, address.host(), address.port(), Doors.url(address, database, trust));
    }

    @Override
    public SortedMap<String, Redacted> variables(
            Service<PostgresSpec> service, Optional<String> role, Context context) {
        Way way = way(service, role, context);
        SortedMap<String, Redacted> variables =
                new TreeMap<>(way.environment(way.trust().authorityFile()));
        variables.put("DATABASE_URL", way.url());
        Way direct = new Way(
                way.role(),
                way.password(),
                way.database(),
                Doors.direct(service, context),
                Doors.trust(service, context));
        variables.put("DATABASE_URL_DIRECT", direct.url());
        return variables;
    }

    /** {@code /tls/ca.crt} is where a program run from the engine's packages finds the stack's authority. */
    @Override
    public Client client(Service<PostgresSpec> service, Optional<String> role, Context context) {
        Way way = way(service, role, context);
        boolean outside = Elsewhere.is(service);
        SortedMap<String, Redacted> environment =
                way.environment(outside ? way.trust().authorityFile() : "/tls/ca.crt");
        // where it runs there is no home to keep a history in, and psql would say so at each end
        environment.put("PSQL_HISTORY", new Redacted("/dev/null"));
        return new Client(
                List.of("/usr/lib/postgresql/" + service.version() + "/bin/psql"),
                environment,
                way.url(),
                outside
                        ? Optional.of(new Outside(
                                new Programs.Debian(List.of("postgresql-client-" + service.version())),
                                way.trust().authorityFile()))
                        : Optional.empty());
    }

    private Way way(Service<PostgresSpec> service, Optional<String> asked, Context context) {
        Declared declared = Declared.of(service, extensions);
        String name = asked.orElseGet(declared::application);
        Role role = declared.roles().get(name);
        PostgresWire.Door keeper = Doors.keeper(service, context, Declared.HOME);
        boolean ours = name.equals(Declared.HOLDFAST) || name.equals(keeper.role());
        if (role == null && !ours) {
            throw new HoldfastException(Problem.of(
                    Code.HF1511,
                    "service '" + service.name() + "' has no role '" + name + "'",
                    "Ask for one of " + String.join(", ", declared.roles().keySet()) + "."
                            + Nearest.to(name, declared.roles().keySet())
                                    .map(near -> " Did you mean '" + near + "'?")
                                    .orElse("")));
        }
        boolean pooled = role != null && role.through() == Door.POOLER && declared.isPooled();
        SortedSet<String> entered =
                role == null ? new java.util.TreeSet<>(declared.databases().keySet()) : declared.databasesOf(role);
        boolean asKeeper = role == null;
        String login = Login.name(service.name(), name, context);
        return new Way(
                asKeeper ? keeper.role() : login,
                asKeeper ? keeper.password() : Doors.secret(service, Doors.password(service, login), context),
                entered.isEmpty() ? declared.databases().firstKey() : entered.first(),
                pooled ? Doors.pooled(service, context) : Doors.direct(service, context),
                pooled ? Trust.in(context.authorityFile()) : Doors.trust(service, context));
    }

    /** Where a role goes in, and as whom. */
    private record Way(String role, Redacted password, String database, Address address, Trust trust) {
        Redacted url() {
            return Doors.url(address, role, password, database, trust);
        }

        SortedMap<String, Redacted> environment(String authorityFile) {
            SortedMap<String, Redacted> environment = new TreeMap<>();
            environment.put("PGHOST", new Redacted(address.host()));
            environment.put("PGPORT", new Redacted(Integer.toString(address.port())));
            environment.put("PGUSER", new Redacted(role));
            environment.put("PGPASSWORD", password);
            environment.put("PGDATABASE", new Redacted(database));
            environment.put("PGSSLMODE", new Redacted(trust.mode()));
            if (!authorityFile.isEmpty()) {
                environment.put("PGSSLROOTCERT", new Redacted(authorityFile));
            }
            return environment;
        }
    }

    @Override
    public Support<Rotation<PostgresSpec>> rotation() {
        return Support.offered(passwords());
    }

    private PostgresRotation passwords() {
        return new PostgresRotation(extensions, this, InstantSource.system());
    }

    @Override
    public List<Drift> drift(Service<PostgresSpec> service, Context context) {
        List<Change> changes = new ArrayList<>(new PostgresSchema(extensions, this).changes(service, context));
        changes.addAll(changes(service, context));
        return new PostgresDrift(Declared.of(service, extensions), context)
                .of(changes, passwords().logins(service, context));
    }

    @Override
    public List<Change> changes(Service<PostgresSpec> service, Context context) {
        Declared declared = Declared.of(service, extensions);
        DesiredAccess desired = DesiredAccess.of(declared, logins(service, declared, context));
        if (Elsewhere.is(service)) {
            ExternalAccess.Fitted fitted = new ExternalFacets(service, context, declared).access(desired, verifiers);
            List<Change> changes = new ArrayList<>(fitted.changes());
            changes.addAll(new Tenancies(
                            declared, context, fitted.reached(), fitted.keeper().bound())
                    .changes());
            changes.addAll(Audits.changes(
                    declared, context, fitted.reached(), fitted.keeper().superuser()));
            return List.copyOf(changes);
        }
        List<String> names = desired.roles().stream().map(DesiredRole::name).toList();
        SortedMap<String, ActualRole> roles;
        SortedMap<String, ActualDatabase> databases;
        boolean lookup;
        try (PostgresSession session = PostgresSession.open(service, context, Declared.HOME)) {
            roles = session.roles("access_roles.sql", names, verifiers);
            databases = session.databases();
            lookup = desired.poolLookup() && session.hasPoolLookup();
        }
        SortedSet<String> fresh = new TreeSet<>();
        desired.databases().forEach((name, database) -> {
            ActualDatabase there = databases.putIfAbsent(name, ActualAccess.freshDatabase(declared.schemas(name)));
            if (there == null) {
                fresh.add(name);
            }
            if (there != null && database.holdsTables()) {
                try (PostgresSession session = PostgresSession.open(service, context, name)) {
                    databases.put(name, session.inside(there).with(declared.schemas(name)));
                }
            }
        });
        List<String> there = databases.entrySet().stream()
                .filter(entry -> !fresh.contains(entry.getKey()))
                .map(Map.Entry::getKey)
                .toList();
        List<Change> changes =
                new ArrayList<>(new AccessDiff(desired, new ActualAccess(roles, databases, lookup)).changes());
        changes.addAll(DdlLog.changes(declared, context, there));
        changes.addAll(new Tenancies(declared, context, there, Optional.empty()).changes());
        changes.addAll(Audits.changes(declared, context, there, true));
        changes.addAll(Timeseries.changes(declared, context, there));
        return List.copyOf(changes);
    }

    @Override
    public List<Change> fromNothing(Service<PostgresSpec> service, Context context) {
        Declared declared = Declared.of(service, extensions);
        ActualAccess fresh = ActualAccess.fresh(declared);
        List<Change> changes = new ArrayList<>(new AccessDiff(DesiredAccess.of(declared, Map.of()), fresh).changes());
        changes.addAll(DdlLog.fromNothing(declared));
        changes.addAll(Tenancies.fromNothing(declared));
        changes.addAll(Audits.fromNothing(declared));
        changes.addAll(Timeseries.fromNothing(declared));
        return List.copyOf(changes);
    }

    @Override
    public List<String> notes(Service<PostgresSpec> service, Context context) {
        Declared declared = Declared.of(service, extensions);
        List<String> notes = new ArrayList<>();
        Collection<String> there;
        Optional<String> bound = Optional.empty();
        if (Elsewhere.is(service)) {
            DesiredAccess desired = DesiredAccess.of(declared, logins(service, declared, context));
            ExternalAccess.Fitted fitted = new ExternalFacets(service, context, declared).access(desired, verifiers);
            there = fitted.reached();
            bound = fitted.keeper().bound();
            notes.addAll(fitted.notes());
            notes.addAll(ExternalRows.notes(declared, fitted));
        } else {
            try (PostgresSession session = PostgresSession.open(service, context, Declared.HOME)) {
                there = session.databases().keySet();
            }
        }
        notes.addAll(0, new Tenancies(declared, context, there, bound).notes());
        notes.addAll(Audits.notes(declared, context, there));
        if (!Elsewhere.is(service)) {
            notes.addAll(Timeseries.notes(declared, context, there));
        }
        for (Rotation.Credential login : passwords().logins(service, context)) {
            String command = "holdfast rotate " + service.name() + " " + login.role();
            login.complaint()
                    .ifPresent(complaint -> notes.add(service.name() + ": the password of " + login.role() + " "
                            + complaint + ". Run: " + command + "."));
            if (login.state() == Rotation.State.INTERRUPTED) {
                notes.add(service.name() + ": the rotation of " + login.role()
                        + " was interrupted. Run the same command again: " + command + ".");
            }
        }
        return List.copyOf(notes);
    }

    @Override
    public void apply(Change change, Service<PostgresSpec> service, Context context) {
        Applied.apply(change, service, context);
    }

    /** How far the rotations are, by role; those never rotated have none. */
    private static Map<String, Login> logins(Service<?> service, Declared declared, Context context) {
        Map<String, Login> logins = new TreeMap<>();
        List<String> names = new ArrayList<>(declared.roles().keySet());
        names.addAll(List.of(Declared.HOLDFAST, Declared.METRICS, Declared.POOLER, Declared.PROBE));
        for (String name : names) {
            Login.of(service.name(), name, context).ifPresent(login -> logins.put(name, login));
        }
        return logins;
    }
}
