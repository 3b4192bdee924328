package dev.holdfast.engines.postgres;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What the role of an external server's address may do there.
 *
 * @param unbound whether no row-level security binds it
 * @param version as {@code server_version_num} has it
 * @param libraries the loaded ones, where the keeper may see them
 * @param usable roles whose rights it has
 * @param administered roles it may give to others and, where it may create roles, change
 * @param offered extensions the server could create
 * @param guarded those of them that take a superuser
 * @param provider whether it is the strongest role a provider gives out, which may do more than the catalog says
 */
record ExternalKeeper(
        String name,
        boolean superuser,
        boolean unbound,
        boolean createsRoles,
        boolean createsDatabases,
        int version,
        Optional<String> libraries,
        SortedSet<String> usable,
        SortedSet<String> administered,
        SortedSet<String> offered,
        SortedSet<String> guarded,
        boolean provider) {
    /** From here on the right to create roles is no right to change those of others. */
    private static final int ROLES_ARE_OWNED = 160_000;

    ExternalKeeper {
        usable = Collections.unmodifiableSortedSet(new TreeSet<>(usable));
        administered = Collections.unmodifiableSortedSet(new TreeSet<>(administered));
        offered = Collections.unmodifiableSortedSet(new TreeSet<>(offered));
        guarded = Collections.unmodifiableSortedSet(new TreeSet<>(guarded));
    }

    /** Its name where policies of tenants bind it as they bind everybody. */
    Optional<String> bound() {
        return superuser || unbound ? Optional.empty() : Optional.of(name);
    }

    boolean mayCreateRoles() {
        return superuser || createsRoles;
    }

    boolean mayCreateDatabases() {
        return superuser || createsDatabases;
    }

    boolean has(String role) {
        return superuser || name.equals(role) || usable.contains(role);
    }

    boolean administers(String role) {
        return superuser || administered.contains(role);
    }

    boolean mayChange(String role) {
        return superuser || (createsRoles && (version < ROLES_ARE_OWNED || administered.contains(role)));
    }

    /** Whether the server certainly runs without that library. */
    boolean lacks(String library) {
        return libraries
                .filter(all -> !List.of(all.split("\\s*,\\s*", -1)).contains(library))
                .isPresent();
    }

    /** Gives the keeper the rights of a role it has just made, which a superuser has anyway. */
    String joining(String role) {
        return "GRANT " + Sql.name(role) + " TO " + Sql.name(name)
                + (version < ROLES_ARE_OWNED ? "" : " WITH INHERIT TRUE, SET TRUE") + ";";
    }
}
