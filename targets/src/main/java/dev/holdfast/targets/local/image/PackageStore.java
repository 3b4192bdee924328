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
import java.util.concurrent.ExecutionException;
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

    private final Path debs;
    private final Path packages;
    private final Path scratch;
    private final Tools tools;

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

    /** Fetches them through apt; a .deb enters the store only with the SHA-256 of the signed index. */
    void fetch(List<DebianPackage> wanted, Apt apt, Reporter reporter) throws IOException {
        Path folder = Files.createDirectories(scratch.resolve("download"));
        long total = wanted.stream().mapToLong(DebianPackage::bytes).sum();
        AtomicBoolean finished = new AtomicBoolean();
        Thread watcher = Thread.ofVirtual().start(() -> watch(folder, total, finished, reporter));
        try {
            apt.download(wanted, folder);
        } finally {
            finished.set(true);
            watcher.interrupt();
        }
        reporter.report(Progress.Phase.DOWNLOADING, total, total, "");
        Map<String, Path> bySum = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".deb")).toList()) {
                bySum.put(Folders.sha256(file), file);
            }
        }
        Files.createDirectories(debs);
        for (DebianPackage each : wanted) {
            Path file = bySum.get(each.sha256());
            if (file == null) {
                throw mismatch(each, "none of the files fetched has");
            }
            Files.move(file, deb(each), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Unpacks those that are not, several at once; stops at the first failure and leaves nothing half done. */
    void unpack(Collection<DebianPackage> wanted, Reporter reporter) throws IOException {
        List<DebianPackage> missing =
                wanted.stream().filter(p -> !isUnpacked(p)).toList();
        long total = missing.stream().mapToLong(DebianPackage::bytes).sum();
        AtomicLong done = new AtomicLong();
        List<Future<?>> running = new ArrayList<>();
        ExecutorService executor = Executors.newFixedThreadPool(AT_ONCE);
        try {
            for (DebianPackage each : missing) {
                running.add(executor.submit(() -> {
                    unpack(each);
                    reporter.report(Progress.Phase.UNPACKING, done.addAndGet(each.bytes()), total, each.name());
                    return each;
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } catch (InterruptedException e) {
            throw Refusals.interrupted();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException io -> throw io;
                case RuntimeException refusal -> throw refusal;
                case null, default -> throw new IllegalStateException(e);
            }
        } finally {
            executor.shutdownNow();
            executor.close();
        }
    }

    private void unpack(DebianPackage each) throws IOException {
        Path file = deb(each);
        // checked again: it may have lain in the cache for a year
        if (!Folders.sha256(file).equals(each.sha256())) {
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

    private static void watch(Path folder, long total, AtomicBoolean finished, Reporter reporter) {
        while (!finished.get()) {
            long there = 0;
            try {
                for (Path file : children(folder)) {
                    there += Files.size(file);
                }
                reporter.report(Progress.Phase.DOWNLOADING, Math.min(there, total), total, "");
                Thread.sleep(100);
            } catch (IOException e) {
                there = 0; // apt renames files as it goes: the next look sees them
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
