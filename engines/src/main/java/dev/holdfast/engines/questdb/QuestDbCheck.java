package dev.holdfast.engines.questdb;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What is wrong with a service beyond single values. Pure. */
final class QuestDbCheck {
    private static final Bytes LEAST_MEMORY = Bytes.mebi(512);
    private static final Set<String> TYPES = Set.of(
            "boolean",
            "byte",
            "short",
            "char",
            "int",
            "long",
            "long256",
            "float",
            "double",
            "date",
            "timestamp",
            "timestamp_ns",
            "symbol",
            "string",
            "varchar",
            "binary",
            "uuid",
            "ipv4",
            "geohash",
            "decimal",
            "double[]");
    private static final Set<String> MOMENTS = Set.of("timestamp", "timestamp_ns");

    private final Service<QuestDbSpec> service;
    private final Problems problems;

    private QuestDbCheck(Service<QuestDbSpec> service, Problems problems) {
        this.service = service;
        this.problems = problems;
    }

    static void check(Service<QuestDbSpec> service, Problems problems) {
        QuestDbCheck check = new QuestDbCheck(service, problems);
        check.memory();
        QuestDbSpec spec = service.settings();
        spec.tables().forEach(check::table);
        spec.views().forEach(check::view);
        check.roles(spec);
    }

    private void memory() {
        if (service.resources().memory().compareTo(LEAST_MEMORY) < 0) {
            problems.add(Problem.of(
                            Code.HF1620,
                            "service '" + service.name() + "' gives QuestDB "
                                    + service.resources().memory() + " of memory, and it needs " + LEAST_MEMORY,
                            "Write `resources: { memory: " + LEAST_MEMORY + " }` or more.")
                    .at(service.positions().of("resources.memory")));
        }
    }

    private void table(String name, QuestDbSpec.Table table) {
        String path = "tables." + name;
        List<QuestDbTable.Column> columns =
                table.columns().stream().map(QuestDbTable.Column::of).toList();
        if (name.toLowerCase(Locale.ROOT).equals(QuestDbSchema.OWN)) {
            wrong(path, "table '" + name + "'", "has the name of Holdfast's own table", "Choose another name.");
        }
        if (columns.isEmpty()) {
            wrong(path, "table '" + name + "'", "has no columns", "Write `columns: [ts timestamp, value double]`.");
        }
        Set<String> seen = new TreeSet<>();
        for (QuestDbTable.Column column : columns) {
            if (!seen.add(column.name().toLowerCase(Locale.ROOT))) {
                wrong(
                        path,
                        "table '" + name + "'",
                        "has two columns '" + column.name() + "', whose case QuestDB does not tell apart",
                        "Give one of them another name.");
            }
            if (!TYPES.contains(column.base())) {
                wrong(
                        path,
                        "column '" + column.name() + "' of table '" + name + "'",
                        "has the type '" + column.type() + "', which QuestDB does not know",
                        Nearest.to(column.base(), TYPES)
                                .map(near -> "Did you mean '" + near + "'?")
                                .orElse("Write one of " + String.join(", ", new TreeSet<>(TYPES)) + "."));
            }
        }
        table.timestamp().ifPresentOrElse(at -> timestamp(name, at, columns), () -> unordered(name, table));
        ttl(path, "table '" + name + "'", table.ttl(), table.partition());
        for (String key : table.deduplicate()) {
            if (columns.stream().noneMatch(column -> column.name().equals(key))) {
                wrong(
                        path + ".deduplicate",
                        "table '" + name + "'",
                        "is to be deduplicated by '" + key + "', which is none of its columns",
                        "Name columns of the table.");
            }
        }
    }

    private void timestamp(String table, String at, List<QuestDbTable.Column> columns) {
        Optional<QuestDbTable.Column> found =
                columns.stream().filter(column -> column.name().equals(at)).findFirst();
        if (found.isEmpty() || !MOMENTS.contains(found.get().base())) {
            wrong(
                    "tables." + table + ".timestamp",
                    "table '" + table + "'",
                    found.isEmpty()
                            ? "has no column '" + at + "' for its timestamp"
                            : "has '" + at + "' for its timestamp, which is of type '"
                                    + found.get().type() + "'",
                    "Name a column of type timestamp.");
        }
    }

    private void unordered(String name, QuestDbSpec.Table table) {
        if (table.ttl().isPresent() || !table.deduplicate().isEmpty()) {
            wrong(
                    "tables." + name,
                    "table '" + name + "'",
                    (table.ttl().isPresent() ? "has a ttl" : "is to be deduplicated") + " and no timestamp",
                    "Name the column of its time, such as `timestamp: ts`.");
        }
    }

    private void ttl(String path, String what, Optional<String> ttl, QuestDbSpec.Partition partition) {
        ttl.map(QuestDbTtl::of)
                .filter(span -> !span.fits(partition))
                .ifPresent(span -> wrong(
                        path + ".ttl",
                        what,
                        "has the ttl " + ttl.orElseThrow() + ", which is no multiple of a " + partition.word(),
                        "Write a multiple of its partition, or partition it otherwise: only whole parts are dropped."));
    }

    private void view(String name, QuestDbSpec.View view) {
        String what = "view '" + name + "'";
        if (service.settings().tables().keySet().stream().anyMatch(name::equalsIgnoreCase)) {
            wrong("views." + name, what, "has the name of a table", "Choose another name.");
        }
        String query = view.query().strip().toLowerCase(Locale.ROOT);
        boolean asks = query.startsWith("select") || query.startsWith("with");
        if (!asks || query.contains(";")) {
            wrong("views." + name + ".query", what, "is not one SELECT", "Write one SELECT, without a semicolon.");
        }
        ttl("views." + name, what, view.ttl(), view.partition());
    }

    private void wrong(String path, String what, String because, String remedy) {
        problems.add(Problem.of(Code.HF1622, what + " of service '" + service.name() + "' " + because, remedy)
                .at(service.positions().of(path)));
    }

    private void roles(QuestDbSpec spec) {
        List<String> writers = new ArrayList<>();
        List<String> readers = new ArrayList<>();
        spec.roles().forEach((name, role) -> {
            (role.writes() ? writers : readers).add(name);
            if (name.equals(QuestDbAccess.ADMINISTRATOR)) {
                role(name, "has the name of Holdfast's own account", "Choose another name.");
            } else if (!role.can().contains(QuestDbSpec.Can.READ)) {
                role(
                        name,
                        role.writes() ? "may write and not read, which QuestDB cannot keep apart" : "may do nothing",
                        "Write `can: [read]` or `can: [read, write]`.");
            }
        });
        writers.stream()
                .skip(1)
                .forEach(name -> role(
                        name,
                        "is a second one that writes, and the open edition of QuestDB has one such login",
                        "Let '" + writers.getFirst() + "' be the only one, or give the other `can: [read]`."));
        readers.stream()
                .skip(1)
                .forEach(name -> role(
                        name,
                        "is a second one that only reads, and the open edition of QuestDB has one such login",
                        "Let '" + readers.getFirst() + "' be the only one."));
    }

    private void role(String name, String because, String remedy) {
        problems.add(
                Problem.of(Code.HF1623, "role '" + name + "' of service '" + service.name() + "' " + because, remedy)
                        .at(service.positions().of("roles." + name)));
    }
}
