package dev.holdfast.engines.postgres;

import dev.holdfast.engines.Login;
import dev.holdfast.engines.postgres.PostgresSpec.Can;
import dev.holdfast.engines.postgres.PostgresSpec.Role;
import dev.holdfast.engines.postgres.timeseries.SeriesObservation;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Who may what, as the stack file has it. Pure. */
record DesiredAccess(
        String service, List<DesiredRole> roles, SortedMap<String, DesiredDatabase> databases, boolean poolLookup) {
    DesiredAccess {
        roles = List.copyOf(roles);
        databases = Collections.unmodifiableSortedMap(new TreeMap<>(databases));
    }

    /**
     * @param connections how many, -1 for no limit
     * @param settings those of {@link #KEPT} that the role has
     * @param twinOf the role whose second login this is while, and after, its password is rotated
     */
    record DesiredRole(
            String name,
            SecretRef password,
            int connections,
            SortedMap<String, String> settings,
            SortedSet<String> memberOf,
            boolean superuser,
            Optional<String> twinOf) {}

    /** The words that set or reset one of them; {@code whose} is a role or a database, quoted. */
    static String set(String whose, String setting, Optional<String> value) {
        String how = value.map(text -> " SET " + setting + " = "
                        + (setting.equals("search_path")
                                ? Arrays.stream(text.split(", ", -1))
                                        .map(Sql::name)
                                        .collect(Collectors.joining(", "))
                                : Sql.text(text)))
                .orElse(" RESET " + setting);
        return "ALTER " + whose + how + ";";
    }

    /** The settings of a role that are the file's alone to say; what else was set by hand is left as it is. */
    static final List<String> KEPT = List.of(
            "idle_in_transaction_session_timeout",
            "lock_timeout",
            "role",
            "search_path",
            "statement_timeout",
            "transaction_timeout");

    /**
     * @param owner empty where it is not ours to say
     * @param owners of its declared schemas
     * @param guardsFunctions whether only those may call functions who were given {@code execute}
     */
    record DesiredDatabase(
            Optional<String> owner,
            SortedMap<String, Rights> rights,
            SortedSet<String> creators,
            SortedMap<String, String> owners,
            Optional<String> searchPath,
            boolean guardsFunctions,
            boolean holdsTables) {}

    static DesiredAccess of(Declared declared, Map<String, Login> logins) {
        Service<PostgresSpec> service = declared.service();
        List<DesiredRole> roles = new ArrayList<>();
        // the exporter keeps a connection to each database that it asks
        int asked = SeriesObservation.databases(service).size();
        roles.add(role(service, Declared.METRICS, 5 + asked, List.of("pg_monitor")));
        if (declared.isPooled()) {
            roles.add(role(service, Declared.POOLER, 20, List.of()));
            roles.add(role(service, Declared.PROBE, 5, List.of()));
        }
        declared.roles()
                .forEach((name, role) -> roles.add(new DesiredRole(
                        name,
                        Doors.password(service, name),
                        role.connections().orElse(-1),
                        settings(role),
                        groups(role),
                        false,
                        Optional.empty())));
        List<DesiredRole> twins = new ArrayList<>();
        roles.forEach(role -> twins.addAll(twins(service, role, logins)));
        DesiredRole own = new DesiredRole(
                Declared.HOLDFAST,
                Doors.password(service, Declared.HOLDFAST),
                -1,
                new TreeMap<>(),
                new TreeSet<>(),
                true,
                Optional.empty());
        twins.addAll(twins(service, own, logins));
        roles.addAll(twins);

        SortedMap<String, DesiredDatabase> databases = new TreeMap<>();
        for (String database : declared.databases().keySet()) {
            databases.put(database, database(declared, database, roles));
        }
        databases.put(Declared.HOME, home(declared, roles));
        return new DesiredAccess(service.name(), roles, databases, declared.isPooled());
    }

    private static DesiredDatabase database(Declared declared, String database, List<DesiredRole> roles) {
        SortedMap<String, Rights> rights = new TreeMap<>();
        boolean apart = Optional.ofNullable(declared.databases().get(database))
                .flatMap(one -> one.tenancy())
                .isPresent();
        for (DesiredRole role : roles) {
            Role own = declared.roles().get(role.name());
            boolean enters = own != null && declared.databasesOf(own).contains(database);
            boolean asks = role.name().equals(Declared.METRICS)
                    && SeriesObservation.databases(declared.service()).contains(database);
            rights.put(role.name(), own != null && enters ? Rights.of(own, apart) : asks ? Rights.ENTER : Rights.NONE);
        }
        SortedMap<String, String> owners = new TreeMap<>();
        declared.schemas(database)
                .forEach(schema -> declared.owner(database, schema).ifPresent(owner -> owners.put(schema, owner)));
        return new DesiredDatabase(
                Optional.of(declared.owner(database)),
                rights,
                declared.creators(database),
                owners,
                Optional.of(path(declared.searchPath(database))).filter(path -> !path.isEmpty()),
                declared.guardsFunctions(),
                true);
    }

    /** Names as they are; no declared one has a comma in it. */
    private static String path(List<String> schemas) {
        return String.join(", ", schemas);
    }

    private static SortedMap<String, String> settings(Role role) {
        SortedMap<String, String> settings = new TreeMap<>();
        put(settings, "statement_timeout", role.statementTimeout());
        put(settings, "lock_timeout", role.lockTimeout());
        put(settings, "idle_in_transaction_session_timeout", role.idleInTransactionTimeout());
        put(settings, "transaction_timeout", role.transactionTimeout());
        if (!role.searchPath().isEmpty()) {
            settings.put("search_path", path(role.searchPath()));
        }
        return settings;
    }

    private static void put(SortedMap<String, String> settings, String name, Optional<Duration> timeout) {
        timeout.ifPresent(time -> settings.put(name, time.toMillis() + "ms"));
    }

    private static SortedSet<String> groups(Role role) {
        SortedSet<String> groups = new TreeSet<>();
        if (role.can().contains(Can.MONITOR)) {
            groups.add("pg_monitor");
        }
        if (role.can().contains(Can.SIGNAL)) {
            groups.add("pg_signal_backend");
        }
        return groups;
    }

    /** Second logins: whoever comes in by one is the role itself from its first statement on. */
    private static List<DesiredRole> twins(Service<?> service, DesiredRole role, Map<String, Login> logins) {
        Login login = logins.get(role.name());
        List<DesiredRole> twins = new ArrayList<>();
        if (login != null) {
            for (String twin : login.twins()) {
                SortedMap<String, String> settings = new TreeMap<>(role.settings());
                settings.put("role", role.name());
                twins.add(new DesiredRole(
                        twin,
                        Doors.password(service, twin),
                        role.connections(),
                        settings,
                        new TreeSet<>(List.of(role.name())),
                        role.superuser(),
                        Optional.of(role.name())));
            }
        }
        return twins;
    }

    private static DesiredRole role(Service<?> service, String name, int connections, List<String> memberOf) {
        return new DesiredRole(
                name,
                Doors.password(service, name),
                connections,
                new TreeMap<>(),
                new TreeSet<>(memberOf),
                false,
                Optional.empty());
    }

    private static DesiredDatabase home(Declared declared, List<DesiredRole> roles) {
        SortedMap<String, Rights> rights = new TreeMap<>();
        for (DesiredRole role : roles) {
            boolean monitors = Optional.ofNullable(declared.roles().get(role.name()))
                    .map(own -> own.can().contains(Can.MONITOR))
                    .orElse(true);
            rights.put(role.name(), monitors && role.twinOf().isEmpty() ? Rights.ENTER : Rights.NONE);
        }
        return new DesiredDatabase(
                Optional.empty(), rights, new TreeSet<>(), new TreeMap<>(), Optional.empty(), false, false);
    }
}
