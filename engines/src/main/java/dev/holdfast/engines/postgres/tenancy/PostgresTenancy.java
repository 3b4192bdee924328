package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Tenancy;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.PostgresExtensions;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.TenancySpec;
import dev.holdfast.problem.Code;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Tenants as rows of one list and of the tables that name them. */
public final class PostgresTenancy implements Tenancy<PostgresSpec> {
    private static final int LONGEST_NAME = 200;

    private final PostgresExtensions extensions;

    public PostgresTenancy(PostgresExtensions extensions) {
        this.extensions = extensions;
    }

    @Override
    public Created create(At<PostgresSpec> at, List<String> names, Bench bench) {
        Set<String> wanted = new LinkedHashSet<>(names);
        wanted.forEach(PostgresTenancy::requireName);
        return visit(at, bench, (found, session) -> {
            boolean listed = !found.tenants().listed().isEmpty();
            List<Tenant> before = session.named(List.copyOf(wanted));
            long after = found.count() + wanted.size() - before.size();
            if (listed
                    && after > Tenants.MOST_PARTITIONS
                    && !found.tenants().spec().queriesNameTenant()
                    && before.size() < wanted.size()) {
                throw TenancyRefusals.refusal(
                        Code.HF3604,
                        TenancyRefusals.tooManyPartitions(after),
                        "Write partition: hash(16) in place of list, or queriesNameTenant: true where every query names its tenant, and run holdfast apply.");
            }
            List<Tenant> made = session.create(List.copyOf(wanted), listed, bench);
            Set<String> keys = made.stream().map(Tenant::key).collect(Collectors.toSet());
            Map<String, Integer> order = new LinkedHashMap<>();
            wanted.forEach(name -> order.put(name, order.size()));
            List<Tenant> sorted = new ArrayList<>(made);
            sorted.sort(java.util.Comparator.comparingInt(tenant -> order.getOrDefault(tenant.name(), 0)));
            return new Created(
                    sorted,
                    before.stream().filter(one -> !keys.contains(one.key())).toList());
        });
    }

    private static void requireName(String name) {
        if (name.isBlank()
                || name.length() > LONGEST_NAME
                || name.chars().anyMatch(Character::isISOControl)
                || !name.equals(name.strip())) {
            throw TenancyRefusals.refusal(
                    Code.HF3602,
                    "'" + name.replaceAll("\\p{Cntrl}", "?") + "' is no name for a tenant",
                    "Give a name of 1 to " + LONGEST_NAME
                            + " characters without control characters and without spaces at its ends.");
        }
    }

    @Override
    public List<Tenant> list(At<PostgresSpec> at, boolean sized, Bench bench) {
        return visit(at, bench, (found, session) -> {
            List<Tenant> tenants = session.list();
            if (!sized) {
                return tenants;
            }
            Map<String, Size> sizes = session.sizes();
            return tenants.stream()
                    .map(tenant -> new Tenant(
                            tenant.key(), tenant.name(), Optional.of(sizes.getOrDefault(tenant.key(), new Size(0, 0)))))
                    .toList();
        });
    }

    @Override
    public Shown show(At<PostgresSpec> at, String tenant, Bench bench) {
        return visit(at, bench, (found, session) -> shown(found, session, find(found, session, tenant)));
    }

    private static Shown shown(Found found, TenantSession session, Tenant tenant) {
        return new Shown(found.database(), tenant, session.parts(tenant.key()));
    }

    private static Tenant find(Found found, TenantSession session, String tenant) {
        return session.find(tenant)
                .orElseThrow(
                        () -> TenancyRefusals.unknown(tenant, found.service().name(), found.database()));
    }

    @Override
    public Archived export(At<PostgresSpec> at, String tenant, Path file, Bench bench) {
        return visit(at, bench, (found, session) -> {
            Tenant one = find(found, session, tenant);
            return new Archived(file, one, new ArchiveSession(session, found, bench).write(one, file));
        });
    }

    @Override
    public Shown bring(At<PostgresSpec> at, Path file, Bench bench) {
        return visit(at, bench, (found, session) -> {
            Tenant tenant = new ArchiveSession(session, found, bench).read(file);
            return shown(found, session, tenant);
        });
    }

    @Override
    public Moved move(At<PostgresSpec> from, At<PostgresSpec> to, String tenant, boolean gone, Bench bench) {
        Found source = found(from, bench);
        Found target = found(to, bench);
        if (source.where().equals(target.where())) {
            throw TenancyRefusals.refusal(
                    Code.HF3606,
                    "tenant '" + tenant + "' would be moved from " + source.where() + " to where it is",
                    "Name another database, or another service.");
        }
        try (TenantSession here = TenantSession.open(source, bench);
                TenantSession there = TenantSession.open(target, bench)) {
            Optional<Tenant> arrived = there.find(tenant);
            Optional<Tenant> left = here.find(tenant);
            if (left.isEmpty() && arrived.isPresent()) {
                return new Moved(arrived.get(), false, true);
            }
            Tenant one = find(source, here, tenant);
            boolean copies = there.find(one.key()).isEmpty();
            if (copies) {
                copy(one, here, source, there, target, bench);
            }
            requireSame(one, here, source, there, target);
            if (gone) {
                bench.requireWanted();
                bench.say("removes " + one.name() + " from " + source.where());
                here.transaction(() -> {
                    // what was written here since it was copied would be lost: now nothing more can be
                    here.lock();
                    requireSame(one, here, source, there, target);
                    here.remove(one.key());
                    return one;
                });
            }
            return new Moved(one, copies, gone);
        }
    }

    private static void copy(
            Tenant one, TenantSession here, Found source, TenantSession there, Found target, Bench bench) {
        Path file;
        try {
            file = Files.createTempFile("holdfast-tenant", ".zip");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            new ArchiveSession(here, source, bench).write(one, file);
            new ArchiveSession(there, target, bench).read(file);
        } finally {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                bench.say("could not remove " + file + ": " + e.getMessage());
            }
        }
    }

    private static void requireSame(Tenant one, TenantSession here, Found source, TenantSession there, Found target) {
        var before = here.digests(one.key());
        var after = there.digests(one.key());
        before.forEach((table, digest) -> {
            if (!digest.equals(after.get(table))) {
                throw TenancyRefusals.refusal(
                        Code.HF3606,
                        "table " + table + " of tenant '" + one.name() + "' is not the same in " + source.where() + " ("
                                + digest.rows() + " rows) and " + target.where() + " ("
                                + Optional.ofNullable(after.get(table))
                                        .map(TenantSession.Digest::rows)
                                        .orElse(0L)
                                + " rows); both were left as they are",
                        "Keep the tenant's programs away from both, drop the copy that is not used, and move it again: holdfast tenant drop "
                                + target.where() + " " + one.name() + ".");
            }
        });
    }

    @Override
    public Shown drop(At<PostgresSpec> at, String tenant, Bench bench) {
        return visit(at, bench, (found, session) -> {
            Tenant one = find(found, session, tenant);
            Shown before = shown(found, session, one);
            session.transaction(() -> {
                session.remove(one.key());
                return one;
            });
            return before;
        });
    }

    private interface Visit<T> {
        T to(Found found, TenantSession session);
    }

    private <T> T visit(At<PostgresSpec> at, Bench bench, Visit<T> visit) {
        Found found = found(at, bench);
        try (TenantSession session = TenantSession.open(found, bench)) {
            return visit.to(found, session);
        }
    }

    private Found found(At<PostgresSpec> at, Bench bench) {
        Service<PostgresSpec> service = at.service();
        Declared declared = Declared.of(service, extensions);
        String database = at.database().orElseGet(() -> only(service, declared));
        TenancySpec spec = Optional.ofNullable(declared.databases().get(database))
                .flatMap(one -> one.tenancy())
                .orElseThrow(() -> TenancyRefusals.undeclared(service.name(), database));
        try (TenancySession session = TenancySession.open(service, bench.context(), database)) {
            ActualTenancy actual = session.look(spec);
            Optional<String> bound = Doors.bound(service, bench.context());
            Tenants tenants = Tenancies.of(spec, actual.registry(), Tenancies.owner(declared, database, bound), bound);
            if (actual.registry().isEmpty() || actual.registry().get().key().isEmpty()) {
                throw TenancyRefusals.notReady(
                        "database '" + database + "' of service '" + service.name() + "' has no list of tenants '"
                                + spec.tenants() + "' with a primary key of one column",
                        "Run the migrations that make it and holdfast apply.");
            }
            if (!actual.registry().get().named()) {
                throw TenancyRefusals.notReady(
                        "the list of tenants '" + spec.tenants() + "' in " + service.name() + "/" + database
                                + " has no column '" + spec.name() + "'",
                        "Write tenancy.name: with the column that has the names.");
            }
            if (!actual.mark().equals(tenants.mark())) {
                throw TenancyRefusals.notReady(
                        "the tenancy that the stack file declares for " + service.name() + "/" + database
                                + " is not in force",
                        "Run holdfast apply.");
            }
            return new Found(service, database, tenants, actual.tenants());
        }
    }

    private static String only(Service<PostgresSpec> service, Declared declared) {
        List<String> with = declared.databases().entrySet().stream()
                .filter(entry -> entry.getValue().tenancy().isPresent())
                .map(Map.Entry::getKey)
                .toList();
        if (with.size() != 1) {
            throw TenancyRefusals.refusal(
                    Code.HF1541,
                    with.isEmpty()
                            ? "service '" + service.name() + "' has no database with tenancy"
                            : "service '" + service.name() + "' has several databases with tenancy",
                    with.isEmpty()
                            ? "Add tenancy: to one in the stack file and run holdfast apply."
                            : "Name one: "
                                    + with.stream()
                                            .map(name -> service.name() + "/" + name)
                                            .collect(Collectors.joining(", "))
                                    + ".");
        }
        return with.getFirst();
    }
}
