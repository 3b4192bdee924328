package dev.holdfast.engines.postgres;

import dev.holdfast.engines.postgres.ActualAccess.ActualDatabase;
import dev.holdfast.engines.postgres.ActualAccess.ActualRole;
import dev.holdfast.engines.postgres.ActualAccess.ActualSchema;
import dev.holdfast.engines.postgres.ActualAccess.Made;
import dev.holdfast.engines.postgres.DesiredAccess.DesiredDatabase;
import dev.holdfast.engines.postgres.DesiredAccess.DesiredRole;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Fits what a stack declares to what the keeper's rights on an external server allow, before the two are compared: what
 * it may not do is left out and said, so that a plan can be done to its end. Pure, and used for one comparison.
 */
final class ExternalAccess {
    private static final String POWERS = " NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS";

    private final String service;
    private final ExternalKeeper keeper;
    private final String home;
    private final Predicate<String> letsIn;
    private final List<String> notes = new ArrayList<>();
    private final SortedSet<String> created = new TreeSet<>();
    private final SortedSet<String> foreignPasswords = new TreeSet<>();

    /** @param letsIn whether a role's password is the one Holdfast keeps, where no verifier can be read */
    ExternalAccess(String service, ExternalKeeper keeper, String home, Predicate<String> letsIn) {
        this.service = service;
        this.keeper = keeper;
        this.home = home;
        this.letsIn = letsIn;
    }

    /** @param reached databases that are there and whose owner's rights the keeper has */
    record Fitted(ExternalKeeper keeper, List<Change> changes, List<String> notes, List<String> reached) {}

    /**
     * @param explicit databases whose owner the file names
     * @param foreign by database, the schemas with things of owners the keeper does not reach
     */
    Fitted fitted(
            DesiredAccess desired,
            ActualAccess actual,
            SortedSet<String> there,
            SortedSet<String> explicit,
            Map<String, SortedMap<String, String>> foreign) {
        requirePooler(desired, actual);
        SortedMap<String, ActualRole> roles = new TreeMap<>();
        List<DesiredRole> wanted = new ArrayList<>();
        for (DesiredRole role : desired.roles()) {
            boolean ours = role.name().equals(Declared.METRICS) || role.superuser();
            if (!ours) {
                role(role, Optional.ofNullable(actual.roles().get(role.name())), roles)
                        .ifPresent(wanted::add);
            }
        }
        SortedSet<String> known = new TreeSet<>(actual.roles().keySet());
        known.addAll(created);
        SortedMap<String, DesiredDatabase> databases = new TreeMap<>();
        SortedMap<String, ActualDatabase> actuals = new TreeMap<>();
        desired.databases().forEach((name, database) -> {
            ActualDatabase found = actual.databases().get(name);
            if (!name.equals(Declared.HOME) && found != null && isReached(name, found, there)) {
                ActualDatabase seen = seen(name, found, foreign.getOrDefault(name, new TreeMap<>()));
                databases.put(name, database(name, database, seen, explicit.contains(name), known));
                actuals.put(name, seen);
            }
        });
        if (desired.poolLookup()) {
            poolerEnters(actual, databases, actuals);
        }
        DesiredAccess fit = new DesiredAccess(desired.service(), wanted, databases, desired.poolLookup());
        List<Change> changes = new AccessDiff(fit, new ActualAccess(roles, actuals, actual.poolLookup())).changes();
        return new Fitted(
                keeper,
                changes.stream().map(change -> spoken(change, there)).toList(),
                List.copyOf(notes),
                databases.keySet().stream().filter(there::contains).toList());
    }

    /** A pooler reads verifiers, which only a superuser may let it. */
    private void requirePooler(DesiredAccess desired, ActualAccess actual) {
        if (!desired.poolLookup()) {
            return;
        }
        if (!keeper.superuser()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3542,
                    "the pooler of external service '" + service + "' has to look up passwords (pg_authid), and '"
                            + keeper.name() + "' is no superuser there",
                    "Remove pooler:, and name the provider's own pooler in the address where it has one."));
        }
        ActualRole lookup = actual.roles().get(Declared.POOLER);
        if (lookup != null && !lookup.passwordIsOurs() && lookup.mark().startsWith(AccessDiff.MARK)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3542,
                    "the external server of '" + service + "' has a role " + Declared.POOLER
                            + " that another stack keeps; with a new password the pooler of that one would be locked out",
                    "Remove pooler: and go in through that stack's pooler. If that stack is no more, drop the role "
                            + Declared.POOLER + " on the server."));
        }
    }

    private Optional<DesiredRole> role(
            DesiredRole role, Optional<ActualRole> found, SortedMap<String, ActualRole> roles) {
        String name = role.name();
        if (found.isEmpty()) {
            if (!keeper.mayCreateRoles()) {
                note("role " + name + " is not there, and " + keeper.name()
                        + " may not create it (no CREATEROLE); have it created");
                return Optional.empty();
            }
            created.add(name);
            return Optional.of(joined(role, new TreeSet<>()));
        }
        ActualRole there = found.get();
        if (!keeper.mayChange(name) || (there.powers().contains("SUPERUSER") && !keeper.superuser())) {
            note("role " + name + " is there, and " + keeper.name()
                    + " may not change it (no ADMIN OPTION on it); its password, limits and groups stay as they are");
            return Optional.empty();
        }
        SortedSet<String> powers = there.powers();
        if (!keeper.superuser() && !powers.isEmpty()) {
            note("role " + name + " has " + String.join(", ", powers) + ", which " + keeper.name() + " may not take");
            powers = new TreeSet<>();
        }
        DesiredRole wanted = joined(role, there.memberOf());
        SortedSet<String> memberOf = new TreeSet<>(there.memberOf());
        memberOf.removeIf(group -> !wanted.memberOf().contains(group) && !keeper.administers(group));
        boolean ours = keeper.superuser() ? there.passwordIsOurs() : letsIn.test(name);
        if (!ours) {
            foreignPasswords.add(name);
        }
        roles.put(
                name,
                new ActualRole(
                        there.login(),
                        there.inherits(),
                        powers,
                        there.connections(),
                        there.validUntil(),
                        there.settings(),
                        memberOf,
                        ours,
                        there.mark()));
        return Optional.of(wanted);
    }

    /** Without the groups that are not the keeper's to give. */
    private DesiredRole joined(DesiredRole role, SortedSet<String> already) {
        SortedSet<String> groups = new TreeSet<>(role.memberOf());
        for (String group : role.memberOf()) {
            boolean twin = role.twinOf().equals(Optional.of(group));
            if (!twin && !already.contains(group) && !keeper.administers(group)) {
                groups.remove(group);
                note("role " + role.name() + " is not made a member of " + group + ", because " + keeper.name()
                        + " may not give that (no ADMIN OPTION on it)");
            }
        }
        return new DesiredRole(
                role.name(),
                role.password(),
                role.connections(),
                role.settings(),
                groups,
                role.superuser(),
                role.twinOf());
    }

    private boolean isReached(String name, ActualDatabase found, SortedSet<String> there) {
        if (!there.contains(name)) {
            return keeper.mayCreateDatabases();
        }
        if (!keeper.has(found.owner())) {
            note("database " + name + " belongs to " + found.owner() + ", whose rights " + keeper.name()
                    + " does not have; who may enter it and what they may do there stays as it is");
            return false;
        }
        return true;
    }

    /** What is there, without what the keeper cannot grant. */
    private ActualDatabase seen(String name, ActualDatabase found, SortedMap<String, String> foreign) {
        List<ActualSchema> schemas = new ArrayList<>();
        for (ActualSchema schema : found.schemas()) {
            String owner = schema.owner().equals(Declared.HOLDFAST) ? keeper.name() : schema.owner();
            Optional<String> other = Optional.ofNullable(foreign.get(schema.name()));
            if (!owner.equals("pg_database_owner") && !keeper.has(owner)) {
                note("schema " + schema.name() + " of " + name + " belongs to " + owner + ", whose rights "
                        + keeper.name() + " does not have; nothing is granted in it");
            } else if (other.isPresent()) {
                note("schema " + schema.name() + " of " + name + " has things of " + other.get() + ", whose rights "
                        + keeper.name() + " does not have; nothing is granted in it");
            } else {
                schemas.add(new ActualSchema(schema.name(), owner, schema.grants(), schema.coverage()));
            }
        }
        Map<Made, Map<String, SortedSet<String>>> defaults = new HashMap<>();
        found.defaults().forEach((made, granted) -> {
            if (keeper.has(made.creator())) {
                defaults.put(made, granted);
            }
        });
        return new ActualDatabase(
                found.owner().equals(Declared.HOLDFAST) ? keeper.name() : found.owner(),
                found.searchPath(),
                found.grants(),
                schemas,
                defaults,
                found.guarded());
    }

    private DesiredDatabase database(
            String name, DesiredDatabase database, ActualDatabase there, boolean explicit, SortedSet<String> known) {
        SortedSet<String> creators = new TreeSet<>();
        for (String creator : database.creators()) {
            String who = creator.equals(Declared.HOLDFAST) ? keeper.name() : creator;
            if (keeper.has(who) || created.contains(who)) {
                creators.add(who);
            } else {
                note("what " + who + " makes in " + name + " is not granted to others by itself, because "
                        + keeper.name() + " is no member of it");
            }
        }
        SortedMap<String, Rights> rights = new TreeMap<>(database.rights());
        rights.keySet().removeIf(role -> !known.contains(role) || role.equals(Declared.METRICS));
        if (name.equals(home)) {
            rights.computeIfPresent(Declared.POOLER, (_, _) -> Rights.ENTER);
            rights.computeIfPresent(Declared.PROBE, (_, _) -> Rights.ENTER);
        }
        SortedMap<String, String> owners = new TreeMap<>();
        database.owners().forEach((schema, owner) -> {
            String who = owner.equals(Declared.HOLDFAST) ? keeper.name() : owner;
            if (keeper.has(who) || created.contains(who)) {
                owners.put(schema, who);
            }
        });
        Optional<String> owner = database.owner().filter(any -> explicit);
        boolean gives = owner.isEmpty()
                || owner.equals(Optional.of(there.owner()))
                || (keeper.mayCreateDatabases() && (keeper.has(owner.get()) || created.contains(owner.get())));
        if (!gives) {
            note("database " + name + " stays with " + there.owner() + ": " + keeper.name() + " may not give it to "
                    + owner.orElse("") + " (that takes CREATEDB and membership in it)");
        }
        return new DesiredDatabase(
                gives ? owner : Optional.empty(),
                rights,
                creators,
                owners,
                database.searchPath(),
                database.guardsFunctions(),
                database.holdsTables());
    }

    /** Where nobody is let in without a grant, the pooler needs one to the database it looks up passwords in. */
    private void poolerEnters(
            ActualAccess actual,
            SortedMap<String, DesiredDatabase> databases,
            SortedMap<String, ActualDatabase> actuals) {
        ActualDatabase found = actual.databases().get(home);
        boolean open = found != null
                && found.grants()
                        .getOrDefault(ActualAccess.PUBLIC, new TreeSet<>())
                        .contains("CONNECT");
        if (found == null || open || databases.containsKey(home)) {
            return;
        }
        SortedMap<String, Rights> rights =
                new TreeMap<>(Map.of(Declared.POOLER, Rights.ENTER, Declared.PROBE, Rights.ENTER));
        databases.put(
                home,
                new DesiredDatabase(
                        Optional.empty(), rights, new TreeSet<>(), new TreeMap<>(), Optional.empty(), false, false));
        SortedMap<String, SortedSet<String>> grants = new TreeMap<>(found.grants());
        grants.remove(ActualAccess.PUBLIC);
        actuals.put(
                home,
                new ActualDatabase(found.owner(), found.searchPath(), grants, List.of(), Map.of(), new TreeSet<>()));
    }

    /** The change in the words that the keeper may use, and as risky as it is to others of the same server. */
    private Change spoken(Change change, SortedSet<String> there) {
        String statement = change.statement()
                .replace("OWNER TO " + Declared.HOLDFAST + ";", "OWNER TO " + Sql.name(keeper.name()) + ";");
        String role = change.where().substring(change.where().lastIndexOf('/') + 1);
        boolean ofRole = change.where().equals(service + "/roles/" + role);
        if (!keeper.superuser()) {
            statement = statement.replace(POWERS, "");
            if (ofRole && created.contains(role)) {
                statement = statement + "\n" + keeper.joining(role);
            }
        }
        boolean takes = ofRole && foreignPasswords.contains(role);
        boolean closes = change.where().endsWith("/public")
                && there.contains(change.where().split("/", -1)[2]);
        return new Change(
                change.where(),
                change.summary(),
                statement,
                takes || closes ? Risk.DATA : change.risk(),
                change.undo().map(undo -> undo.replace(POWERS, "")),
                change.because()
                        + (takes ? ", and whoever uses its present password on this server can no longer log in" : "")
                        + (closes ? ", and roles of others that came in without one are shut out" : ""));
    }

    private void note(String sentence) {
        notes.add(service + ": " + sentence + ".");
    }
}
