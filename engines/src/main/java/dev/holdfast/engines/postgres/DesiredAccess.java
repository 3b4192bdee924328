package dev.holdfast.engines.postgres;

import dev.holdfast.engines.postgres.PostgresSpec.Can;
import dev.holdfast.engines.postgres.PostgresSpec.Role;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Who may what, as the stack file has it. Pure. */
record DesiredAccess(
        String service, List<DesiredRole> roles, SortedMap<String, DesiredDatabase> databases, boolean poolLookup) {
    DesiredAccess {
        roles = List.copyOf(roles);
        databases = Collections.unmodifiableSortedMap(new TreeMap<>(databases));
    }

    /** @param connections how many, -1 for no limit */
    record DesiredRole(
            String name,
            SecretRef password,
            int connections,
            Optional<String> statementTimeout,
            SortedSet<String> memberOf) {}

    /** @param owner empty where it is not ours to say */
    record DesiredDatabase(
            Optional<String> owner,
            SortedMap<String, Rights> rights,
            SortedSet<String> creators,
            boolean holdsTables) {}

    /** What a role may in one database: on the database, its schemas, its tables and its sequences. */
    record Rights(
            SortedSet<String> database,
            SortedSet<String> schemas,
            SortedSet<String> tables,
            SortedSet<String> sequences) {

        static final Rights NONE = new Rights(set(), set(), set(), set());
        static final Rights ENTER = new Rights(set("CONNECT"), set(), set(), set());

        static Rights of(List<Can> can) {
            SortedSet<String> database = new TreeSet<>(List.of("CONNECT", "TEMPORARY"));
            SortedSet<String> schemas = new TreeSet<>();
            SortedSet<String> tables = new TreeSet<>();
            SortedSet<String> sequences = new TreeSet<>();
            for (Can word : can) {
                switch (word) {
                    case READ -> {
                        schemas.add("USAGE");
                        tables.add("SELECT");
                        sequences.add("SELECT");
                    }
                    case WRITE -> {
                        schemas.add("USAGE");
                        tables.addAll(List.of("INSERT", "UPDATE", "DELETE"));
                        sequences.add("USAGE");
                    }
                    case DDL -> {
                        database.add("CREATE");
                        schemas.addAll(List.of("USAGE", "CREATE"));
                    }
                    case MONITOR -> schemas.add("USAGE");
                }
            }
            return new Rights(database, schemas, tables, sequences);
        }

        private static SortedSet<String> set(String... words) {
            return Collections.unmodifiableSortedSet(new TreeSet<>(List.of(words)));
        }
    }

    static DesiredAccess of(Declared declared) {
        Service<PostgresSpec> service = declared.service();
        List<DesiredRole> roles = new ArrayList<>();
        roles.add(role(service, Declared.METRICS, 5, List.of("pg_monitor")));
        if (declared.isPooled()) {
            roles.add(role(service, Declared.POOLER, 20, List.of()));
            roles.add(role(service, Declared.PROBE, 5, List.of()));
        }
        declared.roles()
                .forEach((name, role) -> roles.add(new DesiredRole(
                        name,
                        Doors.password(service, name),
                        role.connections().orElse(-1),
                        role.statementTimeout().map(timeout -> timeout.toMillis() + "ms"),
                        new TreeSet<>(role.can().contains(Can.MONITOR) ? List.of("pg_monitor") : List.of()))));

        SortedMap<String, DesiredDatabase> databases = new TreeMap<>();
        for (String database : declared.databases().keySet()) {
            SortedMap<String, Rights> rights = new TreeMap<>();
            for (DesiredRole role : roles) {
                Role own = declared.roles().get(role.name());
                boolean enters = own != null && declared.databasesOf(own).contains(database);
                rights.put(role.name(), own != null && enters ? Rights.of(own.can()) : Rights.NONE);
            }
            databases.put(
                    database,
                    new DesiredDatabase(
                            Optional.of(declared.owner(database)), rights, declared.creators(database), true));
        }
        databases.put(Declared.HOME, home(declared, roles));
        return new DesiredAccess(service.name(), roles, databases, declared.isPooled());
    }

    private static DesiredRole role(Service<?> service, String name, int connections, List<String> memberOf) {
        return new DesiredRole(
                name, Doors.password(service, name), connections, Optional.empty(), new TreeSet<>(memberOf));
    }

    private static DesiredDatabase home(Declared declared, List<DesiredRole> roles) {
        SortedMap<String, Rights> rights = new TreeMap<>();
        for (DesiredRole role : roles) {
            boolean monitors = Optional.ofNullable(declared.roles().get(role.name()))
                    .map(own -> own.can().contains(Can.MONITOR))
                    .orElse(true);
            rights.put(role.name(), monitors ? Rights.ENTER : Rights.NONE);
        }
        return new DesiredDatabase(Optional.empty(), rights, new TreeSet<>(), false);
    }
}
