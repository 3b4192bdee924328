package dev.holdfast.targets.local;

import java.nio.file.Path;
import java.util.Optional;

/** The paths of one stack. All state of a stack is below {@code root}, and nothing else is. */
@SuppressWarnings("DoNotCallSuggester")
public record StackFolder(String name, Path root) {
    public boolean exists() {
        throw new UnsupportedOperationException();
    }

    /** What {@code stack.json} says; empty where the stack was never opened. Refuses a file it cannot read. */
    public Optional<Source> source() {
        throw new UnsupportedOperationException();
    }

    /** Whether the file the stack came from is no longer where it was. */
    public boolean sourceMissing() {
        throw new UnsupportedOperationException();
    }

    public Path config(String member) {
        return root.resolve("config").resolve(member);
    }

    public Path secrets(String member) {
        return root.resolve("secrets").resolve(member);
    }

    public Path tls() {
        return root.resolve("tls");
    }

    public Path tls(String member) {
        return tls().resolve(member);
    }

    /** The place of the data of all members: one directory, so that it can be branched at once. */
    public Path volume() {
        return root.resolve("volume");
    }

    public Path volume(String member) {
        return volume().resolve(member);
    }

    public Path run(String member) {
        return root.resolve("run").resolve(member + ".json");
    }

    public Path log(String member) {
        return root.resolve("logs").resolve(member + ".log");
    }

    public Path journal() {
        return root.resolve("journal.ndjson");
    }

    public Path ports() {
        return root.resolve("ports.json");
    }

    public Path state() {
        return root.resolve("stack.json");
    }

    public Path resolved() {
        return root.resolve("resolved.yaml");
    }

    public Path secretStore() {
        return root.resolve("secrets.enc");
    }

    public Path lock() {
        return root.resolve("lock");
    }
}
