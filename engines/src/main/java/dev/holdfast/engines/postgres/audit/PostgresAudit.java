package dev.holdfast.engines.postgres.audit;

import dev.holdfast.engine.Audit;
import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Context;
import dev.holdfast.engines.postgres.AuditSpec;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.PostgresExtensions;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A log of changes that triggers write and a chain over it. */
public final class PostgresAudit implements Audit<PostgresSpec> {
    private final PostgresExtensions extensions;

    public PostgresAudit(PostgresExtensions extensions) {
        this.extensions = extensions;
    }

    @Override
    public List<Entry> log(Service<PostgresSpec> service, Optional<String> database, Wanted wanted, Bench bench) {
        try (AuditSession session = open(service, database, bench)) {
            return session.log(wanted);
        }
    }

    @Override
    public Verified verify(
            Service<PostgresSpec> service, Optional<String> database, Optional<String> expected, Bench bench) {
        try (AuditSession session = open(service, database, bench)) {
            return session.verify(expected);
        }
    }

    @Override
    public boolean isPruned(Service<PostgresSpec> service) {
        return Declared.of(service, extensions).databases().values().stream()
                .anyMatch(database ->
                        database.audit().filter(spec -> spec.keep().isPresent()).isPresent());
    }

    @Override
    public SortedMap<String, Long> prune(Service<PostgresSpec> service, Context context) {
        SortedMap<String, Long> gone = new TreeMap<>();
        Declared declared = Declared.of(service, extensions);
        declared.databases()
                .forEach((name, database) -> database.audit()
                        .filter(spec -> spec.keep().isPresent())
                        .ifPresent(spec -> {
                            try (AuditSession session = AuditSession.open(service, context, name)) {
                                Audited meant = Audits.of(declared, name, spec, true);
                                boolean inForce = session.look(meant).mark().equals(meant.mark());
                                long many = inForce ? session.prune(spec.keep().get()) : 0;
                                if (many > 0) {
                                    gone.put(name, many);
                                }
                            }
                        }));
        return gone;
    }

    private AuditSession open(Service<PostgresSpec> service, Optional<String> database, Bench bench) {
        Declared declared = Declared.of(service, extensions);
        List<String> audited = declared.databases().entrySet().stream()
                .filter(entry -> entry.getValue().audit().isPresent())
                .map(Map.Entry::getKey)
                .filter(name -> database.isEmpty() || database.get().equals(name))
                .toList();
        if (audited.size() != 1) {
            throw new HoldfastException(Problem.of(
                    Code.HF1541,
                    audited.isEmpty()
                            ? database.map(name -> "database '" + name + "' of service '" + service.name() + "'")
                                            .orElse("service '" + service.name() + "'")
                                    + " declares no audit"
                            : "service '" + service.name() + "' has several databases with an audit",
                    audited.isEmpty()
                            ? "Add audit: to a database in the stack file and run holdfast apply."
                            : "Name one: " + service.name() + "/" + String.join(", " + service.name() + "/", audited)
                                    + "."));
        }
        String name = audited.getFirst();
        AuditSpec spec = Optional.ofNullable(declared.databases().get(name))
                .flatMap(one -> one.audit())
                .orElseThrow();
        AuditSession session = AuditSession.open(service, bench.context(), name);
        Audited meant = Audits.of(declared, name, spec, true);
        if (!session.look(meant).mark().equals(meant.mark())) {
            session.close();
            throw new HoldfastException(Problem.of(
                    Code.HF3600,
                    "the audit that the stack file declares for " + service.name() + "/" + name
                            + " is not in force, or was changed by hand",
                    "Run holdfast plan, which shows what differs, and holdfast apply."));
        }
        return session;
    }
}
