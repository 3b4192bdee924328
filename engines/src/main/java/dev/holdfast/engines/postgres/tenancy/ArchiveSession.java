package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Tenancy.Part;
import dev.holdfast.engine.Tenancy.Tenant;
import dev.holdfast.engines.postgres.tenancy.TenantSession.Copied;
import dev.holdfast.engines.postgres.tenancy.TenantSession.Digest;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.postgresql.PGConnection;

/**
 * A tenant as a zip: one CSV a table, with a line of names, and {@code tenant.json} that says what they come to. Any tool can
 * read it; the order of the tables in it is that in which they can be filled.
 */
final class ArchiveSession {
    private static final String MANIFEST = "tenant.json";
    private static final int FORMAT = 1;

    private final TenantSession session;
    private final Found found;
    private final Bench bench;

    ArchiveSession(TenantSession session, Found found, Bench bench) {
        this.session = session;
        this.found = found;
        this.bench = bench;
    }

    /** The file is there when it is whole, and only its owner can read it. */
    List<Part> write(Tenant tenant, Path file) {
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try {
            if (file.getParent() != null) {
                Files.createDirectories(file.getParent());
            }
            Files.deleteIfExists(next);
            Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            List<Part> parts;
            try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(next))) {
                parts = session.transaction(() -> written(tenant, zip));
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return parts;
        } catch (IOException e) {
            throw unusable(
                    "the archive '" + file + "' cannot be written: " + e.getMessage(),
                    "Give a folder that exists and has room, and run the command again.",
                    e);
        } catch (UncheckedIOException e) {
            throw unusable(
                    "the archive '" + file + "' cannot be written: " + e.getMessage(),
                    "Free some space and run the command again.",
                    e);
        } finally {
            try {
                Files.deleteIfExists(next);
            } catch (IOException left) {
                bench.say("could not remove " + next + ": " + left.getMessage());
            }
        }
    }

    private List<Part> written(Tenant tenant, ZipOutputStream zip) throws SQLException {
        Connection connection = session.connection();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
        }
        session.enter(tenant.key());
        List<Json> described = new ArrayList<>();
        SortedMap<String, Digest> digests = session.digests(tenant.key());
        for (Copied copied : session.tables()) {
            bench.requireWanted();
            bench.say("copies " + copied.table());
            String rows =
                    "SELECT " + copied.columns() + " FROM " + copied.table().sql() + " t WHERE "
                            + session.condition(copied).replace("?", quoted(tenant.key()));
            try {
                zip.putNextEntry(new ZipEntry(entry(copied.table())));
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut("COPY (" + rows + ") TO STDOUT (FORMAT csv, HEADER)", new Unclosed(zip));
                zip.closeEntry();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Digest digest = digests.get(copied.table().toString());
            described.add(Json.object()
                    .put("table", copied.table().toString())
                    .put("file", entry(copied.table()))
                    .put("rows", digest == null ? 0 : digest.rows())
                    .put("digest", digest == null ? "" : digest.sum())
                    .build());
        }
        Json manifest = Json.object()
                .put("format", FORMAT)
                .put("key", tenant.key())
                .put("name", tenant.name())
                .put("type", found.tenants().type().sql())
                .put("from", found.where())
                .put("tables", Json.array(described))
                .build();
        try {
            zip.putNextEntry(new ZipEntry(MANIFEST));
            zip.write(manifest.pretty().getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return session.parts(tenant.key());
    }

    private static String quoted(String key) {
        return dev.holdfast.engines.postgres.Sql.text(key).replace("$", "\\$");
    }

    /** Fills the tables of this database, compares, and keeps all or nothing. */
    Tenant read(Path file) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Json manifest = manifest(zip, file);
            Tenant tenant = new Tenant(
                    manifest.textAt("key").orElse(""), manifest.textAt("name").orElse(""), Optional.empty());
            requireFit(manifest, tenant, file);
            session.transaction(() -> {
                fill(zip, manifest, tenant);
                return tenant;
            });
            return tenant;
        } catch (ZipException | JsonException e) {
            throw unusable(
                    "'" + file + "' is not an archive of a tenant: " + e.getMessage(),
                    "Name a file that holdfast tenant export wrote.",
                    e);
        } catch (IOException e) {
            throw unusable(
                    "the archive '" + file + "' cannot be read: " + e.getMessage(),
                    "Check the path, and that the user of the daemon may read it.",
                    e);
        } catch (UncheckedIOException e) {
            throw unusable(
                    "the archive '" + file + "' breaks off: " + e.getMessage(),
                    "Use another copy of it: this one was damaged after it was written.",
                    e);
        }
    }

    private static Json manifest(ZipFile zip, Path file) throws IOException {
        ZipEntry entry = zip.getEntry(MANIFEST);
        if (entry == null) {
            throw new ZipException("it has no " + MANIFEST);
        }
        try (InputStream in = zip.getInputStream(entry)) {
            Json manifest = Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            if (manifest.longAt("format").orElse(0L) != FORMAT) {
                throw unusable(
                        "'" + file + "' is an archive of format "
                                + manifest.longAt("format").orElse(0L) + ", and this build reads format " + FORMAT,
                        "Use the version of Holdfast that wrote it.",
                        new IOException("format"));
            }
            return manifest;
        }
    }

    private void requireFit(Json manifest, Tenant tenant, Path file) {
        String type = manifest.textAt("type").orElse("");
        if (!type.equals(found.tenants().type().sql())) {
            throw TenancyRefusals.refusal(
                    Code.HF3605,
                    "the archive '" + file + "' has keys of type " + type + ", and the tenants of " + found.where()
                            + " have " + found.tenants().type().sql(),
                    "Bring it into a database whose tenants have keys of that type.");
        }
        if (session.find(tenant.name()).isPresent()
                || session.find(tenant.key()).isPresent()) {
            throw TenancyRefusals.refusal(
                    Code.HF3605,
                    "tenant '" + tenant.name() + "' is in " + found.where() + " already",
                    "Drop it there first, if the archive is to take its place: holdfast tenant drop " + found.where()
                            + " " + tenant.name() + ".");
        }
        List<String> there = session.tables().stream()
                .map(copied -> copied.table().toString())
                .toList();
        for (Json table : manifest.itemsAt("tables")) {
            String name = table.textAt("table").orElse("");
            // the list of tenants may be called otherwise here
            if (!there.contains(name)) {
                throw TenancyRefusals.refusal(
                        Code.HF3605,
                        "the archive '" + file + "' has rows of table " + name + ", which is no table of tenants in "
                                + found.where(),
                        "Bring that database's migrations and its tenancy.tables to where the source's are.");
            }
        }
    }

    private void fill(ZipFile zip, Json manifest, Tenant tenant) throws SQLException {
        Map<String, Json> described = new TreeMap<>();
        manifest.itemsAt("tables").forEach(t -> described.put(t.textAt("table").orElse(""), t));
        session.enter(tenant.key());
        boolean isFirst = true;
        for (Copied copied : session.tables()) {
            Json table = described.get(copied.table().toString());
            if (table != null) {
                bench.requireWanted();
                bench.say("fills " + copied.table());
                copyIn(zip, copied, table);
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
        described.forEach((name, table) -> {
            Digest expected = new Digest(
                    table.longAt("rows").orElse(-1L), table.textAt("digest").orElse(""));
            if (!expected.equals(here.get(name))) {
                throw TenancyRefusals.refusal(
                        Code.HF3606,
                        "table " + name + " of tenant '" + tenant.name() + "' came to "
                                + Optional.ofNullable(here.get(name))
                                        .map(Digest::rows)
                                        .orElse(0L) + " rows in "
                                + found.where() + " that are not the " + expected.rows()
                                + " of the archive; nothing of it was kept",
                        "Look for triggers and column types that differ between the two databases.");
            }
        });
    }

    private void copyIn(ZipFile zip, Copied copied, Json table) throws SQLException {
        ZipEntry entry = zip.getEntry(table.textAt("file").orElse(""));
        if (entry == null) {
            throw new UncheckedIOException(new IOException("the rows of " + copied.table() + " are missing"));
        }
        try (InputStream in = zip.getInputStream(entry)) {
            copyIn(copied, in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
    private void copyIn(Copied copied, InputStream in) throws SQLException, IOException {
        Connection connection = session.connection();
        String into =
                session.isBound() ? "pg_temp.holdfast_incoming" : copied.table().sql();
        try (Statement statement = connection.createStatement()) {
            if (session.isBound()) {
                statement.execute("CREATE TEMPORARY TABLE holdfast_incoming ON COMMIT DROP AS SELECT "
                        + copied.columns() + " FROM " + copied.table().sql() + " WITH NO DATA");
            }
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY " + into + " (" + copied.columns() + ") FROM STDIN (FORMAT csv, HEADER MATCH)", in);
            if (session.isBound()) {
                statement.execute("INSERT INTO " + copied.table().sql() + " (" + copied.columns()
                        + ") OVERRIDING SYSTEM VALUE SELECT " + copied.columns() + " FROM " + into);
                statement.execute("DROP TABLE " + into);
            }
        }
    }

    private static String entry(Table table) {
        return "tables/" + table.schema() + "." + table.name() + ".csv";
    }

    private static HoldfastException unusable(String cause, String remedy, Exception e) {
        return new HoldfastException(dev.holdfast.problem.Problem.of(Code.HF3605, cause, remedy), e);
    }

    /** One entry's end is not the file's. */
    private static final class Unclosed extends FilterOutputStream {
        Unclosed(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
