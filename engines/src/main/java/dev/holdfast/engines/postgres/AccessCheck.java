package dev.holdfast.engines.postgres;

import dev.holdfast.engines.postgres.PostgresExtensions.Extension;
import dev.holdfast.engines.postgres.PostgresSpec.Can;
import dev.holdfast.engines.postgres.PostgresSpec.Role;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Nearest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** What is wrong with schemas, rights in them, paths, allow-lists and password rules. Used for one check, then dropped. */
final class AccessCheck {
    private final Service<PostgresSpec> service;
    private final PostgresSpec spec;
    private final Declared declared;
    private final Problems problems;

    AccessCheck(Service<PostgresSpec> service, Declared declared, Problems problems) {
        this.service = service;
        this.spec = service.settings();
        this.declared = declared;
        this.problems = problems;
    }

    void run() {
        spec.databases().forEach((database, settings) -> {
            String path = "databases." + database;
            settings.schemas().forEach((schema, own) -> {
                name(schema, path + ".schemas." + schema);
                own.owner()
                        .filter(owner -> !declared.roles().containsKey(owner))
                        .ifPresent(owner -> unknown(
                                "role", owner, declared.roles().keySet(), path + ".schemas." + schema + ".owner"));
            });
            path(settings.searchPath(), schemas(List.of(database)), path + ".searchPath");
        });
        spec.roles().forEach(this::role);
        allow();
        ages();
    }

    private void name(String schema, String path) {
        String lower = schema.toLowerCase(Locale.ROOT);
        if (lower.startsWith("pg_") || lower.startsWith(Declared.HOLDFAST) || lower.equals("information_schema")) {
            add(
                    Code.HF1501,
                    path,
                    "schema '" + schema + "' has a name that PostgreSQL or Holdfast keeps for itself",
                    "Choose a name that begins with neither pg_ nor holdfast and is not information_schema.");
        }
    }

    private void role(String name, Role role) {
        String path = "roles." + name;
        SortedSet<String> known = schemas(declared.databasesOf(role));
        role.schemas().forEach((schema, words) -> {
            if (!known.contains(schema)) {
                unknown("schema", schema, known, path + ".schemas");
            }
            for (Can word : List.of(Can.MONITOR, Can.SIGNAL)) {
                if (words.contains(word)) {
                    String written = word.name().toLowerCase(Locale.ROOT);
                    add(
                            Code.HF1512,
                            path + ".schemas." + schema,
                            "role '" + name + "' has the word '" + written + "' in schema '" + schema
                                    + "', and it is about the whole server",
                            "Write it under can: of the role.");
                }
            }
        });
        path(role.searchPath(), known, path + ".searchPath");
    }

    /** Those that will be there: declared, {@code public}, and those that extensions bring. */
    private SortedSet<String> schemas(Iterable<String> databases) {
        SortedSet<String> schemas = new TreeSet<>(List.of(Declared.PUBLIC));
        for (String database : databases) {
            schemas.addAll(declared.schemas(database));
            for (Extension extension : declared.extensions(database)) {
                extension.schema().ifPresent(schemas::add);
            }
        }
        return schemas;
    }

    private void path(List<String> written, SortedSet<String> known, String path) {
        for (String schema : written) {
            if (!known.contains(schema)) {
                unknown("schema", schema, known, path);
            }
        }
    }

    private void allow() {
        List<AllowSpec> rules = spec.allow();
        for (int i = 0; i < rules.size(); i++) {
            AllowSpec rule = rules.get(i);
            String path = "allow." + i;
            for (String role : rule.roles()) {
                if (!declared.roles().containsKey(role)) {
                    unknown("role", role, declared.roles().keySet(), path + ".roles");
                }
            }
            for (String database : rule.databases()) {
                if (!declared.databases().containsKey(database)) {
                    unknown("database", database, declared.databases().keySet(), path + ".databases");
                }
            }
            if (rule.from().isEmpty()) {
                add(
                        Code.HF1513,
                        path,
                        "rule " + (i + 1) + " of allow: says no place",
                        "Write from: [10.20.0.0/16], or from: [everywhere].");
            }
            boolean whole = networks(rule, path + ".from");
            if (whole) {
                shadowed(rules, i);
            }
            certificates(rule, path);
        }
    }

    private boolean networks(AllowSpec rule, String path) {
        boolean whole = true;
        for (String from : rule.from()) {
            for (String network : HostRules.networks(from)) {
                String flaw = HostRules.flaw(network);
                if (!flaw.isEmpty()) {
                    whole = false;
                    add(
                            Code.HF1513,
                            path,
                            "the network '" + from + "' " + flaw,
                            "Write the first address of the network and how many bits are common, as in 10.20.0.0/16.");
                }
            }
        }
        return whole;
    }

    /** A rule that an earlier one leaves nothing to decide is a mistake: whoever wrote it believes that it does something. */
    private void shadowed(List<AllowSpec> rules, int index) {
        for (int earlier = 0; earlier < index; earlier++) {
            if (covers(rules.get(earlier), rules.get(index))) {
                add(
                        Code.HF1514,
                        "allow." + index,
                        "rule " + (index + 1) + " of allow: never decides, because rule " + (earlier + 1)
                                + (rules.get(earlier).refuse() ? " refuses" : " lets in")
                                + " everything that it is about",
                        "Put the narrower rule first, or remove it.");
                return;
            }
        }
    }

    private boolean covers(AllowSpec outer, AllowSpec inner) {
        return all(outer.roles(), declared.roles().keySet())
                        .containsAll(all(inner.roles(), declared.roles().keySet()))
                && all(outer.databases(), declared.databases().keySet())
                        .containsAll(all(inner.databases(), declared.databases().keySet()))
                && networks(inner).stream()
                        .allMatch(net -> networks(outer).stream().anyMatch(wide -> covers(wide, net)));
    }

    private static boolean covers(String wide, String net) {
        return HostRules.flaw(wide).isEmpty() && HostRules.contains(wide, net);
    }

    private static List<String> networks(AllowSpec rule) {
        List<String> networks = new ArrayList<>();
        rule.from().forEach(from -> networks.addAll(HostRules.networks(from)));
        return networks;
    }

    private static Set<String> all(List<String> written, Set<String> all) {
        return written.isEmpty() ? all : new HashSet<>(written);
    }

    private void certificates(AllowSpec rule, String path) {
        if (rule.tls() != AllowSpec.Tls.VERIFY_CLIENT) {
            return;
        }
        for (Map.Entry<String, Role> role : declared.roles().entrySet()) {
            boolean meant = rule.roles().isEmpty() || rule.roles().contains(role.getKey());
            if (meant && declared.isPooled() && role.getValue().through() == PostgresSpec.Door.POOLER) {
                add(
                        Code.HF1515,
                        path + ".tls",
                        "role '" + role.getKey()
                                + "' goes through the pooler, which cannot ask single roles for a certificate",
                        "Write through: direct for the role, or tls: required in the rule.");
            }
        }
    }

    private void ages() {
        spec.passwords()
                .flatMap(rules -> rules.age().filter(age -> age.compareTo(rules.grace()) <= 0))
                .ifPresent(age -> add(
                        Code.HF1516,
                        "passwords.age",
                        "a password may become no older than the grace that a replaced one has",
                        "Write an age: longer than grace:."));
    }

    private void unknown(String what, String name, Iterable<String> known, String path) {
        add(
                Code.HF1502,
                path,
                what + " '" + name + "' is not declared in service '" + service.name() + "'",
                "Declare it under " + what + "s:, or write one of " + String.join(", ", known) + "."
                        + Nearest.to(name, known)
                                .map(near -> " Did you mean '" + near + "'?")
                                .orElse(""));
    }

    private void add(Code code, String path, String cause, String remedy) {
        problems.add(Problem.of(code, cause, remedy).at(service.positions().of(path)));
    }
}
