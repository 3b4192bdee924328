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
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
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
            // somebody else may have made some of them meanwhile
            List<Tenant> there = session.named(List.copyOf(wanted));
            Set<String> keys = made.stream().map(Tenant::key).collect(Collectors.toSet());
            Map<String, Integer> order = new LinkedHashMap<>();
            wanted.forEach(name -> order.put(name, order.size()));
            List<Tenant> sorted = new ArrayList<>(made);
            sorted.sort(java.util.Comparator.comparingInt(tenant -> order.getOrDefault(tenant.name(), 0)));
            return new Created(
                    sorted,
                    there.stream().filter(one -> !keys.contains(one.key())).toList());
        });
    }

    /** What looks like another name, or like none, is no name: one day somebody drops a tenant by it. */
    private static void requireName(String name) {
        if (name.isBlank()
                || name.length() > LONGEST_NAME
                || !name.equals(name.strip())
                || !Normalizer.isNormalized(name, Normalizer.Form.NFC)
                || name.codePoints().anyMatch(PostgresTenancy::isUnseen)) {
            String shown = name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) + "…" : name;
            throw TenancyRefusals.refusal(
                    Code.HF3602,
                    "'" + shown + "' is no name for a tenant",
                    "Give a name of 1 to " + LONGEST_NAME
                            + " characters, composed (Unicode NFC), without control or invisible characters and without spaces at its ends.");
        }
    }

    private static boolean isUnseen(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> character != 0x200c && character != 0x200d;
            default -> false;
        };
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
    public Shown show(At<PostgresSpec> at, Which tenant, Bench bench) {
        return visit(at, bench, (found, session) -> shown(found, session, find(found, session, tenant)));
    }

    private static Shown shown(Found found, TenantSession session, Tenant tenant) {
        return new Shown(found.database(), tenant, session.parts(tenant.key()));
    }

    private static Tenant find(Found found, TenantSession session, Which tenant) {
        return lookedFor(found, session, tenant)
                .orElseThrow(() ->
                        TenancyRefusals.unknown(tenant.word(), found.service().name(), found.database()));
    }

    private static Optional<Tenant> lookedFor(Found found, TenantSession session, Which tenant) {
        if (tenant.isKey()) {
            return session.byKey(tenant.word());
        }
        List<Tenant> meant = session.meant(tenant.word());
        if (meant.size() > 1) {
            throw TenancyRefusals.ambiguous(
                    tenant.word(), meant, found.service().name(), found.database());
        }
        return meant.stream().findFirst();
    }

    @Override
    public Archived export(At<PostgresSpec> at, Which tenant, Path file, Bench bench) {
        return visit(at, bench, (found, session) -> {
            Tenant one = find(found, session, tenant);
            return new Archived(
                    file,
                    one,
                    new ArchiveSession(session, found, bench)
                            .write(one, file, true)
                            .parts());
        });
    }

    @Override
    public Shown bring(At<PostgresSpec> at, Path file, Bench bench) {
        return visit(at, bench, (found, session) -> {
            Tenant tenant = new ArrivalSession(session, found, bench).read(file);
            return shown(found, session, tenant);
        });
    }

    @Override
    public Moved move(At<PostgresSpec> from, At<PostgresSpec> to, Which tenant, boolean gone, Bench bench) {
        Found source = found(from, bench);
        Found target = found(to, bench);
        if (source.where().equals(target.where())) {
            throw TenancyRefusals.refusal(
                    Code.HF3606,
                    "tenant '" + tenant.word() + "' would be moved from " + source.where() + " to where it is",
                    "Name another database, or another service.");
        }
        try (TenantSession here = TenantSession.open(source, bench);
                TenantSession there = TenantSession.open(target, bench)) {
            Optional<Tenant> left = lookedFor(source, here, tenant);
            if (left.isEmpty()) {
                // where it is at its goal and nowhere else an earlier attempt came to its end
                return lookedFor(target, there, tenant)
                        .map(arrived -> new Moved(arrived, false, true))
                        .orElseThrow(() -> TenancyRefusals.unknown(
                                tenant.word(), source.service().name(), source.database()));
            }
            Tenant one = left.get();
            Optional<Tenant> arrived = there.byKey(one.key());
            arrived.filter(other -> !other.name().equals(one.name())).ifPresent(other -> {
                throw TenancyRefusals.refusal(
                        Code.HF3606,
                        "tenant '" + one.name() + "' has key " + one.key() + " in " + source.where() + ", and in "
                                + target.where() + " that key is of another tenant, '" + other.name()
                                + "'; both were left as they are",
                        "Move it into a database where its key is free.");
            });
            boolean copies = arrived.isEmpty();
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
            file = ArchiveFile.unfinished(Path.of(System.getProperty("java.io.tmpdir")), "holdfast-tenant");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
                new ArchiveSession(here, source, bench).write(one, out);
            }
            new ArrivalSession(there, target, bench).read(file);
        } catch (IOException | UncheckedIOException e) {
            throw TenancyRefusals.archive(
                    "the copy of tenant '" + one.name() + "' cannot be written to " + file + ": " + e.getMessage(),
                    "Free some space there and run the command again; nothing was changed.",
                    e);
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
                                + target.where() + " " + one.key() + " --by-key.");
            }
        });
    }

    @Override
    public Shown drop(At<PostgresSpec> at, Which tenant, Optional<Path> archive, Bench bench) {
        return visit(at, bench, (found, session) -> {
            Tenant one = find(found, session, tenant);
            if (archive.isEmpty()) {
                Shown before = shown(found, session, one);
                session.transaction(() -> {
                    session.remove(one.key());
                    return one;
                });
                return before;
            }
            Path file = archive.get();
            ArchiveSession.Written written =
                    new ArchiveSession(session, found, bench).write(one, file, Manifest.isOf(file, one, found.where()));
            bench.requireWanted();
            bench.say("removes " + one.name() + " from " + found.where());
            session.transaction(() -> {
                // what was written since it was archived would be lost: now nothing more can be
                session.lock();
                session.digests(one.key()).forEach((table, digest) -> {
                    if (!digest.equals(written.digests().get(table))) {
                        throw TenancyRefusals.refusal(
                                Code.HF3606,
                                "table " + table + " of tenant '" + one.name() + "' in " + found.where()
                                        + " was written to while it was archived; nothing was dropped, and '" + file
                                        + "' is not all of it",
                                "Keep the tenant's programs away and run the command again.");
                    }
                });
                session.remove(one.key());
                return one;
            });
            return new Shown(found.database(), one, written.parts());
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
