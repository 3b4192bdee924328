package dev.holdfast.apply;

import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was done to a stack, one JSON line a step. A line about a change is on the disk before the change begins, and
 * again before the next one begins; decisions are written without waiting for the disk.
 */
public final class Journal {
    /** Half of what is kept: the file and its predecessor. */
    private static final long MAX_BYTES = 2L << 20;

    private static final ByteBuffer LINE_END =
            ByteBuffer.wrap(new byte[] {'\n'}).asReadOnlyBuffer();

    private final Path file;
    private final InstantSource clock;

    public Journal(Path file, InstantSource clock) {
        this.file = file;
        this.clock = clock;
    }

    public void applyBegun(int changes) {
        append(line("apply-begun").put("changes", changes), true);
    }

    public void changeBegun(Change change) {
        append(described(line("change-begun"), change), true);
    }

    public void changeDone(Change change) {
        append(described(line("change-done"), change), true);
    }

    public void changeFailed(Change change, String cause) {
        append(described(line("change-failed"), change).put("cause", cause), true);
    }

    /** As {@link #changeBegun}, for a step whose own place knows how far it came: not forced to the disk. */
    public void stepBegun(Change step) {
        append(described(line("step-begun"), step), false);
    }

    public void stepDone(Change step) {
        append(described(line("change-done"), step), false);
    }

    public void stepFailed(Change step, String cause) {
        append(described(line("step-failed"), step).put("cause", cause), false);
    }

    public void applyDone(int changes) {
        append(line("apply-done").put("changes", changes), true);
    }

    /** @param member empty where the decision is about the whole stack */
    public void decision(String member, String text) {
        append(line("decision").put("member", member).put("text", text), false);
    }

    /** The apply that began last, where it neither ended nor failed: the daemon was killed under it. */
    public Optional<Interrupted> interrupted() {
        Optional<Interrupted> open = Optional.empty();
        for (Json entry : entries()) {
            open = switch (entry.textAt("kind").orElse("")) {
                case "apply-begun" ->
                    Optional.of(new Interrupted(entry.textAt("operation").orElse(""), 0, Optional.empty()));
                case "change-begun" ->
                    open.map(found -> found.at(entry.textAt("where").orElse("")));
                case "change-done" -> open.map(Interrupted::oneMore);
                case "change-failed", "apply-done" -> Optional.empty();
                default -> open;
            };
        }
        return open;
    }

    /** All that can be read, oldest first. The torn last line of a killed writer is left out. */
    public List<Json> entries() {
        List<Json> entries = new ArrayList<>();
        if (!Files.exists(file)) {
            return entries;
        }
        try {
            String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
            for (String line : text.split("\n", -1)) {
                if (!line.isEmpty()) {
                    parsed(line).ifPresent(entries::add);
                }
            }
            return entries;
        } catch (IOException unreadable) {
            throw unusable("read", unreadable);
        }
    }

    private static Optional<Json> parsed(String line) {
        try {
            return Optional.of(Json.parse(line));
        } catch (JsonException torn) {
            return Optional.empty();
        }
    }

    private Json.Builder line(String kind) {
        Operation operation = Operation.current();
        return Json.object()
                .put("at", clock.instant().toString())
                .put("operation", operation.id())
                .put("actor", operation.actor())
                .put("kind", kind);
    }

    private static Json.Builder described(Json.Builder line, Change change) {
        return line.put("where", change.where())
                .put("summary", change.summary())
                .put("risk", change.risk().name());
    }

    private synchronized void append(Json.Builder line, boolean force) {
        try {
            rotate();
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                long end = channel.size();
                if (end == 0) {
                    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
                }
                channel.position(end);
                if (end > 0 && lastByte(channel, end) != '\n') {
                    // ends the torn line of a killed writer, so that this one can be read
                    channel.write(LINE_END.duplicate());
                }
                ByteBuffer bytes = ByteBuffer.wrap((line.build().compact() + "\n").getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                if (force) {
                    channel.force(true);
                }
            }
        } catch (IOException failed) {
            throw unusable("write", failed);
        }
    }

    private static byte lastByte(FileChannel channel, long end) throws IOException {
        ByteBuffer last = ByteBuffer.allocate(1);
        channel.read(last, end - 1);
        return last.get(0);
    }

    private void rotate() throws IOException {
        if (Files.exists(file) && Files.size(file) > MAX_BYTES) {
            Files.move(
                    file,
                    file.resolveSibling(file.getFileName() + ".1"),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private HoldfastException unusable(String verb, IOException cause) {
        return new HoldfastException(
                Problem.of(
                        Code.HF3204,
                        "cannot " + verb + " the journal " + file + ": " + cause.getMessage(),
                        "Free some space or give its owner back the right to it, then run the same command again."),
                cause);
    }

    /**
     * An apply without an end.
     *
     * @param done how many changes it finished
     * @param where the change it was at, where it had begun one
     */
    public record Interrupted(String operation, int done, Optional<String> where) {
        Interrupted at(String next) {
            return new Interrupted(operation, done, Optional.of(next));
        }

        Interrupted oneMore() {
            return new Interrupted(operation, done + 1, Optional.empty());
        }
    }
}
