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
     * @param settings all that are set for the role in every database
     * @param validUntil when its password ends, where somebody said so
     * @param passwordIsOurs whether the verifier was made from the password Holdfast keeps
     * @param mark the comment, which says whether Holdfast made the role
     */
    record ActualRole(
            boolean login,
            boolean inherits,
            SortedSet<String> powers,
            int connections,
            Optional<String> validUntil,
            SortedMap<String, String> settings,
            SortedSet<String> memberOf,
            boolean passwordIsOurs,
            String mark) {

        ActualRole withForeignPassword() {
            return new ActualRole(login, inherits, powers, connections, validUntil, settings, memberOf, false, mark);
        }
    }

    /**
     * @param defaults what is granted on each new thing, by where it comes from and then by role
     * @param guarded who creates functions that not everybody may call
     */
    record ActualDatabase(
            String owner,
            Optional<String> searchPath,
            SortedMap<String, SortedSet<String>> grants,
            List<ActualSchema> schemas,
            Map<Made, Map<String, SortedSet<String>>> defaults,
            SortedSet<String> guarded) {

        /** With those declared schemas that are not there yet, as Schema will make them. */
        ActualDatabase with(SortedSet<String> declared) {
            SortedMap<String, ActualSchema> all = new TreeMap<>();
            declared.forEach(name -> all.put(name, freshSchema(name)));
            schemas.forEach(schema -> all.put(schema.name(), schema));
            return new ActualDatabase(owner, searchPath, grants, List.copyOf(all.values()), defaults, guarded);
        }
    }

    record ActualSchema(String name, String owner, Map<String, SortedSet<String>> grants, Coverage coverage) {}

    /** New things of that kind, by who makes them in which schema; the empty one is all of them. */
    record Made(String creator, String schema, String kind) {}

    /**
     * On how many of a schema's things each role has a privilege that it was granted.
     *
     * @param granted by kind, then by role, then by privilege
     * @param owned by kind, then by owner
     * @param totals by kind
     */
    record Coverage(
            Map<String, Map<String, Map<String, Long>>> granted,
            Map<String, Map<String, Long>> owned,
            Map<String, Long> totals) {
        static final Coverage NONE = new Coverage(Map.of(), Map.of(), Map.of());

        Map<String, Long> of(String kind, String role) {
            return granted.getOrDefault(kind, Map.of()).getOrDefault(role, Map.of());
        }

        /** How many of them are not the role's own. */
        long others(String kind, String role) {
            return totals.getOrDefault(kind, 0L)
                    - owned.getOrDefault(kind, Map.of()).getOrDefault(role, 0L);
        }
    }

    /** A server just initialised, the declared databases and schemas created and nothing else done. */
    static ActualAccess fresh(Declared declared) {
        SortedMap<String, ActualDatabase> fresh = new TreeMap<>();
        declared.databases().keySet().forEach(name -> fresh.put(name, freshDatabase(declared.schemas(name))));
        fresh.put(Declared.HOME, freshDatabase(new TreeSet<>()));
        fresh.put(
                "template1",
                new ActualDatabase(
                        Declared.HOLDFAST,
                        Optional.empty(),
                        grants(PUBLIC, "CONNECT"),
                        List.of(),
                        Map.of(),
                        new TreeSet<>()));
        return new ActualAccess(new TreeMap<>(), fresh, false);
    }

    /** As PostgreSQL makes it: open to everyone, with the one schema; those declared come from Schema. */
    static ActualDatabase freshDatabase(SortedSet<String> schemas) {
        SortedMap<String, ActualSchema> there = new TreeMap<>();
        schemas.forEach(name -> there.put(name, freshSchema(name)));
        there.put("public", new ActualSchema("public", "pg_database_owner", Map.of(), Coverage.NONE));
        return new ActualDatabase(
                Declared.HOLDFAST,
                Optional.empty(),
                grants(PUBLIC, "CONNECT", "TEMPORARY"),
                List.copyOf(there.values()),
                Map.of(),
                new TreeSet<>());
    }

    static ActualSchema freshSchema(String name) {
        return new ActualSchema(name, Declared.HOLDFAST, Map.of(), Coverage.NONE);
    }

    private static SortedMap<String, SortedSet<String>> grants(String role, String... privileges) {
        return new TreeMap<>(Map.of(role, new TreeSet<>(List.of(privileges))));
    }
}
