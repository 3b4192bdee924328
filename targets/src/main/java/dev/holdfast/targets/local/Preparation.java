package dev.holdfast.targets.local;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.CertificateAuthority;
import dev.holdfast.secret.Issued;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.secret.SecretStore;
import dev.holdfast.secret.Subject;
import dev.holdfast.stack.Service;
import dev.holdfast.targets.local.Enclosure.Folders;
import dev.holdfast.targets.local.Facts.Fact;
import dev.holdfast.targets.local.Facts.FileFacts;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of members: what should be in them, what is, and making the one the other. */
record Preparation(
        StackFolder folder,
        SecretStore secrets,
        CertificateAuthority certificates,
        Enclosure enclosure,
        Members members) {
    private static final Duration INITIALISE = Duration.ofMinutes(5);
    private static final Pattern NAME =
            Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*){0,3}");
    private static final String CONFIG = "config";
    private static final String SECRETS = "secrets";
    private static final String TLS = "tls";

    /** One file: in which of the member's folders, its content, and what a plan compares. */
    private record Wanted(Path path, Redacted content, FileFacts facts) {}

    /** Equal for workloads that are started alike, wherever their programs lie. */
    static String command(Workload workload) {
        return Digest.of(String.join("\0", workload.command()) + "\0\0" + workload.environment());
    }

    /** The facts of all that {@link #prepare} would write. */
    Facts facts(Workload workload) {
        SortedMap<String, FileFacts> facts = new TreeMap<>();
        wanted(workload).forEach((name, file) -> facts.put(name, file.facts()));
        return new Facts(facts);
    }

    /** The digest of each file as it is on disk now, by the names that {@link Facts} has. */
    Map<String, String> digests(Facts facts, String member) {
        Map<String, String> digests = new HashMap<>();
        for (String name : facts.files().keySet()) {
            Disk.read(path(member, name)).ifPresent(bytes -> digests.put(name, Digest.of(bytes)));
        }
        return digests;
    }

    Optional<Facts> written(String member) {
        return folder.written(member).read(Facts::of);
    }

    void prepare(Workload workload, Service<?> service) {
        requireSameVersion(workload, service).ifPresent(problem -> {
            throw new HoldfastException(problem);
        });
        files(workload);
        data(workload, service);
    }

    /** Writes the member's files, and removes those it no longer has; leaves its data alone. */
    void files(Workload workload) {
        String member = workload.member().name();
        SortedMap<String, Wanted> wanted = wanted(workload);
        for (Path mine : List.of(folder.config(member), folder.secrets(member))) {
            Disk.folder(mine, enclosure.owner());
        }
        for (Wanted file : wanted.values()) {
            Path parent = file.path().getParent();
            if (parent != null) {
                Disk.folder(parent, enclosure.owner());
            }
            Disk.write(file.path(), bytes(file.content()), enclosure.owner());
        }
        removeOthers(member, wanted);
        SortedMap<String, FileFacts> facts = new TreeMap<>();
        wanted.forEach((name, file) -> facts.put(name, file.facts()));
        folder.written(member).write(new Facts(facts).json());
    }

    /** Writes what belongs to TLS and nothing else; returns what that is now. */
    Facts renew(Workload workload) {
        String member = workload.member().name();
        SortedMap<String, FileFacts> facts = new TreeMap<>();
        wanted(workload).forEach((name, file) -> {
            if (name.startsWith(TLS + "/")) {
                Disk.write(file.path(), bytes(file.content()), enclosure.owner());
                facts.put(name, file.facts());
            }
        });
        Facts renewed = new Facts(facts);
        folder.written(member)
                .write(written(member).orElse(Facts.NONE).with(renewed).json());
        return renewed;
    }

    /** The settings of effect RELOAD whose values are not those in force. */
    List<Setting> pending(Facts inForce, Workload workload) {
        Facts wanted = facts(workload);
        List<Setting> pending = new ArrayList<>();
        for (ConfigurationFile file : workload.files()) {
            if (file.content() instanceof Content.Settings(Content.Syntax syntax, List<Setting> settings)) {
                String name = CONFIG + "/" + file.name();
                settings.stream()
                        .filter(setting -> setting.effect() == Setting.Effect.RELOAD)
                        .filter(setting -> !inForce.find(name, setting.key()).equals(wanted.find(name, setting.key())))
                        .forEach(pending::add);
            }
        }
        return List.copyOf(pending);
    }

    Folders folders(Workload workload, Path data) {
        String member = workload.member().name();
        return new Folders(
                there(folder.config(member)),
                there(folder.secrets(member)),
                workload.tls() ? there(folder.tls(member)) : Optional.empty(),
                there(data));
    }

    /** An errand may come before the first start of its member. */
    private static Optional<Path> there(Path path) {
        return Optional.of(path).filter(Files::isDirectory);
    }

    /** Data that only another version can open is refused before anything is touched. */
    Optional<Problem> requireSameVersion(Workload workload, Service<?> service) {
        String member = workload.member().name();
        if (workload.initialise().isEmpty() || !Files.exists(folder.volume(member))) {
            return Optional.empty();
        }
        return folder.origin(member)
                .read(json -> StateFile.requireText(json, "engine") + " " + StateFile.requireText(json, "version"))
                .filter(made -> !made.equals(service.engine() + " " + service.version()))
                .map(made -> Problem.of(
                                Code.HF3113,
                                "the data of " + member + " was made by " + made + ", and the stack asks for "
                                        + service.engine() + " " + service.version(),
                                "Give the service its former version back, or add a service of the new version under another name and move the data into it.")
                        .at(service.positions().of("version")));
    }

    private void data(Workload workload, Service<?> service) {
        String member = workload.member().name();
        new Succession(folder, member).finish();
        Path data = folder.volume(member);
        Disk.folder(folder.volume(), Disk.OURS);
        if (Files.exists(data) || workload.initialise().isEmpty()) {
            Disk.folder(data, enclosure.owner());
            return;
        }
        Path partial = partial(member);
        List<String> command = workload.initialise().get().command();
        members.run(
                member,
                enclosure.member(
                        workload.programs(),
                        folders(workload, partial),
                        folder.dataLock(member),
                        workload.environment(),
                        command),
                INITIALISE);
        keep(member, service);
    }

    /** Makes cloned data the member's own; its files are written first, because some of them are copied into it. */
    void own(Workload workload, List<String> leftOut, SortedMap<String, String> renewed) {
        String member = workload.member().name();
        Path data = folder.volume(member);
        if (!renewed.isEmpty()) {
            files(workload);
        }
        leftOut.forEach(name -> Disk.remove(below(data, name)));
        renewed.forEach((name, config) -> Disk.read(folder.config(member).resolve(config))
                .ifPresent(bytes -> Disk.write(below(data, name), bytes, enclosure.owner())));
    }

    /** What is inside the data is the engine's to make, so a link there is no way out. */
    private static Path below(Path data, String name) {
        Path path = data.resolve(name);
        for (Path above = path.getParent(); above != null && !above.equals(data); above = above.getParent()) {
            if (Files.isSymbolicLink(above)) {
                throw new HoldfastException(Problem.of(
                        Code.HF3105,
                        "'" + above + "' is a link, where a folder of the engine's data should be",
                        "Look who made it; nothing was touched beyond it."));
            }
        }
        return path;
    }

    /** An empty folder in which a member's data is made. */
    Path partial(String member) {
        // what an interrupted attempt left is of no use: it may lack anything
        Path partial = folder.partial(member);
        members.sweep(member, Optional.empty());
        Disk.remove(partial);
        Disk.folder(folder.volume(), Disk.OURS);
        Disk.folder(partial, enclosure.owner());
        return partial;
    }

    /** What was made in {@link #partial} is the member's data from now on. */
    void keep(String member, Service<?> service) {
        folder.origin(member)
                .write(Json.object()
                        .put("engine", service.engine())
                        .put("version", service.version())
                        .build());
        Disk.move(folder.partial(member), folder.volume(member));
    }

    private SortedMap<String, Wanted> wanted(Workload workload) {
        String member = workload.member().name();
        SortedMap<String, Wanted> wanted = new TreeMap<>();
        for (ConfigurationFile file : workload.files()) {
            Rendering rendering = Rendering.of(file);
            String name = CONFIG + "/" + file.name();
            wanted.put(name, new Wanted(path(member, name), content(bytes(rendering.text())), rendering.facts()));
        }
        for (Workload.SecretFile file : workload.secrets()) {
            byte[] secret = bytes(secrets.secret(file.secret()).reveal());
            put(wanted, member, SECRETS + "/" + file.name(), secret, file.effect());
        }
        if (workload.tls()) {
            Issued issued = issued(member);
            put(wanted, member, TLS + "/ca.crt", bytes(certificates.certificate()), Setting.Effect.RELOAD);
            put(wanted, member, TLS + "/server.crt", bytes(issued.chain()), Setting.Effect.RELOAD);
            put(wanted, member, TLS + "/server.key", bytes(issued.key().reveal()), Setting.Effect.RELOAD);
            put(wanted, member, TLS + "/server.p12", issued.pkcs12(), Setting.Effect.RELOAD);
        }
        return wanted;
    }

    private void put(
            SortedMap<String, Wanted> wanted, String member, String name, byte[] bytes, Setting.Effect effect) {
        Fact fact = new Fact(Digest.of(bytes), effect, false, "");
        FileFacts facts = new FileFacts(fact.value(), new TreeMap<>(Map.of("", fact)));
        wanted.put(name, new Wanted(path(member, name), content(bytes), facts));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(Redacted content) {
        return content.reveal().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** One character a byte, so that a key store passes as unharmed as a text does. */
    private static Redacted content(byte[] bytes) {
        return new Redacted(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private Issued issued(String member) {
        Subject subject = new Subject(
                member, new TreeSet<>(List.of("localhost", member)), new TreeSet<>(List.of("127.0.0.1", "::1")));
        return certificates.current(new SecretRef(member, "tls/server"), subject, CertificateAuthority.LEAF_LIFETIME);
    }

    /** {@code config/<name>} of the member's facts is {@code config/<member>/<name>} on disk. */
    private Path path(String member, String name) {
        int slash = name.indexOf('/');
        String file = name.substring(slash + 1);
        if (!NAME.matcher(file).matches()) {
            throw new HoldfastException(Problem.of(
                    Code.HF9001,
                    "'" + file + "' is not a file name a member may have",
                    "Please report this: an engine asked for a file outside its folder."));
        }
        Path base = switch (name.substring(0, slash)) {
            case CONFIG -> folder.config(member);
            case SECRETS -> folder.secrets(member);
            case TLS -> folder.tls(member);
            default -> throw new IllegalArgumentException(name);
        };
        return base.resolve(file);
    }

    private void removeOthers(String member, SortedMap<String, Wanted> wanted) {
        TreeSet<Path> keep = new TreeSet<>();
        wanted.values().forEach(file -> keep.add(file.path()));
        for (Path mine : List.of(folder.config(member), folder.secrets(member))) {
            try (Stream<Path> files = Files.walk(mine)) {
                files.filter(Files::isRegularFile)
                        .filter(file -> !keep.contains(file))
                        .toList()
                        .forEach(Disk::remove);
            } catch (IOException e) {
                throw Disk.failure(mine, 0, e);
            }
        }
    }
}
