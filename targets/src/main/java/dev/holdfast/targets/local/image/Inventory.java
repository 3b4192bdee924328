package dev.holdfast.targets.local.image;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.problem.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What a cache holds: listed, verified and removed. */
final class Inventory {
    private final Path engines;

    Inventory(Path engines) {
        this.engines = engines;
    }

    List<Installed> list(Set<Path> used) throws IOException {
        List<Installed> all = new ArrayList<>();
        Set<String> named = new HashSet<>();
        Map<DebianPackage, Integer> images = imagesOfEach();
        for (Path file : PackageStore.children(engines.resolve("current"))) {
            Optional<Request> request = request(file);
            Optional<Image> image = request.isPresent() ? Current.read(engines, request.get()) : Optional.empty();
            if (image.isPresent()) {
                named.add(image.get().name());
                all.add(described(request.get(), image.get(), true, used, images));
            }
        }
        for (Path home : PackageStore.children(engines.resolve("roots"))) {
            String name = home.getFileName().toString();
            if (!named.contains(name)) {
                for (LockFile.Entry entry :
                        LockFile.read(home.resolve("image")).entries().values()) {
                    var versions = new TreeMap<String, String>();
                    entry.packages().forEach(p -> versions.put(p.name(), p.version()));
                    Image image = new Image(name, Roots.tree(home), Optional.empty(), versions);
                    all.add(described(entry.request(), image, false, used, images));
                }
            }
        }
        return all;
    }

    Footprint footprint() throws IOException {
        long installed = 0;
        for (Path home : PackageStore.children(engines.resolve("packages"))) {
            installed += size(home);
        }
        for (Path home : PackageStore.children(engines.resolve("java"))) {
            installed += size(home) + archives(home);
        }
        long kept = 0;
        for (Path deb : PackageStore.children(engines.resolve("debs"))) {
            kept += Files.size(deb);
        }
        return new Footprint(installed, kept);
    }

    private static long archives(Path home) throws IOException {
        long bytes = 0;
        for (Path file : PackageStore.children(home)) {
            bytes += file.toString().endsWith(".jsa") ? Files.size(file) : 0;
        }
        return bytes;
    }

    /** How many roots are linked from each package. */
    private Map<DebianPackage, Integer> imagesOfEach() throws IOException {
        Map<DebianPackage, Integer> images = new HashMap<>();
        for (Path home : PackageStore.children(engines.resolve("roots"))) {
            LockFile.read(home.resolve("image")).packages().forEach(p -> images.merge(p, 1, Integer::sum));
        }
        return images;
    }

    List<Damage> verify() throws IOException {
        Verification verification = new Verification();
        for (Path home : PackageStore.children(engines.resolve("roots"))) {
            verification.check(home.getFileName().toString(), Roots.tree(home), Manifest.read(Roots.manifest(home)));
        }
        for (Path home : PackageStore.children(engines.resolve("java"))) {
            Path lib = home.resolve("lib");
            verification.check(home.getFileName().toString(), lib, Manifest.read(MavenArtifacts.manifest(lib)));
            for (Path file : PackageStore.children(home)) {
                if (file.toString().endsWith(".jsa")) {
                    verification.archive(home.getFileName().toString(), file);
                }
            }
        }
        // what the next root would be linked from
        for (Path home : PackageStore.children(engines.resolve("packages"))) {
            verification.check(
                    home.getFileName().toString(), home.resolve("tree"), Manifest.read(home.resolve("files")));
        }
        return verification.found();
    }

    /** Removes the images of that engine or of that name, and what only they needed; returns the bytes freed. */
    long remove(String wanted, Set<Path> used, PackageStore store) throws IOException {
        List<Installed> matching = list(used).stream()
                .filter(i -> i.engine().equals(wanted) || i.image().name().equals(wanted))
                .toList();
        if (matching.isEmpty()) {
            List<String> there =
                    list(used).stream().map(Installed::engine).distinct().toList();
            throw Refusals.of(
                    Code.HF3014,
                    "no engine image is called '" + wanted + "'",
                    there.isEmpty()
                            ? "Nothing is installed; `holdfast engines` says so too."
                            : "Name one of these: " + String.join(", ", there) + ".");
        }
        matching.stream().filter(Installed::inUse).findFirst().ifPresent(busy -> {
            throw Refusals.of(
                    Code.HF3013,
                    "the image " + busy.image().name() + " is used by a stack that runs",
                    "Take the stack down first; `holdfast stacks` shows which there are.");
        });
        long freed = 0;
        LockFile locked = LockFile.read(engines.resolve("engines.lock"));
        for (Installed each : matching) {
            if (each.current()) {
                Request request =
                        requests().get(each.engine() + " " + each.image().name());
                if (request != null) {
                    Files.deleteIfExists(Current.file(engines, request));
                    locked = locked.without(request.key());
                }
            }
            if (each.image().application().isPresent()) {
                Path home = each.image().application().get().resolveSibling("");
                freed += size(home) + archives(home);
                discard(home);
            }
        }
        locked.write(engines.resolve("engines.lock"));
        for (Installed each : matching) {
            discardDamaged(each.image(), store);
        }
        Set<String> needed = new HashSet<>();
        list(used).stream()
                .filter(Installed::current)
                .forEach(i -> needed.add(i.image().name()));
        for (Installed each : matching) {
            if (!needed.contains(each.image().name())) {
                discard(engines.resolve("roots").resolve(each.image().name()));
            }
        }
        return freed + store.keepOnly(linked(), locked.packages());
    }

    /**
     * Packages that other images have too stay; a damaged one goes all the same, so that the next installation unpacks it
     * anew. The other images keep their links to the damaged files until they are removed and installed as well.
     */
    private void discardDamaged(Image image, PackageStore store) throws IOException {
        Path home = engines.resolve("roots").resolve(image.name());
        for (DebianPackage each : LockFile.read(home.resolve("image")).packages()) {
            if (store.isUnpacked(each)) {
                Verification verification = new Verification();
                verification.check(each.id(), store.tree(each), store.manifest(each));
                if (!verification.found().isEmpty()) {
                    discard(engines.resolve("packages").resolve(each.id()));
                }
            }
        }
    }

    /** The packages that the roots which are there are linked from. */
    Collection<DebianPackage> linked() throws IOException {
        Set<DebianPackage> packages = new HashSet<>();
        for (Path home : PackageStore.children(engines.resolve("roots"))) {
            packages.addAll(LockFile.read(home.resolve("image")).packages());
        }
        return packages;
    }

    /** Out of sight in one step, so that being killed in the middle leaves no half of it. */
    private void discard(Path home) throws IOException {
        if (Files.isDirectory(home)) {
            Path gone = engines.resolve("scratch").resolve("gone-" + home.getFileName());
            Folders.delete(gone);
            Files.move(home, gone, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
            Folders.delete(gone);
        }
    }

    private Map<String, Request> requests() throws IOException {
        Map<String, Request> requests = new HashMap<>();
        for (Path file : PackageStore.children(engines.resolve("current"))) {
            Optional<Request> request = request(file);
            if (request.isPresent()) {
                Current.read(engines, request.get())
                        .ifPresent(image -> requests.put(request.get().label() + " " + image.name(), request.get()));
            }
        }
        return requests;
    }

    private static Optional<Request> request(Path current) throws IOException {
        try (Stream<String> lines = Files.lines(current)) {
            return lines.map(l -> l.split("\t", -1))
                    .filter(w -> w.length == 3 && w[0].equals("request"))
                    .findFirst()
                    .map(w -> Request.parse(w[2]));
        }
    }

    private Installed described(
            Request request, Image image, boolean current, Set<Path> used, Map<DebianPackage, Integer> images)
            throws IOException {
        Path home = engines.resolve("roots").resolve(image.name());
        Manifest manifest = Manifest.read(Roots.manifest(home));
        LockFile lock = LockFile.read(home.resolve("image"));
        long bytes = manifest.bytes();
        long files = manifest.files();
        long own = 0;
        for (DebianPackage each : lock.packages()) {
            own += images.getOrDefault(each, 0) == 1
                    ? size(engines.resolve("packages").resolve(each.id()))
                    : 0;
        }
        if (image.application().isPresent()) {
            Path lib = image.application().get();
            Manifest jars = Manifest.read(MavenArtifacts.manifest(lib));
            long java = jars.bytes() + archives(lib.resolveSibling(""));
            bytes += java;
            own += java;
            files += jars.files();
        }
        List<String> asked = switch (request.programs()) {
            case Programs.Debian(List<String> packages) ->
                packages.stream()
                        .map(p -> p + " " + image.versions().getOrDefault(p, "?"))
                        .toList();
            case Programs.Maven maven -> List.of(maven.artifact() + " " + maven.version());
            case Programs.Elsewhere elsewhere -> List.of(elsewhere.name());
        };
        List<String> origins = lock.packages().stream()
                .map(p -> p.origin().replaceFirst("/pool/.*", ""))
                .distinct()
                .sorted()
                .toList();
        String date = lock.entries().values().stream()
                .map(LockFile.Entry::date)
                .findFirst()
                .orElse("");
        boolean inUse = used.contains(image.root());
        return new Installed(request.label(), image, asked, origins, date, bytes, own, files, current, inUse);
    }

    private static long size(Path home) throws IOException {
        return Files.exists(home.resolve("files"))
                ? Manifest.read(home.resolve("files")).bytes()
                : 0;
    }
}
