package dev.holdfast.proof.engines;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.ObjectStore;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Scrape;
import dev.holdfast.engines.Engines;
import dev.holdfast.reader.StackReader;
import dev.holdfast.secret.Issued;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.Safe;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.secret.SecretStore;
import dev.holdfast.stack.Reference;
import dev.holdfast.stack.Stack;
import dev.holdfast.target.Assembly;
import dev.holdfast.targets.local.image.Architecture;
import dev.holdfast.targets.local.image.EngineImages;
import dev.holdfast.targets.local.image.Image;
import dev.holdfast.targets.local.image.Progress;
import dev.holdfast.targets.local.sandbox.Bind;
import dev.holdfast.targets.local.sandbox.Entry;
import dev.holdfast.targets.local.sandbox.Inside;
import dev.holdfast.targets.local.sandbox.JavaRuntime;
import dev.holdfast.targets.local.sandbox.Preflight;
import dev.holdfast.targets.local.sandbox.Sandbox;
import dev.holdfast.testing.Checkout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The engines of a stack file as real processes, started from the product's own images and sandbox and with nothing
 * around them: no daemon, no supervisor. What is tested with it is what the engines themselves say and do.
 */
final class RealStack implements Context, AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;

    private final Path folder;
    private final String text;
    private final Stack stack;
    private final Assembly assembly;
    private final SecretStore secrets;
    private final EngineImages images;
    private final Certificates certificates;
    private final Map<String, Integer> ports;
    private final Map<String, Process> running;

    RealStack(Path folder, String text) {
        this.folder = folder;
        this.text = text;
        Register register = Engines.register();
        this.stack = new StackReader(register).read("stack.yaml", text, Optional.empty());
        this.assembly = new Assembly(stack, register);
        SecureRandom random = new SecureRandom();
        this.secrets = new SecretStore(folder.resolve("secrets.enc"), folder.resolve("key"), stack.name(), random);
        this.certificates = new Certificates(stack.name(), secrets, random);
        this.images = new EngineImages(Checkout.engineCache(), System.getenv(), architecture(), InstantSource.system())
                .withJava(Path.of(System.getProperty("java.home")));
        this.ports = new TreeMap<>();
        this.running = new LinkedHashMap<>();
        write(folder.resolve("ca.crt"), bytes(certificates.authority()));
    }

    /** The same stack after its file was edited: secrets, ports, data and processes are the same. */
    private RealStack(RealStack before, String text) {
        this.folder = before.folder;
        this.text = text;
        Register register = Engines.register();
        this.stack = new StackReader(register).read("stack.yaml", text, Optional.empty());
        this.assembly = new Assembly(stack, register);
        this.secrets = before.secrets;
        this.images = before.images;
        this.certificates = before.certificates;
        this.ports = before.ports;
        this.running = before.running;
    }

    /** The same stack seen by engines that know nothing yet, and so keep no connection. */
    RealStack anew() {
        return edited(text);
    }

    RealStack edited(String text) {
        return new RealStack(this, text);
    }

    private static Architecture architecture() {
        return Architecture.of(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    Bound<?> bound(String service) {
        return assembly.services().stream()
                .filter(bound -> bound.service().name().equals(service))
                .findFirst()
                .orElseThrow();
    }

    List<Workload> workloads(String service) {
        return bound(service).workloads(this);
    }

    /** Those of all services, exporters included. */
    List<Workload> workloads() {
        return assembly.workloads(this);
    }

    Facets<?> facets(String service) {
        return Facets.of(bound(service));
    }

    /** Starts the workload as a process; returns at once. */
    void start(Workload workload) {
        String member = workload.member().name();
        Image image = image(workload);
        Sandbox sandbox = sandbox(image);
        Path data = folder.resolve(member).resolve("data");
        List<Bind> binds = new ArrayList<>(shown(workload, sandbox));
        boolean fresh = !Files.exists(data);
        binds.add(Bind.writable(written(data, Map.of(), sandbox), "/data"));
        TreeMap<String, String> environment = new TreeMap<>(workload.environment());
        Path log = folder.resolve(member + ".log");
        if (fresh) {
            workload.initialise()
                    .ifPresent(initialise ->
                            await(launch(sandbox, Entry.once(image, binds, environment, initialise.command()), log)));
        }
        Entry entry = Entry.engine(image, binds, environment, workload.command(), folder.resolve(member + ".lock"));
        running.put(member, launch(sandbox, entry, log));
    }

    /** Runs a program of a workload's packages to its end; what it wrote comes back, its exit status before it. */
    String run(Workload workload, List<String> command, Map<String, String> environment) {
        return run(workload, workload.programs(), command, environment);
    }

    /** The same with the programs of other packages. */
    String run(Workload workload, Programs programs, List<String> command, Map<String, String> environment) {
        Image image = images.install(programs, Progress.silent());
        Sandbox sandbox = sandbox(image);
        List<Bind> binds = shown(workload, sandbox);
        Path log = folder.resolve("run.log");
        try {
            Files.deleteIfExists(log);
            Process process = launch(sandbox, Entry.once(image, binds, new TreeMap<>(environment), command), log);
            process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return process.exitValue() + "\n" + Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private List<Bind> shown(Workload workload, Sandbox sandbox) {
        String member = workload.member().name();
        Path home = folder.resolve(member);
        return List.of(
                Bind.readOnly(written(home.resolve("config"), files(workload), sandbox), "/config"),
                Bind.readOnly(written(home.resolve("secrets"), secrets(workload), sandbox), "/secrets"),
                Bind.readOnly(written(home.resolve("tls"), certificates.files(member), sandbox), "/tls"));
    }

    void signal(String member, int number) {
        Inside inside = Inside.of(
                        Optional.ofNullable(running.get(member)).orElseThrow().toHandle())
                .orElseThrow();
        try {
            new ProcessBuilder(
                            "kill", "-" + number, Long.toString(inside.program().pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes the files of the member as they are now and has it read them. */
    void reload(Workload workload) {
        Image image = image(workload);
        shown(workload, sandbox(image));
        signal(workload.member().name(), 1);
    }

    String log(String member) {
        try {
            return Files.readString(folder.resolve(member + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops with SIGKILL where the engine does not end by itself. */
    void stop(String member) {
        Process process = running.remove(member);
        if (process == null) {
            return;
        }
        Optional<Inside> inside = Inside.of(process.toHandle());
        try {
            if (inside.isPresent()) {
                new ProcessBuilder(
                                "kill",
                                "-2",
                                Long.toString(inside.get().program().pid()))
                        .start()
                        .waitFor();
            }
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                inside.ifPresent(i -> i.init().destroyForcibly());
                process.destroyForcibly().waitFor();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it as a crash would: at once, with nothing written. */
    void kill(String member) {
        Process process = running.remove(member);
        if (process != null) {
            Inside.of(process.toHandle()).ifPresent(inside -> inside.init().destroyForcibly());
            try {
                process.waitFor();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends one process of the member, by the number that it has for itself. */
    void kill(String member, long inside) {
        ProcessHandle started =
                Optional.ofNullable(running.get(member)).orElseThrow().toHandle();
        try (Stream<ProcessHandle> all = started.descendants()) {
            all.filter(process -> inner(process.pid()).endsWith("\t" + inside))
                    .findFirst()
                    .orElseThrow()
                    .destroyForcibly();
        }
    }

    private static String inner(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith("NSpid:")).findFirst().orElse("");
        } catch (IOException | UncheckedIOException e) {
            return ""; // it has ended meanwhile
        }
    }

    @Override
    public void close() {
        List.copyOf(running.keySet()).forEach(this::stop);
    }

    private static Process launch(Sandbox sandbox, Entry entry, Path log) {
        try {
            return sandbox.enter(entry)
                    .builder()
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(Process process) {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException("the first start failed with " + process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Image image(Workload workload) {
        return images.install(workload.programs(), Progress.silent());
    }

    private Sandbox sandbox(Image image) {
        try {
            boolean root = "root".equals(System.getProperty("user.name"));
            JavaRuntime java = JavaRuntime.at(Path.of(System.getProperty("java.home")));
            return new Preflight(architecture(), java, root).sandbox(image);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, byte[]> files(Workload workload) {
        Map<String, byte[]> files = new TreeMap<>();
        for (ConfigurationFile file : workload.files()) {
            files.put(file.name(), bytes(file.text().reveal()));
        }
        return files;
    }

    private Map<String, byte[]> secrets(Workload workload) {
        Map<String, byte[]> files = new TreeMap<>();
        workload.secrets()
                .forEach(file ->
                        files.put(file.name(), bytes(secret(file.secret()).reveal())));
        return files;
    }

    /** A new certificate for the member, written where it reads its own; it does not know of it yet. */
    Issued renew(Workload workload) {
        return shown(workload, certificates.renewed(workload.member().name()));
    }

    /** As {@link #renew}, with one that ran out long ago. */
    Issued expire(Workload workload) {
        return shown(workload, certificates.expired(workload.member().name()));
    }

    /** As {@link #renew}, with one that names another member and another address. */
    Issued misname(Workload workload) {
        return shown(workload, certificates.misnamed(workload.member().name()));
    }

    private Issued shown(Workload workload, Issued issued) {
        shown(workload, sandbox(image(workload)));
        return issued;
    }

    private static Path written(Path where, Map<String, byte[]> files, Sandbox sandbox) {
        try {
            Files.createDirectories(where);
            files.forEach((name, content) -> {
                write(where.resolve(name), content);
                own(where.resolve(name), "rw-------", sandbox);
            });
            own(where, "rwx------", sandbox);
            return where;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void own(Path path, String mode, Sandbox sandbox) {
        try {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
            if (sandbox.owner().isPresent()) {
                Files.setAttribute(path, "unix:uid", sandbox.owner().getAsInt());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public Stack stack() {
        return stack;
    }

    @Override
    public Address listen(String member, String port) {
        return new Address("127.0.0.1", ports.computeIfAbsent(member + "/" + port, name -> free()));
    }

    @Override
    public Address inside(String member, String port) {
        return listen(member, port);
    }

    @Override
    public Address outside(String member, String port) {
        return listen(member, port);
    }

    private int free() {
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < 200; i++) {
            int port = 20_000 + random.nextInt(12_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                continue; // somebody has it: the next one
            }
        }
        throw new IllegalStateException("no port below 32768 is free");
    }

    @Override
    public Redacted secret(SecretRef secret) {
        return secrets.secret(secret);
    }

    @Override
    public Redacted secret(SecretRef secret, int length) {
        return secrets.secret(secret, length);
    }

    @Override
    public Optional<Safe> safe() {
        return Optional.of(secrets);
    }

    @Override
    public ObjectStore.Bucket bucket(Reference reference) {
        return assembly.bucket(reference, this);
    }

    @Override
    public String authorityFile() {
        return folder.resolve("ca.crt").toString();
    }

    @Override
    public List<Scrape> scrapes() {
        return assembly.scrapes();
    }

    @Override
    public List<AlertRules> alerts() {
        return assembly.alerts();
    }
}
