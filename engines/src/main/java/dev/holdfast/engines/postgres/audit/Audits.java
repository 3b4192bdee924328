package dev.holdfast.engines.postgres.audit;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.postgres.AuditSpec;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.PostgresSpec.Database;
import dev.holdfast.plan.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The audit of all databases of a service, compared with what is there. */
public final class Audits {
    private Audits() {}

    /** Only of databases that are there; of others what they will need. */
    public static List<Change> changes(Declared declared, Context context, List<String> there) {
        List<Change> changes = new ArrayList<>();
        declared.databases().forEach((name, database) -> {
            if (there.contains(name)) {
                changes.addAll(changes(declared, name, database, context));
            } else {
                changes.addAll(fromNothing(declared, name, database));
            }
        });
        return changes;
    }

    /** Of one database that is there. */
    public static List<Change> changesIn(Declared declared, String name, Context context) {
        return Optional.ofNullable(declared.databases().get(name))
                .map(database -> changes(declared, name, database, context))
                .orElse(List.of());
    }

    private static List<Change> changes(Declared declared, String name, Database database, Context context) {
        String service = declared.service().name();
        try (AuditSession session = AuditSession.open(declared.service(), context, name)) {
            if (database.audit().isEmpty()) {
                ActualAudit nothing = ActualAudit.fresh();
                ActualAudit left =
                        new ActualAudit(nothing.mark(), false, "", false, nothing.tables(), session.watched());
                return new AuditDiff(service, name, left).release(List.of());
            }
            Audited audited = of(declared, name, database.audit().get());
            return new AuditDiff(service, name, session.look(audited)).changes(audited);
        }
    }

    public static List<Change> fromNothing(Declared declared) {
        List<Change> changes = new ArrayList<>();
        declared.databases().forEach((name, database) -> changes.addAll(fromNothing(declared, name, database)));
        return changes;
    }

    private static List<Change> fromNothing(Declared declared, String name, Database database) {
        return database.audit()
                .map(spec -> new AuditDiff(declared.service().name(), name, ActualAudit.fresh())
                        .changes(of(declared, name, spec)))
                .orElse(List.of());
    }

    public static List<String> notes(Declared declared, Context context) {
        List<String> notes = new ArrayList<>();
        declared.databases()
                .forEach((name, database) -> database.audit().ifPresent(spec -> {
                    try (AuditSession session = AuditSession.open(declared.service(), context, name)) {
                        Audited audited = of(declared, name, spec);
                        ActualAudit actual = session.look(audited);
                        List<String> missing = audited.tables().stream()
                                .filter(table -> !actual.tables().containsKey(table))
                                .map(String::valueOf)
                                .toList();
                        if (!missing.isEmpty()) {
                            notes.add(
                                    declared.service().name() + "/" + name + ": the audit waits for "
                                            + String.join(", ", missing)
                                            + ", which no migration has made yet; it begins with the statement that makes a table.");
                        }
                    }
                }));
        return notes;
    }

    static Audited of(Declared declared, String name, AuditSpec spec) {
        Database database = declared.databases().get(name);
        boolean speaks = declared.extensions(name).stream()
                .anyMatch(extension -> extension.name().equals("pgaudit"));
        return new Audited(spec, database == null ? java.util.Optional.empty() : database.tenancy(), speaks);
    }
}
