package dev.holdfast.engines.postgres;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Who may what, as the server has it. */
record ActualAccess(
        SortedMap<String, ActualRole> roles, SortedMap<String, ActualDatabase> databases, boolean poolLookup) {
    static final String PUBLIC = "PUBLIC";

    ActualAccess {
        roles = Collections.unmodifiableSortedMap(new TreeMap<>(roles));
        databases = Collections.unmodifiableSortedMap(new TreeMap<>(databases));
    }

    /**
     * @param powers attributes a declared role never has, such as SUPERUSER
     * @param passwordIsOurs whether the verifier was made from the password Holdfast keeps
     * @param mark the comment, which says whether Holdfast made the role
     */
    record ActualRole(
            boolean login,
            SortedSet<String> powers,
            int connections,
            Optional<String> statementTimeout,
            SortedSet<String> memberOf,
            boolean passwordIsOurs,
            String mark) {}

    record ActualDatabase(
            String owner,
            SortedMap<String, SortedSet<String>> grants,
            List<ActualSchema> schemas,
            SortedSet<DefaultGrant> defaults) {}

    record ActualSchema(
            String name, String owner, SortedMap<String, SortedSet<String>> grants, List<Coverage> coverage) {}

    /** On how many of a schema's tables or sequences that are not its own a role has a privilege. */
    record Coverage(String kind, String role, String privilege, long granted, long total) {}

    /** What a role gets on each new thing that another creates. */
    record DefaultGrant(String creator, String kind, String role, String privilege)
            implements Comparable<DefaultGrant> {
        @Override
        public int compareTo(DefaultGrant other) {
            return toString().compareTo(other.toString());
        }
    }

    /** A server just initialised, the declared databases created and nothing else done. */
    static ActualAccess fresh(Iterable<String> databases) {
        SortedMap<String, ActualDatabase> fresh = new TreeMap<>();
        for (String database : databases) {
            fresh.put(database, freshDatabase());
        }
        fresh.put(Declared.HOME, freshDatabase());
        fresh.put(
                "template1",
                new ActualDatabase(Declared.HOLDFAST, grants(PUBLIC, "CONNECT"), List.of(), new TreeSet<>()));
        return new ActualAccess(new TreeMap<>(), fresh, false);
    }

    /** As PostgreSQL makes it: open to everyone, with the one schema. */
    static ActualDatabase freshDatabase() {
        ActualSchema schema = new ActualSchema("public", "pg_database_owner", new TreeMap<>(), List.of());
        return new ActualDatabase(
                Declared.HOLDFAST, grants(PUBLIC, "CONNECT", "TEMPORARY"), List.of(schema), new TreeSet<>());
    }

    private static SortedMap<String, SortedSet<String>> grants(String role, String... privileges) {
        return new TreeMap<>(Map.of(role, new TreeSet<>(List.of(privileges))));
    }
}
