package dev.holdfast.targets.local;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The paths of one stack. All state of a stack is below {@code root}, and nothing else is. */
public record StackFolder(String name, Path root) {
    private static final Pattern MEMBER = Pattern.compile("[a-z0-9]([a-z0-9_-]{0,126}[a-z0-9])?");

    /** Whether anything of the stack is here. */
    public boolean exists() {
        return Files.isDirectory(root);
    }

    /** What {@code stack.json} says; empty where the stack was never opened. Refuses a file it cannot read. */
    public Optional<Source> source() {
        return stateFile()
                .read(json -> new Source(
                        Path.of(StateFile.requireText(json, "source")),
                        json.textAt("environment"),
                        Disk.read(resolved())
                                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                                .orElse("")));
    }

    /** Whether the file the stack came from is no longer where it was. */
    public boolean sourceMissing() {
        return source().map(source -> !Files.exists(source.file())).orElse(false);
    }

    void remember(Source source) {
        Disk.write(resolved(), source.resolved().getBytes(StandardCharsets.UTF_8), Disk.OURS);
        stateFile()
                .write(Json.object()
                        .put("format", 1)
                        .put("source", source.file().toAbsolutePath().toString())
                        .put("environment", source.environment())
                        .build());
    }

    public Path config(String member) {
        return of("config", member, "");
    }

    /** What was last written for the member, setting by setting. */
    StateFile written(String member) {
        return new StateFile(
                of("config", member, ".json"),
                "Remove the file: the next 'holdfast up' writes the member's configuration anew. Its data is not touched.");
    }

    public Path secrets(String member) {
        return of("secrets", member, "");
    }

    public Path tls() {
        return root.resolve("tls");
    }

    public Path tls(String member) {
        return of("tls", member, "");
    }

    /** The stack's authority, for programs outside the workloads. */
    public Path authority() {
        return tls().resolve("ca.crt");
    }

    /** What a client program may see of {@link #tls}: the authority alone. */
    Path client() {
        return root.resolve("client");
    }

    /** The place of the data of all members: one directory, so that it can be branched at once; a link to it where the stack lives in a volume. */
    public Path volume() {
        return root.resolve("volume");
    }

    public Path volume(String member) {
        return of("volume", member, "");
    }

    Path partial(String member) {
        return of("volume", member, ".partial");
    }

    Path dataLock(String member) {
        return of("volume", member, ".lock");
    }

    /** A process that has the data of any member now, whoever started it. */
    public Optional<Long> user() {
        if (!Files.isDirectory(volume())) {
            return Optional.empty();
        }
        try (Stream<Path> entries = Files.list(volume())) {
            return entries.filter(entry -> entry.toString().endsWith(".lock"))
                    .map(FileLocks::holder)
                    .flatMap(Optional::stream)
                    .findFirst();
        } catch (IOException e) {
            throw Disk.failure(volume(), 0, e);
        }
    }

    /** Which engine and version made the data. */
    public StateFile origin(String member) {
        Path data = volume(member);
        return new StateFile(
                of("volume", member, ".json"),
                "Write it anew by hand, as in {\"engine\": \"postgres\", \"version\": \"17\"}; '" + data
                        + "' holds data that only that version can open.");
    }

    public Path run(String member) {
        return of("run", member, ".json");
    }

    StateFile runFile(String member) {
        return new StateFile(
                run(member),
                "Run 'mv " + run(member) + " " + run(member)
                        + ".bad' and then 'holdfast up': what is left of the member is"
                        + " ended and it is started anew. Its data is not touched.");
    }

    /** Where a member finds the doors of its ports. */
    Path door(String member) {
        return of("door", member, "");
    }

    StateFile asleep() {
        Path path = root.resolve("asleep.json");
        return new StateFile(path, "Remove the file: the services that it names are started again.");
    }

    /** Which members are stopped for a moment; there only while they are. */
    StateFile paused() {
        return new StateFile(
                root.resolve("paused.json"),
                "Have the processes of the stack go on (kill -CONT), then remove the file.");
    }

    /** Whose logins the data has, while it has not its own; there only while its doors are closed for that. */
    StateFile closed() {
        return new StateFile(
                root.resolve("closed.json"),
                "Throw the branch away and make it anew: nobody knows any more whose passwords are in its data.");
    }

    public Path log(String member) {
        return of("logs", member, ".log");
    }

    public Path ports() {
        return root.resolve("ports.json");
    }

    public Path state() {
        return root.resolve("stack.json");
    }

    public Path journal() {
        return root.resolve("journal.ndjson");
    }

    StateFile keptPorts() {
        return new StateFile(
                ports(),
                "Run 'mv " + ports() + " " + root.resolve("ports.json.bad")
                        + "': members that run keep their ports, the others get new ones.");
    }

    StateFile stateFile() {
        return new StateFile(
                state(),
                "Run 'mv " + state() + " " + root.resolve("stack.json.bad")
                        + "' and then 'holdfast up' with the stack's file: it is written anew, and no data is touched.");
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

    /** Members with configuration or a record of a process. */
    List<String> membersWithFiles() {
        TreeSet<String> names = new TreeSet<>();
        for (String kind : List.of("config", "run")) {
            Path place = root.resolve(kind);
            if (Files.isDirectory(place)) {
                try (Stream<Path> entries = Files.list(place)) {
                    entries.map(entry -> entry.getFileName().toString())
                            .map(name -> name.endsWith(".json") ? name.substring(0, name.length() - 5) : name)
                            .filter(name -> MEMBER.matcher(name).matches())
                            .forEach(names::add);
                } catch (IOException e) {
                    throw Disk.failure(place, 0, e);
                }
            }
        }
        return List.copyOf(names);
    }

    void remove(String member, boolean data) {
        for (Path path : List.of(
                config(member),
                written(member).path(),
                secrets(member),
                tls(member),
                run(member),
                log(member),
                door(member))) {
            Disk.remove(path);
        }
        for (int number = 1; number <= LogFile.KEPT; number++) {
            Disk.remove(log(member).resolveSibling(log(member).getFileName() + "." + number));
        }
        if (data) {
            for (Path path :
                    List.of(volume(member), partial(member), origin(member).path(), dataLock(member))) {
                Disk.remove(path);
            }
        }
    }

    /** The lock goes last: until then nobody else can begin here. */
    void removeAll() {
        try (Stream<Path> entries = Files.list(root)) {
            entries.filter(entry -> !entry.equals(lock())).toList().forEach(Disk::remove);
        } catch (IOException e) {
            throw Disk.failure(root, 0, e);
        }
        Disk.remove(root);
    }

    private Path of(String folder, String member, String suffix) {
        if (!MEMBER.matcher(member).matches()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3101,
                    "'" + member + "' cannot be the name of a member's folder",
                    "Name services with lower-case letters, digits, '-' and '_' only."));
        }
        return root.resolve(folder).resolve(member + suffix);
    }
}
