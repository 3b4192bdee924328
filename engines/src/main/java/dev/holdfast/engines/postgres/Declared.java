package dev.holdfast.engines.postgres;

import dev.holdfast.engines.postgres.PostgresExtensions.Extension;
import dev.holdfast.engines.postgres.PostgresSpec.Can;
import dev.holdfast.engines.postgres.PostgresSpec.Database;
import dev.holdfast.engines.postgres.PostgresSpec.Door;
import dev.holdfast.engines.postgres.PostgresSpec.Role;
import dev.holdfast.stack.Pool;
import dev.holdfast.stack.Service;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A service as it is meant: what its file says, and what the file leaves to Holdfast. */
public record Declared(
        Service<PostgresSpec> service,
        PostgresExtensions known,
        SortedMap<String, Database> databases,
        SortedMap<String, Role> roles) {

    /** The role of Holdfast itself, the only superuser. */
    public static final String HOLDFAST = "holdfast";

    /** The role the exporter logs in with. */
    public static final String METRICS = "holdfast_metrics";

    /** The role a pooler asks for passwords with. */
    public static final String POOLER = "holdfast_pooler";

    /** The role that walks in through the pooler as a client would, and may do nothing there. */
    public static final String PROBE = "holdfast_probe";

    /** The database of Holdfast's own functions, and of nobody's data. */
    public static final String HOME = "postgres";

    public static final String PUBLIC = "public";

    public static Declared of(Service<PostgresSpec> service, PostgresExtensions known) {
        PostgresSpec spec = service.settings();
        SortedMap<String, Database> databases =
                spec.databases().isEmpty() ? new TreeMap<>(Map.of(service.name(), Database.plain())) : spec.databases();
        Role app = Role.of(
                List.of(Can.READ, Can.WRITE, Can.DDL),
                spec.pooler().isPresent() ? Door.POOLER : Door.DIRECT,
                List.of());
        SortedMap<String, Role> roles = spec.roles().isEmpty() ? new TreeMap<>(Map.of("app", app)) : spec.roles();
        return new Declared(service, known, databases, roles);
    }

    /** All roles that log in by what the file says or because Holdfast needs them. */
    public static SortedSet<String> logins(Service<PostgresSpec> service) {
        SortedSet<String> logins = new TreeSet<>(List.of(HOLDFAST, METRICS, POOLER, PROBE));
        PostgresSpec spec = service.settings();
        logins.addAll(spec.roles().isEmpty() ? Set.of("app") : spec.roles().keySet());
        return logins;
    }

    public Optional<Pool> pool() {
        return service.settings()
                .pooler()
                .flatMap(block -> block.settings() instanceof Pool pool ? Optional.of(pool) : Optional.empty());
    }

    public boolean isPooled() {
        return service.settings().pooler().isPresent();
    }

    /** The role an application would use: one that may write through the pooler, else one that may write, else any. */
    public String application() {
        Optional<String> pooled =
                firstRole(role -> role.through() == Door.POOLER && role.can().contains(Can.WRITE));
        return pooled.or(() -> firstRole(role -> role.can().contains(Can.WRITE)))
                .orElseGet(() -> roles.firstKey());
    }

    private Optional<String> firstRole(java.util.function.Predicate<Role> wanted) {
        return roles.entrySet().stream()
                .filter(entry -> wanted.test(entry.getValue()))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** The databases the role may enter, in the order of their names. */
    public SortedSet<String> databasesOf(Role role) {
        SortedSet<String> entered = new TreeSet<>(role.databases().isEmpty() ? databases.keySet() : role.databases());
        entered.retainAll(databases.keySet());
        return entered;
    }

    public String owner(String database) {
        Optional<String> declared = Optional.ofNullable(databases.get(database)).flatMap(Database::owner);
        return declared.or(() -> roles.entrySet().stream()
                        .filter(entry -> entry.getValue().can().contains(Can.DDL))
                        .filter(entry -> databasesOf(entry.getValue()).contains(database))
                        .map(Map.Entry::getKey)
                        .findFirst())
                .orElse(HOLDFAST);
    }

    /** Whose a declared schema is; empty for {@code public} where nothing is said, which PostgreSQL gives the owner. */
    public Optional<String> owner(String database, String schema) {
        Optional<String> declared = Optional.ofNullable(databases.get(database))
                .flatMap(d -> Optional.ofNullable(d.schemas().get(schema)))
                .flatMap(SchemaSpec::owner);
        return declared.isPresent() || schema.equals(PUBLIC) ? declared : Optional.of(owner(database));
    }

    /** The schemas the file has for that database; {@code public}, which is always there, among them only if written. */
    public SortedSet<String> schemas(String database) {
        return new TreeSet<>(Optional.ofNullable(databases.get(database))
                .map(d -> d.schemas().keySet())
                .orElse(Set.of()));
    }

    /**
     * Where a name without a schema is looked for: never in a schema that happens to be called as the role. Empty where
     * the file says it for the whole server, among its parameters.
     */
    public List<String> searchPath(String database) {
        List<String> written = Optional.ofNullable(databases.get(database))
                .map(Database::searchPath)
                .orElse(List.of());
        boolean forAll = service.settings().parameters().keySet().stream().anyMatch("search_path"::equalsIgnoreCase);
        return written.isEmpty() && !forAll ? List.of(PUBLIC) : written;
    }

    /** Whether functions are for those who were given {@code execute}, and no longer for all. */
    public boolean guardsFunctions() {
        return roles.values().stream()
                .anyMatch(role -> role.can().contains(Can.EXECUTE)
                        || role.schemas().values().stream().anyMatch(words -> words.contains(Can.EXECUTE)));
    }

    /** Whose new tables others may use: everyone who can create some in the database. */
    public SortedSet<String> creators(String database) {
        SortedSet<String> creators = new TreeSet<>(List.of(HOLDFAST, owner(database)));
        roles.forEach((name, role) -> {
            boolean creates = role.can().contains(Can.DDL)
                    || role.schemas().values().stream().anyMatch(words -> words.contains(Can.DDL));
            if (creates && databasesOf(role).contains(database)) {
                creators.add(name);
            }
        });
        return creators;
    }

    /** All extensions of all databases, each once and in the order of their names. */
    public List<Extension> extensions() {
        SortedMap<String, Extension> used = new TreeMap<>();
        databases.keySet().forEach(database -> extensions(database).forEach(e -> used.put(e.name(), e)));
        return List.copyOf(used.values());
    }

    /** What is created in that database, an extension after those it requires. */
    public List<Extension> extensions(String database) {
        SortedSet<String> names = new TreeSet<>();
        service.settings().extensions().stream()
                .filter(name -> known.find(name)
                        .map(extension -> !extension.single() || homeOf(name).equals(Optional.of(database)))
                        .orElse(false))
                .forEach(name -> names.add(name));
        Optional.ofNullable(databases.get(database)).ifPresent(own -> names.addAll(own.extensions()));
        Map<String, Extension> ordered = new LinkedHashMap<>();
        for (String name : names) {
            known.find(name).ifPresent(extension -> {
                extension.requires().forEach(required -> known.find(required).ifPresent(e -> ordered.put(required, e)));
                ordered.put(name, extension);
            });
        }
        return List.copyOf(ordered.values());
    }

    /** The one database of an extension that only one can have: the one that names it, else the first. */
    public Optional<String> homeOf(String extension) {
        Optional<String> named = databases.entrySet().stream()
                .filter(entry -> entry.getValue().extensions().contains(extension))
                .map(Map.Entry::getKey)
                .findFirst();
        boolean everywhere = service.settings().extensions().contains(extension);
        return named.or(() -> everywhere ? Optional.of(databases.firstKey()) : Optional.empty());
    }
}
