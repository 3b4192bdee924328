package dev.holdfast.engines.postgres.tenancy;

import dev.holdfast.engine.Tenancy.Tenant;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** What an archive says of itself. It comes from outside: what it says is compared before anything of it is kept. */
record Manifest(Tenant tenant, String type, String from, List<Rows> tables) {
    static final String FILE = "tenant.json";
    private static final int FORMAT = 1;

    /** Some hundred bytes a table. */
    private static final int MOST_BYTES = 1 << 20;

    Manifest {
        tables = List.copyOf(tables);
    }

    /** @param bytes of the CSV when it is unpacked; -1 in archives of earlier builds */
    record Rows(String table, String file, long rows, String digest, long bytes) {
        TenantSession.Digest whole() {
            return new TenantSession.Digest(rows, digest);
        }
    }

    byte[] written() {
        List<Json> described = new ArrayList<>();
        for (Rows rows : tables) {
            described.add(Json.object()
                    .put("table", rows.table())
                    .put("file", rows.file())
                    .put("rows", rows.rows())
                    .put("digest", rows.digest())
                    .put("bytes", rows.bytes())
                    .build());
        }
        return Json.object()
                .put("format", FORMAT)
                .put("key", tenant.key())
                .put("name", tenant.name())
                .put("type", type)
                .put("from", from)
                .put("tables", Json.array(described))
                .build()
                .pretty()
                .getBytes(StandardCharsets.UTF_8);
    }

    /** @throws JsonException where it is no JSON */
    static Manifest of(ZipFile zip) throws IOException {
        ZipEntry entry = zip.getEntry(FILE);
        if (entry == null) {
            throw new ZipException("it has no " + FILE);
        }
        Json json;
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] text = in.readNBytes(MOST_BYTES + 1);
            if (text.length > MOST_BYTES) {
                throw new ZipException("its " + FILE + " has more than " + MOST_BYTES + " bytes");
            }
            json = Json.parse(new String(text, StandardCharsets.UTF_8));
        }
        long format = json.longAt("format").orElse(0L);
        if (format != FORMAT) {
            throw new ZipException("it is of format " + format + ", and this build reads format " + FORMAT
                    + "; the version of Holdfast that wrote it reads it");
        }
        String key = json.textAt("key").orElseThrow(() -> new ZipException("its " + FILE + " names no key"));
        List<Rows> tables = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (Json table : json.itemsAt("tables")) {
            String name = table.textAt("table").orElse("");
            if (!names.add(name)) {
                throw new ZipException("its " + FILE + " names table " + name + " twice");
            }
            tables.add(new Rows(
                    name,
                    table.textAt("file").orElse(""),
                    table.longAt("rows").orElse(-1L),
                    table.textAt("digest").orElse(""),
                    table.longAt("bytes").orElse(-1L)));
        }
        return new Manifest(
                new Tenant(key, json.textAt("name").orElse(""), Optional.empty()),
                json.textAt("type").orElse(""),
                json.textAt("from").orElse(""),
                tables);
    }

    /** Whether the file is an archive of that tenant, from there. */
    static boolean isOf(Path file, Tenant tenant, String from) {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            Manifest manifest = of(zip);
            return manifest.tenant().key().equals(tenant.key())
                    && manifest.tenant().name().equals(tenant.name())
                    && manifest.from().equals(from);
        } catch (IOException | JsonException e) {
            return false;
        }
    }
}
