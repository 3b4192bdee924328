package dev.holdfast.targets.local;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** One JSON file of Holdfast's own state. What cannot be read is refused and left as it is, never repaired in silence. */
public record StateFile(Path path, String remedy) {

    /** Empty where the file is missing. {@code reader} throws {@link IllegalArgumentException} for what it cannot use. */
    public <T> Optional<T> read(Function<Json, T> reader) {
        return Disk.read(path).map(bytes -> {
            try {
                return reader.apply(Json.parse(new String(bytes, StandardCharsets.UTF_8)));
            } catch (RuntimeException unusable) {
                throw new HoldfastException(
                        Problem.of(
                                Code.HF3102,
                                "state file '" + path + "' cannot be read: " + unusable.getMessage(),
                                remedy),
                        unusable);
            }
        });
    }

    public void write(Json content) {
        Disk.write(path, content.pretty().getBytes(StandardCharsets.UTF_8), Disk.OURS);
    }

    /** Sets an unreadable file aside as {@code <name>.bad}, so that the next write begins anew and nothing is lost. */
    public void setAside() {
        Path aside = path.resolveSibling(path.getFileName() + ".bad");
        Disk.remove(aside);
        Disk.move(path, aside);
    }

    public static String requireText(Json json, String name) {
        return json.textAt(name).orElseThrow(() -> new IllegalArgumentException("'" + name + "' is missing"));
    }

    public static long requireLong(Json json, String name) {
        return json.longAt(name).orElseThrow(() -> new IllegalArgumentException("'" + name + "' is missing"));
    }
}
