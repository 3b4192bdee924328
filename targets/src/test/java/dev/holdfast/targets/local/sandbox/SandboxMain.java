package dev.holdfast.targets.local.sandbox;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.targets.local.Cache;
import dev.holdfast.targets.local.image.EngineImages;
import dev.holdfast.targets.local.image.Image;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Enters an installed image as whoever runs it, with its own input and output; ends as the program does. */
final class SandboxMain {
    private SandboxMain() {}

    /** {@code CACHE PACKAGES DATA LOCK|- COMMAND…}. */
    public static void main(String[] arguments) throws Exception {
        var images = new EngineImages(Path.of(arguments[0]), Map.of(), Cache.HERE, InstantSource.system());
        Image image = images.installed(new Programs.Debian(List.of(arguments[1].split(",", -1))))
                .orElseThrow();
        JavaRuntime java = JavaRuntime.at(Path.of(System.getProperty("java.home")));
        boolean root = System.getProperty("user.name").equals("root");
        Sandbox sandbox = new Preflight(Cache.HERE, java, root).sandbox(image);
        // the JDK stands for an engine of its own kind
        Image withJava = new Image(image.name(), image.root(), Optional.of(java.home()), image.versions());
        Entry entry = new Entry(
                withJava,
                List.of(Bind.writable(Path.of(arguments[2]), "/data")),
                new TreeMap<>(Map.of("GREETING", "hello")),
                List.of(arguments).subList(4, arguments.length),
                arguments[3].equals("-") ? Optional.empty() : Optional.of(Path.of(arguments[3])),
                false);
        Process process = sandbox.enter(entry).builder().inheritIO().start();
        System.exit(process.waitFor());
    }
}
