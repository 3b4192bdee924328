package dev.holdfast.targets.local.image;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.problem.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Installs what its arguments say, in a process of its own: what a test starts as another user, or kills half way. */
final class InstallMain {
    private InstallMain() {}

    /** {@code CACHE (PACKAGE,PACKAGE… | group:artifact@version[,-group:artifact…][,group:artifact=version…])…}. */
    public static void main(String[] arguments) throws IOException {
        if (arguments[1].startsWith("unpack=")) {
            unpack(Path.of(arguments[0]), Path.of(arguments[1].substring("unpack=".length())), arguments[2]);
            return;
        }
        var images = new EngineImages(
                Path.of(arguments[0]),
                System.getenv(),
                Architecture.of(System.getProperty("os.name"), System.getProperty("os.arch")),
                InstantSource.system());
        List<Programs> wanted = new ArrayList<>();
        for (String argument : List.of(arguments).subList(1, arguments.length)) {
            wanted.add(programs(List.of(argument.split(",", -1))));
        }
        long start = System.nanoTime();
        images.install(
                        wanted,
                        step -> System.out.printf(
                                "%5d ms %s %d/%d %s%n",
                                (System.nanoTime() - start) / 1_000_000,
                                step.phase(),
                                step.done(),
                                step.total(),
                                step.what()))
                .forEach((programs, image) -> System.out.println(image.root() + " " + image.application()));
    }

    /** Only the unpacking of one package that another cache holds, without the look at the free space before. */
    private static void unpack(Path cache, Path from, String name) throws IOException {
        Path engines = cache.resolve("engines");
        DebianPackage wanted = LockFile.read(from.resolve("engines/engines.lock")).packages().stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow();
        Files.copy(
                from.resolve("engines/debs").resolve(wanted.id() + ".deb"),
                engines.resolve("debs").resolve(wanted.id() + ".deb"));
        try (CacheLock lock = CacheLock.take(engines, new Reporter(Progress.silent()))) {
            new PackageStore(engines, lock.scratch(), new Tools(System.getenv()))
                    .provide(
                            List.of(wanted),
                            () -> {
                                throw new IllegalStateException("the package is there");
                            },
                            new Reporter(Progress.silent()));
        } catch (HoldfastException refusal) {
            System.out.println(refusal.getMessage());
        }
        boolean nothing = !Files.exists(engines.resolve("scratch"))
                && PackageStore.children(engines.resolve("packages")).isEmpty();
        System.out.println(nothing ? "nothing half unpacked" : "something half unpacked");
    }

    private static Programs programs(List<String> words) {
        if (!words.getFirst().contains("@")) {
            return new Programs.Debian(words);
        }
        String[] artifact = words.getFirst().split("@", -1);
        List<String> excludes = new ArrayList<>();
        Map<String, String> pins = new java.util.TreeMap<>();
        for (String word : words.subList(1, words.size())) {
            if (word.startsWith("-")) {
                excludes.add(word.substring(1));
            } else {
                pins.put(word.split("=", -1)[0], word.split("=", -1)[1]);
            }
        }
        return new Programs.Maven(artifact[0], artifact[1], excludes, pins);
    }
}
