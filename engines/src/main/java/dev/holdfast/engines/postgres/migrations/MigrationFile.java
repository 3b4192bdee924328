package dev.holdfast.engines.postgres.migrations;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * One file of a folder of migrations with its text as it was read. {@code script} is its path within the folder, which is what the
 * history table knows it by.
 *
 * @param settings the text of the {@code .conf} file that lies beside it
 */
public record MigrationFile(
        Path path,
        String script,
        Optional<MigrationVersion> version,
        String description,
        String text,
        Optional<String> settings) {

    public boolean isRepeatable() {
        return version.isEmpty();
    }

    /** What people call it: {@code V3} or {@code R__views}. */
    public String label() {
        return version.map(number -> "V" + number).orElseGet(() -> "R__" + description.replace(' ', '_'));
    }

    /** Flyway's own: over the lines, so that neither their ends nor a byte order mark count. */
    int checksum() {
        CRC32 crc = new CRC32();
        String whole = text.startsWith("\uFEFF") ? text.substring(1) : text;
        whole.lines().forEach(line -> crc.update(line.getBytes(StandardCharsets.UTF_8)));
        return (int) crc.getValue();
    }
}
