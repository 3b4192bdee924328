package dev.holdfast.daemon.stacks;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Source;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.util.Optional;

/**
 * What is wanted of a stack, as {@code desired.json} remembers it across daemons.
 *
 * @param settled whether the operation that wanted it came to its end; false after the daemon was killed under it
 * @param source its file, the environment, and the text of the file as it was applied
 * @param derived of which stack it was made and how, where it has no file of its own
 */
record Desired(boolean up, boolean settled, Source source, Optional<Derived> derived) {
    private static final String FILE = "desired.json";

    static Optional<Desired> read(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            return Optional.of(of(Json.parse(Files.readString(file))));
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (IOException | JsonException | IllegalArgumentException | DateTimeException unusable) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3203,
                            "the state file '" + file + "' cannot be read: " + unusable.getMessage(),
                            "Move that file away, then run 'holdfast up' with the stack's file: its data is untouched."),
                    unusable);
        }
    }

    static Desired of(Json json) {
        return new Desired(
                json.isAt("up"),
                json.isAt("settled"),
                new Source(Path.of(text(json, "source")), json.textAt("environment"), text(json, "text")),
                json.at("derived").map(Derived::of));
    }

    Json json() {
        Json.Builder json = Json.object()
                .put("up", up)
                .put("settled", settled)
                .put("source", source.file().toString())
                .put("environment", source.environment())
                .put("text", source.resolved());
        derived.ifPresent(made -> json.put("derived", made.json()));
        return json.build();
    }

    void write(Path folder) {
        Path file = folder.resolve(FILE);
        Path next = folder.resolve(FILE + ".next");
        try {
            Files.createDirectories(folder);
            Files.deleteIfExists(next);
            Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(next, json().pretty());
            try (FileChannel channel = FileChannel.open(next, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failed) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3203,
                            "the state file '" + file + "' cannot be written: " + failed.getMessage(),
                            "Free some space or give its owner back the right to it, then run the same command again."),
                    failed);
        }
    }

    Desired with(Derived now) {
        return new Desired(up, settled, source, Optional.of(now));
    }

    Desired wanting(boolean nextUp, boolean nextSettled) {
        return new Desired(nextUp, nextSettled, source, derived);
    }

    static String text(Json json, String name) {
        return json.textAt(name).orElseThrow(() -> new IllegalArgumentException("'" + name + "' is missing"));
    }
}
