package dev.holdfast.targets.local.image;

import dev.holdfast.problem.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The .debs ({@code debs/}) and each of them unpacked once ({@code packages/<id>/tree} with its manifest beside). The
 * .debs are kept: mirrors drop old versions, and with them a lock file can be followed without a network.
 */
final class PackageStore {
    private static final Duration UNPACK = Duration.ofMinutes(10);
    /** Decompression is what takes the time; more at once than this only fights over the disk. */
    private static final int AT_ONCE = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);

    /** Fetched at a time: large enough for one more run of apt not to matter, small enough to be unpacked meanwhile. */
    private static final long BATCH = 12L << 20;

    private final Path debs;
    private final Path packages;
    private final Path scratch;
    private final Tools tools;
    private final Set<DebianPackage> verified = ConcurrentHashMap.newKeySet();

    PackageStore(Path engines, Path scratch, Tools tools) {
        this.debs = engines.resolve("debs");
        this.packages = engines.resolve("packages");
        this.scratch = scratch;
        this.tools = tools;
    }

    Path tree(DebianPackage wanted) {
        return packages.resolve(wanted.id()).resolve("tree");
    }

    Manifest manifest(DebianPackage wanted) throws IOException {
        return Manifest.read(packages.resolve(wanted.id()).resolve("files"));
    }

    boolean isUnpacked(DebianPackage wanted) {
        return Files.isDirectory(tree(wanted));
    }

    /** Those of which there is neither the unpacked folder nor a whole .deb. */
    List<DebianPackage> absent(Collection<DebianPackage> wanted) {
        return wanted.stream()
                .filter(p -> !isUnpacked(p) && !Files.isRegularFile(deb(p)))
                .toList();
    }

    /**
     * Unpacks those that are not, several at once, and fetches what is absent through {@code apt}: while packages are
     * unpacked, the next are fetched. Stops at the first failure and leaves nothing half done.
     */
    void provide(Collection<DebianPackage> wanted, Source apt, Reporter reporter) throws IOException {
        List<DebianPackage> absent = absent(wanted);
        List<DebianPackage> there = wanted.stream()
                .filter(p -> !isUnpacked(p) && !absent.contains(p))
                .toList();
        long bytes = absent.stream().mapToLong(DebianPackage::bytes).sum();
        var unpacking = new Unpacking(
                bytes + there.stream().mapToLong(DebianPackage::bytes).sum(), reporter);
        try (unpacking) {
            unpacking.reported.set(absent.isEmpty());
            there.forEach(unpacking::submit);
            long fetched = 0;
            for (List<DebianPackage> batch : batches(absent)) {
                fetch(batch, apt.apt(), fetched, bytes, reporter);
                fetched += batch.stream().mapToLong(DebianPackage::bytes).sum();
                unpacking.reported.set(fetched >= bytes);
                batch.forEach(unpacking::submit);
            }
            unpacking.await();
        }
    }

    /** Read for the first time when something has to be fetched: what is kept needs neither apt nor a network. */
    interface Source {
        Apt apt() throws IOException;
    }

    private static List<List<DebianPackage>> batches(List<DebianPackage> packages) {
        List<List<DebianPackage>> batches = new ArrayList<>();
        long bytes = BATCH;
        for (DebianPackage each : packages) {
            if (bytes >= BATCH) {
                batches.add(new ArrayList<>());
                bytes = 0;
            }
            batches.getLast().add(each);
            bytes += each.bytes();
        }
        return batches;
    }

    /** A .deb enters the store only with the SHA-256 of the signed index. */
    private void fetch(List<DebianPackage> batch, Apt apt, long before, long total, Reporter reporter)
            throws IOException {
        Path folder = scratch.resolve("download");
        Folders.delete(folder);
        Files.createDirectories(folder);
        AtomicBoolean finished = new AtomicBoolean();
        Thread watcher = Thread.ofVirtual().start(() -> watch(folder, before, total, finished, reporter));
        try {
            apt.download(batch, folder);
        } finally {
            finished.set(true);
            watcher.interrupt();
        }
        Map<String, Path> bySum = new HashMap<>();
        for (Path file : children(folder)) {
            if (file.toString().endsWith(".deb")) {
                bySum.put(Folders.sha256(file), file);
            }
        }
        Files.createDirectories(debs);
        long done = before;
        for (DebianPackage each : batch) {
            Path file = bySum.get(each.sha256());
            if (file == null) {
                throw mismatch(each, "none of the files fetched has");
            }
            Files.move(file, deb(each), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            verified.add(each);
            done += each.bytes();
        }
        reporter.report(Progress.Phase.DOWNLOADING, done, total, "");
    }

    /** Packages on their way from .deb to folder. */
    private final class Unpacking implements AutoCloseable {
        private final ExecutorService executor = Executors.newFixedThreadPool(AT_ONCE);
        private final List<Future<?>> running = new ArrayList<>();
        private final AtomicLong done = new AtomicLong();
        /** One bar at a time: not while that of the download is shown. */
        private final AtomicBoolean reported = new AtomicBoolean();

        private final long total;
        private final Reporter reporter;

        Unpacking(long total, Reporter reporter) {
            this.total = total;
            this.reporter = reporter;
        }

        void submit(DebianPackage each) {
            running.add(executor.submit(() -> {
                unpack(each);
                long unpacked = done.addAndGet(each.bytes());
                if (reported.get()) {
                    reporter.report(Progress.Phase.UNPACKING, unpacked, total, each.name());
                }
                return each;
            }));
        }

        void await() throws IOException {
            for (Future<?> each : running) {
                Tools.result(each);
            }
        }

        @Override
        public void close() {
            executor.shutdownNow();
            executor.close();
        }
    }

    private void unpack(DebianPackage each) throws IOException {
        Path file = deb(each);
        // checked again unless it was just fetched: it may have lain in the cache for a year
        if (!verified.contains(each) && !Folders.sha256(file).equals(each.sha256())) {
            Files.deleteIfExists(file);
            throw mismatch(each, "the kept file did not have (and was deleted)");
        }
        Path folder = scratch.resolve("unpack-" + each.id());
        Folders.delete(folder);
        Path tree = Files.createDirectories(folder.resolve("tree"));
        List<String> tar = new ArrayList<>(List.of(tools.locate("tar", "tar"), "--extract", "--file=-"));
        tar.addAll(List.of("--directory=" + tree, "--no-same-owner", "--no-same-permissions", "--wildcards"));
        LeftOut.PATHS.forEach(path -> tar.add("--exclude=" + path));
        List<String> list = List.of(tools.locate("dpkg-deb", "dpkg"), "--fsys-tarfile", file.toString());
        Tools.Outcome outcome = tools.pipe(List.of(list, tar), scratch, Map.of(), UNPACK);
        if (!outcome.succeeded()) {
            throw outcome.output().contains("No space left") || outcome.output().contains("quota exceeded")
                    ? Refusals.noSpace(packages, "no space left while unpacking " + each.id())
                    : Refusals.of(
                            Code.HF3012,
                            "the package " + each.id() + " could not be unpacked: " + outcome.lastWords(),
                            "Delete " + file + " and run the command again. Do `dpkg-deb` and `tar` work here?");
        }
        Manifest.taken(tree).write(folder.resolve("files"));
        Files.createDirectories(packages);
        Path home = packages.resolve(each.id());
        Folders.delete(home);
        Files.move(folder, home, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes unpacked packages that are not linked, and .debs that are neither linked nor locked; returns the bytes freed. */
    long keepOnly(Collection<DebianPackage> linked, Collection<DebianPackage> locked) throws IOException {
        Set<String> ids = linked.stream().map(DebianPackage::id).collect(Collectors.toCollection(HashSet::new));
        long freed = 0;
        for (Path folder : children(packages)) {
            if (!ids.contains(folder.getFileName().toString())) {
                Path files = folder.resolve("files");
                freed += Files.exists(files) ? Manifest.read(files).bytes() : 0;
                Folders.delete(folder);
            }
        }
        locked.forEach(p -> ids.add(p.id()));
        for (Path deb : children(debs)) {
            if (!ids.contains(deb.getFileName().toString().replaceFirst("\\.deb$", ""))) {
                freed += Files.size(deb);
                Files.delete(deb);
            }
        }
        return freed;
    }

    /** Deletes every .deb; returns the bytes freed. */
    long dropDebs() throws IOException {
        long freed = 0;
        for (Path deb : children(debs)) {
            freed += Files.size(deb);
            Files.delete(deb);
        }
        return freed;
    }

    static List<Path> children(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.sorted().toList();
        }
    }

    private Path deb(DebianPackage each) {
        return debs.resolve(each.id() + ".deb");
    }

    private static dev.holdfast.problem.HoldfastException mismatch(DebianPackage each, String which) {
        return Refusals.of(
                Code.HF3005,
                which + " the SHA-256 " + each.sha256() + " that is pinned for " + each.id(),
                "Run the command again to fetch it anew; if it stays, use another mirror or run `holdfast engines"
                        + " install --upgrade`.");
    }

    private static void watch(Path folder, long before, long total, AtomicBoolean finished, Reporter reporter) {
        while (!finished.get()) {
            long there = before;
            try {
                for (Path file : children(folder)) {
                    there += Files.size(file);
                }
                reporter.report(Progress.Phase.DOWNLOADING, Math.min(there, total), total, "");
            } catch (IOException e) {
                there = before; // apt renames files as it goes: the next look sees them
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
