package dev.holdfast.engines.postgres;

import dev.holdfast.engines.postgres.PostgresSpec.Can;
import dev.holdfast.engines.postgres.PostgresSpec.Role;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a role may in one database: on the database, in any schema, and in those schemas that it has rights of its own in. */
record Rights(SortedSet<String> database, InSchema everywhere, SortedMap<String, InSchema> bySchema) {
    static final String TABLES = "TABLES";
    static final String SEQUENCES = "SEQUENCES";
    static final String ROUTINES = "ROUTINES";

    /** The kinds of things that rights are on, as {@code GRANT … ON ALL … IN SCHEMA} has them. */
    static final List<String> KINDS = List.of(TABLES, SEQUENCES, ROUTINES);

    static final Rights NONE = new Rights(set(), InSchema.NOTHING, Collections.emptySortedMap());
    static final Rights ENTER = new Rights(set("CONNECT"), InSchema.NOTHING, Collections.emptySortedMap());

    /** On a schema itself, and by kind on what is in it. */
    record InSchema(SortedSet<String> schema, SortedMap<String, SortedSet<String>> things) {
        static final InSchema NOTHING = new InSchema(set(), Collections.emptySortedMap());

        SortedSet<String> on(String kind) {
            return Optional.ofNullable(things.get(kind)).orElseGet(Rights::set);
        }
    }

    /** @param apart where tenants share tables, and nobody needs to read how many rows the others have made */
    static Rights of(Role role, boolean apart) {
        SortedSet<String> database = new TreeSet<>(List.of("CONNECT", "TEMPORARY"));
        if (role.can().contains(Can.DDL)) {
            database.add("CREATE");
        }
        SortedMap<String, InSchema> bySchema = new TreeMap<>();
        role.schemas().forEach((schema, words) -> bySchema.put(schema, inSchema(words, apart)));
        return new Rights(database, inSchema(role.can(), apart), bySchema);
    }

    InSchema in(String schema) {
        return Optional.ofNullable(bySchema.get(schema)).orElse(everywhere);
    }

    /**
     * What the role gets on new things of that kind wherever they are made: PostgreSQL can only add to that schema by
     * schema, so it is what the role may in every one.
     */
    SortedSet<String> everywhere(String kind) {
        SortedSet<String> common = new TreeSet<>(everywhere.on(kind));
        bySchema.values().forEach(in -> common.retainAll(in.on(kind)));
        return common;
    }

    private static InSchema inSchema(List<Can> can, boolean apart) {
        SortedSet<String> schema = new TreeSet<>();
        SortedSet<String> tables = new TreeSet<>();
        SortedSet<String> sequences = new TreeSet<>();
        SortedSet<String> routines = new TreeSet<>();
        for (Can word : can) {
            schema.add("USAGE");
            switch (word) {
                case READ -> {
                    tables.add("SELECT");
                    if (!apart) {
                        sequences.add("SELECT");
                    }
                }
                case WRITE -> {
                    tables.addAll(List.of("INSERT", "UPDATE", "DELETE"));
                    sequences.add("USAGE");
                }
                case TRUNCATE -> tables.add("TRUNCATE");
                case REFERENCE -> tables.add("REFERENCES");
                case MAINTAIN -> tables.add("MAINTAIN");
                case EXECUTE -> routines.add("EXECUTE");
                case DDL -> schema.add("CREATE");
                case MONITOR, SIGNAL -> {}
            }
        }
        SortedMap<String, SortedSet<String>> things = new TreeMap<>();
        things.put(TABLES, tables);
        things.put(SEQUENCES, sequences);
        things.put(ROUTINES, routines);
        return new InSchema(schema, things);
    }

    private static SortedSet<String> set(String... words) {
        return Collections.unmodifiableSortedSet(new TreeSet<>(List.of(words)));
    }
}
