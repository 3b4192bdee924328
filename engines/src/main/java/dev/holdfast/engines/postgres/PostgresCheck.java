package dev.holdfast.engines.postgres;

import dev.holdfast.engines.postgres.PostgresParameters.Misfit;
import dev.holdfast.engines.postgres.PostgresParameters.Parameter;
import dev.holdfast.engines.postgres.PostgresSpec.Can;
import dev.holdfast.engines.postgres.PostgresSpec.Door;
import dev.holdfast.engines.postgres.PostgresSpec.Role;
import dev.holdfast.engines.postgres.masking.MaskingCheck;
import dev.holdfast.engines.postgres.tenancy.TenancyCheck;
import dev.holdfast.engines.postgres.timeseries.TimeseriesCheck;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Pool;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.text.Nearest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What is wrong with a PostgreSQL service beyond single values, all of it at once. Used for one check, then dropped. */
final class PostgresCheck {
    private static final Set<String> RESERVED_DATABASES = Set.of("postgres", "template0", "template1");

    /** PostgreSQL keeps 63 bytes of a name and drops the rest without an error. */
    private static final int LONGEST_NAME = 63;

    private final PostgresParameters parameters;
    private final PostgresExtensions extensions;
    private final Service<PostgresSpec> service;
    private final PostgresSpec spec;
    private final Declared declared;
    private final Stack stack;
    private final Problems problems;

    PostgresCheck(
            PostgresParameters parameters,
            PostgresExtensions extensions,
            Service<PostgresSpec> service,
            Stack stack,
            Problems problems) {
        this.parameters = parameters;
        this.extensions = extensions;
        this.service = service;
        this.spec = service.settings();
        this.declared = Declared.of(service, extensions);
        this.stack = stack;
        this.problems = problems;
    }

    void run() {
        spec.external().ifPresent(external -> new ExternalCheck(service, problems).run(external));
        if (spec.external().isEmpty()) {
            standbys();
        }
        spec.databases().forEach((name, database) -> {
            name("database", name, "databases." + name, RESERVED_DATABASES.contains(name));
            database.owner()
                    .filter(owner -> !declared.roles().containsKey(owner))
                    .ifPresent(
                            owner -> unknown("role", owner, declared.roles().keySet(), "databases." + name + ".owner"));
            extensions(database.extensions(), "databases." + name + ".extensions");
            database.migrations().flatMap(migrations -> migrations.role()).ifPresent(role -> migrator(name, role));
            new TenancyCheck(service, name, problems).run(database);
            new TimeseriesCheck(declared, name, problems).run(database);
            database.masking().ifPresent(masking -> new MaskingCheck(service, name, problems).run(masking));
        });
        spec.roles().forEach(this::role);
        new AccessCheck(service, declared, problems).run();
        extensions(spec.extensions(), "extensions");
        singleExtensions();
        spec.parameters().forEach(this::parameter);
        if (spec.external().isEmpty()) {
            size();
        }
        spec.backups().ifPresent(backups -> new BackupsCheck(service, backups, stack, problems).run());
    }

    private void standbys() {
        if (spec.standbys() > 0) {
            add(
                    Code.HF2010,
                    "standbys",
                    "service '" + service.name() + "' asks for " + spec.standbys()
                            + (spec.standbys() == 1 ? " standby" : " standbys")
                            + ", and this build runs PostgreSQL with one member",
                    "Write standbys: 0 for this environment; standbys come in a later version.");
        }
    }

    private void name(String what, String name, String path, boolean taken) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (taken || lower.startsWith("pg_") || lower.startsWith(Declared.HOLDFAST) || lower.equals("public")) {
            add(
                    Code.HF1501,
                    path,
                    what + " '" + name + "' has a name that PostgreSQL or Holdfast keeps for itself",
                    "Choose a name that is not postgres, public, template0 or template1 and begins with neither pg_ nor holdfast.");
        }
        // the second login of a role has two letters more
        int longest = what.equals("role") ? LONGEST_NAME - 2 : LONGEST_NAME;
        if (name.getBytes(StandardCharsets.UTF_8).length > longest) {
            add(
                    Code.HF1501,
                    path,
                    what + " '" + name + "' has a name longer than " + longest + " bytes",
                    "Choose a shorter name.");
        }
    }

    private void role(String name, Role role) {
        String path = "roles." + name;
        name("role", name, path, name.equals("postgres"));
        for (String database : role.databases()) {
            if (!declared.databases().containsKey(database)) {
                unknown("database", database, declared.databases().keySet(), path + ".databases");
            }
        }
        if (role.through() == Door.POOLER && !declared.isPooled()) {
            add(
                    Code.HF1504,
                    path + ".through",
                    "role '" + name + "' goes through the pooler, and service '" + service.name() + "' has none",
                    "Add pooler: { mode: transaction } to the service, or remove through: from the role.");
        }
        boolean owns = declared.databases().keySet().stream()
                .anyMatch(database -> declared.owner(database).equals(name));
        boolean mayNothing =
                role.can().isEmpty() && role.schemas().values().stream().allMatch(List::isEmpty);
        if (mayNothing && !owns) {
            add(
                    Code.HF1505,
                    path,
                    "role '" + name + "' may do nothing",
                    "Say what it may do, as in can: [read, write], or remove the role.");
        }
        if (role.can().equals(List.of(Can.WRITE))) {
            add(
                    Code.HF1505,
                    path + ".can",
                    "role '" + name
                            + "' may write and not read, so that it can neither update nor delete by a condition",
                    "Write can: [read, write].");
        }
        if (role.statementTimeout().filter(t -> t.isZero()).isPresent()) {
            add(
                    Code.HF1505,
                    path + ".statementTimeout",
                    "role '" + name + "' has a statementTimeout of zero, which PostgreSQL takes for none",
                    "Remove statementTimeout:, or write how long a statement may run.");
        }
    }

    private void migrator(String database, String name) {
        String path = "databases." + database + ".migrations.role";
        Role role = declared.roles().get(name);
        if (role == null) {
            unknown("role", name, declared.roles().keySet(), path);
        } else if (!role.can().contains(Can.DDL) || !declared.databasesOf(role).contains(database)) {
            add(
                    Code.HF1536,
                    path,
                    "role '" + name + "' runs the migrations of database '" + database + "' and may "
                            + (role.can().contains(Can.DDL) ? "not enter it" : "create nothing in it"),
                    "Give it can: [ddl] and the database, or name a role that has both.");
        }
    }

    private void unknown(String what, String name, Iterable<String> known, String path) {
        add(
                Code.HF1502,
                path,
                what + " '" + name + "' is not declared in service '" + service.name() + "'",
                "Declare it under " + what + "s:, or write one of " + String.join(", ", known) + "."
                        + guess(name, known));
    }

    private void extensions(List<String> names, String path) {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (extensions.find(name).isEmpty()) {
                add(
                        Code.HF1503,
                        path + "." + i,
                        "extension '" + name + "' is not one Holdfast knows of PostgreSQL " + service.version(),
                        "Remove it." + guess(name, extensions.byName().keySet()));
            }
        }
    }

    private void singleExtensions() {
        extensions.byName().values().stream().filter(e -> e.single()).forEach(extension -> {
            List<String> homes = spec.databases().entrySet().stream()
                    .filter(entry -> entry.getValue().extensions().contains(extension.name()))
                    .map(entry -> entry.getKey())
                    .toList();
            if (homes.size() > 1) {
                add(
                        Code.HF1503,
                        "databases." + homes.get(1) + ".extensions",
                        "extension '" + extension.name() + "' is declared in the databases "
                                + String.join(" and ", homes) + ", and a server can have it in one only",
                        "Keep it in one; cron.schedule_in_database runs a job in another.");
            }
        });
    }

    private void parameter(String written, String value) {
        String path = "parameters." + written;
        Optional<Parameter> found = parameters.find(written);
        if (found.isEmpty()) {
            add(
                    Code.HF1506,
                    path,
                    "PostgreSQL " + service.version() + " has no parameter '" + written + "'",
                    "Remove it." + guess(written, parameters.byName().keySet()));
            return;
        }
        Parameter parameter = found.get();
        parameter
                .owned()
                .ifPresent(reason -> add(
                        Code.HF1508,
                        path,
                        "parameter '" + written + "' is kept by Holdfast: it " + reason,
                        "Remove it from parameters:."));
        parameter
                .extension()
                .filter(name -> !name.equals("auto_explain"))
                .filter(name ->
                        declared.extensions().stream().noneMatch(e -> e.name().equals(name)))
                .ifPresent(name -> add(
                        Code.HF1506,
                        path,
                        "parameter '" + written + "' belongs to the extension " + name + ", which service '"
                                + service.name() + "' does not declare",
                        "Add " + name + " to extensions:, or remove the parameter."));
        Optional<Misfit> misfit = PostgresParameters.misfit(parameter, value);
        misfit.ifPresent(m -> add(
                Code.HF1507,
                path,
                "parameter '" + written + "' has the value '" + value + "', which " + m.cause(),
                m.remedy()));
    }

    private void size() {
        Bytes memory = service.resources().memory();
        Bytes storage = service.resources().storage();
        if (memory.compareTo(PostgresSizing.LEAST_MEMORY) < 0) {
            add(
                    Code.HF1509,
                    "resources.memory",
                    "service '" + service.name() + "' has " + memory + " of memory, and PostgreSQL needs "
                            + PostgresSizing.LEAST_MEMORY,
                    "Write resources: { memory: " + PostgresSizing.LEAST_MEMORY + " } or more.");
        }
        if (storage.compareTo(PostgresSizing.LEAST_STORAGE) < 0) {
            add(
                    Code.HF1509,
                    "resources.storage",
                    "service '" + service.name() + "' has " + storage + " of storage, and PostgreSQL needs "
                            + PostgresSizing.LEAST_STORAGE,
                    "Write resources: { storage: " + PostgresSizing.LEAST_STORAGE + " } or more.");
        }
        connections(memory);
    }

    private void connections(Bytes memory) {
        Optional<Integer> fixed = PostgresSizing.fixed(spec);
        int pooled = declared.pool().map(Pool::servers).orElse(0)
                * declared.databases().size();
        if (fixed.isPresent() && fixed.get() < pooled + 13) {
            add(
                    Code.HF1510,
                    "parameters.max_connections",
                    "max_connections is " + fixed.get() + ", and the pooler alone opens " + pooled
                            + " connections beside the 13 that Holdfast and the superuser keep",
                    "Raise max_connections to " + (pooled + 13) + " or more, or lower pooler.servers.");
        }
        int connections = PostgresSizing.connections(declared);
        if (memory.compareTo(PostgresSizing.LEAST_MEMORY) >= 0 && PostgresSizing.isTooSmall(memory, connections)) {
            add(
                    Code.HF1509,
                    "resources.memory",
                    "service '" + service.name() + "' has " + memory + " of memory for " + connections
                            + " connections, less than three sorts of 1MB each",
                    "Raise memory:, or lower the connections of roles and pooler.servers until they need no more than "
                            + PostgresSizing.affordable(memory) + " in all.");
        }
    }

    private static String guess(String word, Iterable<String> known) {
        return Nearest.to(word, known)
                .map(near -> " Did you mean '" + near + "'?")
                .orElse("");
    }

    private void add(Code code, String path, String cause, String remedy) {
        problems.add(Problem.of(code, cause, remedy).at(service.positions().of(path)));
    }
}
