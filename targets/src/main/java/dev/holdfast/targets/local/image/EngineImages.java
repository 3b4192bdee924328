package dev.holdfast.targets.local.image;

import dev.holdfast.blueprint.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * The engines of one cache: {@code <cache>/engines}. What is installed is found by reading one small file; what is not is
 * fetched, verified, locked and put together, safe against being killed at any moment and against others doing the same.
 */
public final class EngineImages {
    private final Path engines;
    private final Path hostRoot;
    private final InstantSource clock;
    private final Architecture architecture;
    private final Map<String, String> environment;
    private final Optional<Path> java;

    /** {@code environment} is what the package tools see: the PATH, the proxies and {@code HOLDFAST_DEBIAN_MIRROR}. */
    public EngineImages(Path cache, Map<String, String> environment, Architecture architecture, InstantSource clock) {
        this(cache, Path.of("/"), environment, architecture, clock);
    }

    EngineImages(
            Path cache,
            Path hostRoot,
            Map<String, String> environment,
            Architecture architecture,
            InstantSource clock) {
        this(cache.toAbsolutePath().resolve("engines"), hostRoot, environment, architecture, clock, Optional.empty());
    }

    private EngineImages(
            Path engines,
            Path hostRoot,
            Map<String, String> environment,
            Architecture architecture,
            InstantSource clock,
            Optional<Path> java) {
        this.engines = engines;
        this.hostRoot = hostRoot;
        this.environment = Map.copyOf(environment);
        this.architecture = architecture;
        this.clock = clock;
        this.java = java;
    }

    /** The same, which makes {@link ClassArchive}s for the JDK that will run Java engines. */
    public EngineImages withJava(Path home) {
        return new EngineImages(engines, hostRoot, environment, architecture, clock, Optional.of(home));
    }

    /** What is installed for these programs. Reads one small file; needs neither apt nor a network. */
    public Optional<Image> installed(Programs programs) {
        Request request = new Request(programs);
        try {
            return Current.read(engines, request);
        } catch (IOException e) {
            throw Refusals.cache(engines, e);
        }
    }

    /** The image for these programs, installed first where it is not. */
    public Image install(Programs programs, Progress progress) {
        return install(List.of(programs), progress).firstEntry().getValue();
    }

    /** All of these, in as few downloads as possible. What {@code engines.lock} pins is installed in that version. */
    public SequencedMap<Programs, Image> install(Collection<Programs> wanted, Progress progress) {
        return install(wanted, progress, false);
    }

    /** Takes the current versions; the images of before stay until they are removed, so what runs from them runs on. */
    public SequencedMap<Programs, Image> upgrade(Collection<Programs> wanted, Progress progress) {
        return install(wanted, progress, true);
    }

    private SequencedMap<Programs, Image> install(Collection<Programs> wanted, Progress progress, boolean anew) {
        SequencedMap<Programs, Image> images = new LinkedHashMap<>();
        Set<Request> missing = new LinkedHashSet<>();
        for (Programs programs : wanted) {
            Optional<Image> there =
                    anew ? Optional.empty() : installed(programs).filter(image -> isReady(programs, image));
            there.ifPresent(image -> images.put(programs, image));
            if (there.isEmpty()) {
                missing.add(new Request(programs));
            }
        }
        if (!missing.isEmpty()) {
            Reporter reporter = new Reporter(progress);
            try (CacheLock lock = CacheLock.take(engines, reporter)) {
                images.putAll(new Installation(engines, lock.scratch(), reporter).install(missing, anew));
            } catch (IOException e) {
                throw Refusals.cache(engines, e);
            } catch (UncheckedIOException e) {
                throw Refusals.cache(engines, new IOException(e));
            }
        }
        SequencedMap<Programs, Image> ordered = new LinkedHashMap<>();
        wanted.forEach(p -> ordered.put(p, Objects.requireNonNull(images.get(p))));
        return ordered;
    }

    private boolean isReady(Programs programs, Image image) {
        return !(programs instanceof Programs.Maven maven)
                || maven.classes().isEmpty()
                || java.isEmpty()
                || ClassArchive.of(image.application().orElseThrow(), java.get())
                        .wasTried();
    }

    /** What is there. {@code used} are the roots ({@link Image#root}) that running stacks were started from. */
    public List<Installed> list(Set<Path> used) {
        try {
            return new Inventory(engines).list(used);
        } catch (IOException e) {
            throw Refusals.cache(engines, e);
        }
    }

    /** What all of it takes on disk. */
    public Footprint footprint() {
        try {
            return new Inventory(engines).footprint();
        } catch (IOException e) {
            throw Refusals.cache(engines, e);
        }
    }

    /** Every file of every image that is missing, changed or was not there; empty when all is as it was installed. */
    public List<Damage> verify() {
        return locked(scratch -> new Inventory(engines).verify());
    }

    /**
     * Removes an engine ({@code redis-server}) or one image of it, with its lock entry and every package that no other image
     * needs; refused when it is among {@code used}. Returns the bytes freed.
     */
    public long remove(String name, Set<Path> used) {
        return locked(scratch -> new Inventory(engines).remove(name, used, store(scratch)));
    }

    /** Deletes the kept .debs. What is installed stays; an old version may then be nowhere to be had again. */
    public long dropDebs() {
        return locked(scratch -> store(scratch).dropDebs());
    }

    private PackageStore store(Path scratch) {
        return new PackageStore(engines, scratch, new Tools(environment));
    }

    /** Something done to the cache while nobody else changes it. */
    private interface Deed<T> {
        T with(Path scratch) throws IOException;
    }

    private <T> T locked(Deed<T> deed) {
        try (CacheLock lock = CacheLock.take(engines, new Reporter(Progress.silent()))) {
            return deed.with(lock.scratch());
        } catch (IOException e) {
            throw Refusals.cache(engines, e);
        }
    }

    /** One run, under the lock of the cache. */
    private final class Installation {
        private final Path scratch;
        private final Reporter reporter;
        private final Tools tools = new Tools(environment);
        private final PackageStore store;
        private final Roots roots;
        private final MavenArtifacts maven;
        private Optional<Apt> apt = Optional.empty();

        Installation(Path engines, Path scratch, Reporter reporter) {
            this.scratch = scratch;
            this.reporter = reporter;
            this.store = new PackageStore(engines, scratch, tools);
            this.roots = new Roots(engines, scratch, store);
            this.maven = new MavenArtifacts(engines, scratch, tools);
        }

        Map<Programs, Image> install(Set<Request> requests, boolean anew) throws IOException {
            Path lockFile = engines.resolve("engines.lock");
            LockFile locked = LockFile.read(lockFile);
            Map<Request, LockFile.Entry> entries = new LinkedHashMap<>();
            List<Request> unknown = new ArrayList<>();
            for (Request request : requests) {
                locked.entry(request)
                        .filter(e -> !anew && e.architecture().equals(architecture.debian()))
                        .ifPresentOrElse(pinned -> entries.put(request, pinned), () -> unknown.add(request));
            }
            requests.stream()
                    .filter(r -> r.programs() instanceof Programs.Maven)
                    .forEach(maven::check);
            // Maven and apt take about as long: neither waits for the other
            try (Jars jars = new Jars(requests, anew ? Map.of() : entries)) {
                entries.putAll(resolved(unknown));
                Set<DebianPackage> packages = new LinkedHashSet<>();
                entries.values().forEach(entry -> packages.addAll(entry.packages()));
                Space.check(
                        engines,
                        packages.stream().filter(p -> !store.isUnpacked(p)).toList());
                store.provide(packages, this::apt, reporter);
                Map<Programs, Image> images = new LinkedHashMap<>();
                for (Map.Entry<Request, LockFile.Entry> each : entries.entrySet()) {
                    LockFile.Entry entry = jars.of(each.getKey(), each.getValue());
                    locked = locked.with(entry);
                    locked.write(lockFile);
                    images.put(each.getKey().programs(), assembled(entry));
                }
                return images;
            }
        }

        /** The jars of the Java engines, on their way from the moment this is made. */
        private final class Jars implements AutoCloseable {
            private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
            private final Map<Request, Future<List<LockFile.Jar>>> running = new LinkedHashMap<>();

            Jars(Set<Request> requests, Map<Request, LockFile.Entry> pinned) {
                for (Request request : requests) {
                    if (request.programs() instanceof Programs.Maven artifact) {
                        LockFile.Entry pin = pinned.get(request);
                        List<LockFile.Jar> known = pin == null ? List.of() : pin.jars();
                        running.put(request, executor.submit(() -> jars(request, artifact, known)));
                    }
                }
            }

            private List<LockFile.Jar> jars(Request request, Programs.Maven artifact, List<LockFile.Jar> known)
                    throws IOException {
                List<LockFile.Jar> jars = maven.install(request, artifact, known);
                if (artifact.classes().isPresent() && java.isPresent()) {
                    Path lib = maven.lib(request);
                    ClassArchive.of(lib, java.get()).make(artifact.classes().get(), lib, scratch, tools);
                }
                return jars;
            }

            LockFile.Entry of(Request request, LockFile.Entry entry) throws IOException {
                Future<List<LockFile.Jar>> jars = running.get(request);
                if (jars == null) {
                    return entry;
                }
                if (!jars.isDone()) {
                    reporter.report(Progress.Phase.DOWNLOADING, request.label());
                }
                return new LockFile.Entry(
                        request, entry.architecture(), entry.date(), entry.packages(), Tools.result(jars));
            }

            @Override
            public void close() {
                executor.shutdownNow();
                executor.close();
            }
        }

        private Map<Request, LockFile.Entry> resolved(List<Request> requests) throws IOException {
            if (requests.isEmpty()) {
                return Map.of();
            }
            Apt indexed = apt();
            reporter.report(
                    Progress.Phase.RESOLVING,
                    requests.stream().map(Request::label).collect(Collectors.joining(" ")));
            String date = clock.instant().toString().substring(0, 10);
            List<List<DebianPackage>> closures =
                    indexed.closures(requests.stream().map(Request::packages).toList());
            Map<Request, LockFile.Entry> entries = new LinkedHashMap<>();
            for (int i = 0; i < requests.size(); i++) {
                Request request = requests.get(i);
                entries.put(
                        request, new LockFile.Entry(request, architecture.debian(), date, closures.get(i), List.of()));
            }
            return entries;
        }

        private Image assembled(LockFile.Entry entry) throws IOException {
            Request request = entry.request();
            reporter.report(Progress.Phase.ASSEMBLING, request.label());
            boolean java = request.programs() instanceof Programs.Maven;
            // every Java engine has the same root: what differs is in /app
            String name = Roots.name(java ? "java" : request.label(), entry.packages());
            String description = LockFile.text(entry);
            Path root = roots.assemble(name, entry.packages(), description);
            return Current.write(engines, entry, name, root, java ? Optional.of(maven.lib(request)) : Optional.empty());
        }

        /** Apt with indexes read in this run: a version that is resolved now must be there to fetch now. */
        private Apt apt() throws IOException {
            if (apt.isPresent()) {
                return apt.get();
            }
            tools.locate("apt-get", "apt");
            tools.locate("dpkg-deb", "dpkg");
            tools.locate("tar", "tar");
            HostSources sources = HostSources.read(hostRoot, environment);
            Apt made = new Apt(engines.resolve("apt"), scratch, hostRoot, tools, sources, architecture);
            reporter.report(Progress.Phase.INDEXES, sources.mirror());
            made.update(List.of());
            apt = Optional.of(made);
            return made;
        }
    }
}
