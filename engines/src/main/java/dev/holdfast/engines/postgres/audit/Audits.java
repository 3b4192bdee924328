package dev.holdfast.engines.postgres.audit;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.postgres.AuditSpec;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.PostgresSpec.Database;
import dev.holdfast.plan.Change;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The audit of all databases of a service, compared with what is there. */
public final class Audits {
    private Audits() {}

    /**
     * Only of databases that are there; of others what they will need.
     *
     * @param superuser whether Holdfast is one, which is what may say of which tables pgaudit writes
     */
    public static List<Change> changes(
            Declared declared, Context context, Collection<String> there, boolean superuser) {
        List<Change> changes = new ArrayList<>();
        declared.databases().forEach((name, database) -> {
            if (there.contains(name)) {
                changes.addAll(changes(declared, name, database, context, superuser));
            } else {
                changes.addAll(fromNothing(declared, name, database, superuser));
            }
        });
        return changes;
    }

    /** Of one database that is there. */
    public static List<Change> changesIn(Declared declared, String name, Context context, boolean superuser) {
        return Optional.ofNullable(declared.databases().get(name))
                .map(database -> changes(declared, name, database, context, superuser))
                .orElse(List.of());
    }

    private static List<Change> changes(
            Declared declared, String name, Database database, Context context, boolean superuser) {
        String service = declared.service().name();
        try (AuditSession session = AuditSession.open(declared.service(), context, name)) {
            if (database.audit().isEmpty()) {
                ActualAudit nothing = ActualAudit.fresh();
                ActualAudit left =
                        new ActualAudit(nothing.mark(), false, "", false, nothing.tables(), session.watched());
                return new AuditDiff(service, name, left).release(List.of());
            }
            Audited audited = of(declared, name, database.audit().get(), superuser);
            return new AuditDiff(service, name, session.look(audited)).changes(audited);
        }
    }

    public static List<Change> fromNothing(Declared declared) {
        List<Change> changes = new ArrayList<>();
        declared.databases().forEach((name, database) -> changes.addAll(fromNothing(declared, name, database, true)));
        return changes;
    }

    private static List<Change> fromNothing(Declared declared, String name, Database database, boolean superuser) {
        return database.audit()
                .map(spec -> new AuditDiff(declared.service().name(), name, ActualAudit.fresh())
                        .changes(of(declared, name, spec, superuser)))
                .orElse(List.of());
    }

    public static List<String> notes(Declared declared, Context context, Collection<String> there) {
        List<String> notes = new ArrayList<>();
        declared.databases()
                .forEach((name, database) -> database.audit()
                        .filter(any -> there.contains(name))
                        .ifPresent(spec -> {
                            try (AuditSession session = AuditSession.open(declared.service(), context, name)) {
                                Audited audited = of(declared, name, spec, true);
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

    static Audited of(Declared declared, String name, AuditSpec spec, boolean superuser) {
        Database database = declared.databases().get(name);
        boolean speaks = superuser
                && declared.extensions(name).stream()
                        .anyMatch(extension -> extension.name().equals("pgaudit"));
        return new Audited(spec, database == null ? java.util.Optional.empty() : database.tenancy(), speaks);
    }
}
