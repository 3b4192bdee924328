package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Tenancy.Tenant;
import dev.holdfast.engines.postgres.tenancy.TenantSession.Copied;
import dev.holdfast.engines.postgres.tenancy.TenantSession.Digest;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.text.JsonException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.postgresql.PGConnection;

/** An archive of a tenant becomes rows of this database: those of that tenant and no others, all of them or none. */
final class ArrivalSession {
    private final TenantSession session;
    private final Found found;
    private final Bench bench;

    ArrivalSession(TenantSession session, Found found, Bench bench) {
        this.session = session;
        this.found = found;
        this.bench = bench;
    }

    Tenant read(Path file) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Manifest manifest = Manifest.of(zip);
            requireFit(manifest, file);
            session.transaction(() -> {
                fill(zip, manifest);
                return manifest;
            });
            return manifest.tenant();
        } catch (ZipException | JsonException e) {
            throw TenancyRefusals.archive(
                    "'" + file + "' is not an archive of a tenant: " + e.getMessage(),
                    "Name a file that holdfast tenant export wrote.",
                    e);
        } catch (IOException e) {
            throw TenancyRefusals.archive(
                    "the archive '" + file + "' cannot be read: " + e.getMessage(),
                    "Check the path, and that the user of the daemon may read it.",
                    e);
        } catch (UncheckedIOException e) {
            throw TenancyRefusals.archive(
                    "the archive '" + file + "' breaks off: "
                            + Optional.ofNullable(e.getCause())
                                    .map(Throwable::getMessage)
                                    .orElse(""),
                    "Use another copy of it: this one was damaged after it was written.",
                    e);
        }
    }

    private void requireFit(Manifest manifest, Path file) {
        String type = found.tenants().type().sql();
        if (!manifest.type().equals(type)) {
            throw TenancyRefusals.refusal(
                    Code.HF3605,
                    "the archive '" + file + "' has keys of type " + manifest.type() + ", and the tenants of "
                            + found.where() + " have " + type,
                    "Bring it into a database whose tenants have keys of that type.");
        }
        Tenant tenant = manifest.tenant();
        session.byKey(tenant.key()).ifPresent(there -> {
            throw there.name().equals(tenant.name()) ? already(tenant) : taken(tenant, "key", there);
        });
        session.named(List.of(tenant.name())).stream().findFirst().ifPresent(there -> {
            throw taken(tenant, "name", there);
        });
        List<String> there = session.tables().stream()
                .map(copied -> copied.table().toString())
                .toList();
        for (Manifest.Rows table : manifest.tables()) {
            // the list of tenants may be called otherwise here
            if (!there.contains(table.table())) {
                throw TenancyRefusals.refusal(
                        Code.HF3605,
                        "the archive '" + file + "' has rows of table " + table.table()
                                + ", which is no table of tenants in " + found.where(),
                        "Bring that database's migrations and its tenancy.tables to where the source's are.");
            }
        }
    }

    private HoldfastException already(Tenant tenant) {
        return TenancyRefusals.refusal(
                Code.HF3605,
                "tenant '" + tenant.name() + "' is in " + found.where() + " already",
                "Drop it there first, if the archive is to take its place: holdfast tenant drop " + found.where() + " "
                        + tenant.key() + " --by-key.");
    }

    private HoldfastException taken(Tenant tenant, String what, Tenant there) {
        return TenancyRefusals.refusal(
                Code.HF3605,
                "the archive is of tenant '" + tenant.name() + "' with key " + tenant.key() + ", and in "
                        + found.where() + " that " + what + " is another's: '" + there.name() + "' with key "
                        + there.key(),
                "Bring it into a database where both are free.");
    }

    private void fill(ZipFile zip, Manifest manifest) throws SQLException {
        Tenant tenant = manifest.tenant();
        Map<String, Manifest.Rows> described = new HashMap<>();
        manifest.tables().forEach(table -> described.put(table.table(), table));
        session.enter(tenant.key());
        session.digests(tenant.key()).forEach((table, digest) -> {
            if (digest.rows() > 0) {
                throw TenancyRefusals.refusal(
                        Code.HF3605,
                        "table " + table + " of " + found.where() + " has " + digest.rows() + " rows of key "
                                + tenant.key() + ", which no tenant has",
                        "Look where they come from and delete them, then bring the archive again.");
            }
        });
        boolean isFirst = true;
        for (Copied copied : session.tables()) {
            Manifest.Rows table = described.get(copied.table().toString());
            if (table != null) {
                bench.requireWanted();
                bench.say("fills " + copied.table());
                copyIn(zip, copied, table, tenant);
            }
            if (isFirst) {
                session.asked(
                        "SELECT holdfast.create_tenant_partitions(?::"
                                + found.tenants().type().sql() + ")",
                        row -> row.getInt(1),
                        tenant.key());
                isFirst = false;
            }
        }
        SortedMap<String, Digest> here = session.digests(tenant.key());
        for (Manifest.Rows table : manifest.tables()) {
            Digest came = here.getOrDefault(table.table(), new Digest(0, ""));
            if (!table.whole().equals(came)) {
                throw differs(table, tenant, "came to " + came.rows() + " rows");
            }
        }
        if (session.byKey(tenant.key())
                .filter(there -> there.name().equals(tenant.name()))
                .isEmpty()) {
            throw TenancyRefusals.refusal(
                    Code.HF3605,
                    "the archive has no tenant '" + tenant.name() + "' with key " + tenant.key()
                            + " in its list of tenants; nothing of it was kept",
                    "Use an archive as holdfast tenant export wrote it.");
        }
    }

    private HoldfastException differs(Manifest.Rows table, Tenant tenant, String what) {
        return TenancyRefusals.refusal(
                Code.HF3606,
                "table " + table.table() + " of tenant '" + tenant.name() + "' " + what + " in " + found.where()
                        + " that are not the " + table.rows() + " of the archive; nothing of it was kept",
                "Use an archive as holdfast tenant export wrote it; look for triggers and column types that differ between the two databases.");
    }

    private void copyIn(ZipFile zip, Copied copied, Manifest.Rows table, Tenant tenant) throws SQLException {
        ZipEntry entry = zip.getEntry(table.file());
        if (entry == null) {
            throw new UncheckedIOException(new IOException("the rows of " + copied.table() + " are missing"));
        }
        long rows;
        try (InputStream in = zip.getInputStream(entry)) {
            rows = copyIn(copied, new Bounded(in, table.bytes() < 0 ? entry.getSize() : table.bytes(), copied.table()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // every row that came is counted again by its tenant: one of somebody else would be missing there
        if (rows != table.rows()) {
            throw differs(table, tenant, "came with " + rows + " rows");
        }
        for (String column : copied.counted()) {
            // the next number the table gives out comes after those that came with the tenant
            session.asked(
                    "SELECT setval(s.name::regclass, greatest((SELECT max(" + column + ") FROM "
                            + copied.table().sql() + "), nextval(s.name::regclass))) FROM (SELECT"
                            + " pg_get_serial_sequence(?, ?) AS name) s",
                    row -> row.getLong(1),
                    copied.table().sql(),
                    column.replaceAll("^\"|\"$", "").replace("\"\"", "\""));
        }
    }

    /** COPY knows no policies: where they bind, the rows come by way of a table of this transaction alone. */
    private long copyIn(Copied copied, InputStream in) throws SQLException, IOException {
        Connection connection = session.connection();
        String into =
                session.isBound() ? "pg_temp.holdfast_incoming" : copied.table().sql();
        try (Statement statement = connection.createStatement()) {
            if (session.isBound()) {
                statement.execute("CREATE TEMPORARY TABLE holdfast_incoming ON COMMIT DROP AS SELECT "
                        + copied.columns() + " FROM " + copied.table().sql() + " WITH NO DATA");
            }
            long rows = connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY " + into + " (" + copied.columns() + ") FROM STDIN (FORMAT csv, HEADER MATCH)", in);
            if (session.isBound()) {
                statement.execute("INSERT INTO " + copied.table().sql() + " (" + copied.columns()
                        + ") OVERRIDING SYSTEM VALUE SELECT " + copied.columns() + " FROM " + into);
                statement.execute("DROP TABLE " + into);
            }
            return rows;
        }
    }

    /** A small file can unpack to any size: it ends where the archive says that it does. */
    private static final class Bounded extends FilterInputStream {
        private final Table table;
        private final long most;
        private long left;

        Bounded(InputStream in, long most, Table table) {
            super(in);
            this.most = most;
            this.left = most;
            this.table = table;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int came = in.read(into, offset, length);
            left -= Math.max(0, came);
            if (left < 0) {
                throw new IOException(
                        "the rows of " + table + " are more than the " + most + " bytes that it says of them");
            }
            return came;
        }
    }
}
