package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Tenancy.Part;
import dev.holdfast.engine.Tenancy.Tenant;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.engines.postgres.tenancy.TenantSession.Copied;
import dev.holdfast.engines.postgres.tenancy.TenantSession.Digest;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.postgresql.PGConnection;

/**
 * A tenant as a zip: one CSV a table, with a line of names, and {@code tenant.json} that says what they come to. Any tool can
 * read it; the order of the tables in it is that in which they can be filled.
 */
final class ArchiveSession {
    private final TenantSession session;
    private final Found found;
    private final Bench bench;

    ArchiveSession(TenantSession session, Found found, Bench bench) {
        this.session = session;
        this.found = found;
        this.bench = bench;
    }

    /** What an archive came to, for who deletes by it. */
    record Written(List<Part> parts, SortedMap<String, Digest> digests) {}

    /** The file is there when it is whole and on the disk, and only its owner can read it. */
    Written write(Tenant tenant, Path file, boolean replaces) {
        try (ArchiveFile archive = ArchiveFile.open(file);
                OutputStream out = archive.stream()) {
            Written written = write(tenant, out);
            archive.keep(replaces);
            return written;
        } catch (FileAlreadyExistsException e) {
            throw TenancyRefusals.refusal(
                    Code.HF3605,
                    "'" + file + "' is there already and is not an archive of tenant '" + tenant.name() + "' of "
                            + found.where(),
                    "Name another file with --to-file.");
        } catch (IOException e) {
            throw TenancyRefusals.archive(
                    "the archive '" + file + "' cannot be written: " + e.getMessage(),
                    "Give a folder that exists and has room, and run the command again.",
                    e);
        } catch (UncheckedIOException e) {
            throw TenancyRefusals.archive(
                    "the archive '" + file + "' cannot be written: " + e.getMessage(),
                    "Free some space and run the command again.",
                    e);
        }
    }

    /** Leaves the stream open, and nothing in it that is not where it goes. */
    Written write(Tenant tenant, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        Written written = session.transaction(() -> written(tenant, zip));
        zip.finish();
        out.flush();
        return written;
    }

    private Written written(Tenant tenant, ZipOutputStream zip) throws SQLException {
        Connection connection = session.connection();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        }
        session.enter(tenant.key());
        List<Manifest.Rows> described = new ArrayList<>();
        SortedMap<String, Digest> digests = session.digests(tenant.key());
        for (Copied copied : session.tables()) {
            bench.requireWanted();
            bench.say("copies " + copied.table());
            Digest digest = digests.getOrDefault(copied.table().toString(), new Digest(0, ""));
            described.add(copied(tenant, copied, digest, zip));
        }
        try {
            zip.putNextEntry(new ZipEntry(Manifest.FILE));
            zip.write(new Manifest(tenant, found.tenants().type().sql(), found.where(), described).written());
            zip.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Written(session.parts(tenant.key()), new TreeMap<>(digests));
    }

    private Manifest.Rows copied(Tenant tenant, Copied copied, Digest digest, ZipOutputStream zip) throws SQLException {
        String name = "tables/" + copied.table().schema() + "." + copied.table().name() + ".csv";
        String rows = "SELECT " + copied.columns() + " FROM " + copied.table().sql() + " t WHERE "
                + session.condition(copied, Sql.text(tenant.key()));
        try {
            zip.putNextEntry(new ZipEntry(name));
            Counted out = new Counted(zip);
            long count = session.connection()
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("COPY (" + rows + ") TO STDOUT (FORMAT csv, HEADER)", out);
            zip.closeEntry();
            if (count != digest.rows()) {
                throw incomplete(tenant, copied, digest, count);
            }
            return new Manifest.Rows(copied.table().toString(), name, count, digest.sum(), out.bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HoldfastException incomplete(Tenant tenant, Copied copied, Digest digest, long count) {
        return TenancyRefusals.refusal(
                Code.HF3605,
                "table " + copied.table() + " of tenant '" + tenant.name() + "' in " + found.where() + " has "
                        + digest.rows() + " rows and " + count + " came into the archive, which was not kept",
                "Run the command again; nothing was changed.");
    }

    /** One entry's end is not the file's. */
    private static final class Counted extends FilterOutputStream {
        private long bytes;

        Counted(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int one) throws IOException {
            out.write(one);
            bytes++;
        }

        @Override
        public void write(byte[] some, int offset, int length) throws IOException {
            out.write(some, offset, length);
            bytes += length;
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
