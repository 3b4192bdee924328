package dev.holdfast.daemon.local;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.daemon.stacks.Places;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Enclosure;
import dev.holdfast.targets.local.ImageEnclosure;
import dev.holdfast.targets.local.door.DoorLibrary;
import dev.holdfast.targets.local.image.Architecture;
import dev.holdfast.targets.local.image.EngineImages;
import dev.holdfast.targets.local.image.Image;
import dev.holdfast.targets.local.sandbox.Preflight;
import dev.holdfast.targets.local.sandbox.Sandbox;
import dev.holdfast.targets.local.volume.Formatter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * The engine images that are installed now. Asks anew each time, because they are installed and upgraded while the
 * daemon runs; how this machine lets one into an image is found out once.
 */
public final class InstalledPrograms implements Enclosure, LocalPlaces.Fetch, Formatter {
    private final EngineImages images;
    private final Preflight preflight;
    private final DoorLibrary library;
    private final Architecture architecture;
    private final Map<String, String> environment;
    private final boolean root;
    private final AtomicReference<Optional<Sandbox>> sandbox = new AtomicReference<>(Optional.empty());

    /**
     * @param environment of this process; its PATH says which programs the machine has
     * @param root whether this process is root
     */
    public InstalledPrograms(
            EngineImages images,
            Preflight preflight,
            Architecture architecture,
            Map<String, String> environment,
            DoorLibrary library,
            boolean root) {
        this.library = library;
        this.images = images;
        this.preflight = preflight;
        this.architecture = architecture;
        this.environment = Map.copyOf(environment);
        this.root = root;
    }

    @Override
    public void fetch(Collection<Programs> programs, Places.Progress progress) {
        images.install(
                List.copyOf(programs),
                step -> progress.at(
                        step.phase().name().toLowerCase(Locale.ROOT) + " " + step.what(), step.done(), step.total()));
        if (programs.contains(DoorLibrary.PROGRAMS)) {
            library();
        }
    }

    /** The machine's own where it has it; else Debian's, started by its own loader as decision 0011 has it. */
    @Override
    public List<String> program(String name, String debianPackage, Consumer<String> progress) {
        List<String> places =
                new ArrayList<>(List.of(environment.getOrDefault("PATH", "").split(":", -1)));
        places.addAll(List.of("/usr/sbin", "/sbin"));
        for (String place : places) {
            Path program = Path.of(place.isEmpty() ? "." : place, name);
            if (program.isAbsolute() && Files.isExecutable(program)) {
                return List.of(program.toString());
            }
        }
        Image image = images.install(
                new Programs.Debian(List.of(debianPackage)),
                step -> progress.accept(step.phase().name().toLowerCase(Locale.ROOT) + " " + step.what()));
        return architecture.direct(image.root(), "usr/sbin/" + name);
    }

    @Override
    public Invocation member(
            Programs programs,
            Folders folders,
            Path lock,
            SortedMap<String, String> environment,
            List<String> command) {
        Folders shown = folders.at(folders.door().map(door -> door.with(library())));
        return entered(programs).member(programs, shown, lock, environment, command);
    }

    @Override
    public Invocation client(Programs programs, Path tls, SortedMap<String, String> environment, List<String> command) {
        return entered(programs).client(programs, tls, environment, command);
    }

    @Override
    public String version(Programs programs) {
        return images.installed(programs)
                .map(image -> enclosure(programs, image).version(programs))
                .orElse("(not fetched yet)");
    }

    /** Before the first image nobody can try: root is then taken to become the engines' user, as it nearly always can. */
    @Override
    public Owner owner() {
        return sandbox.get()
                .map(found -> new ImageEnclosure(found, Map.of()).owner())
                .orElseGet(() -> root ? new Owner(Image.USER, Image.USER, true) : new Owner(0, 0, false));
    }

    private Path library() {
        return library.file().orElseGet(() -> {
            Image compiler = images.installed(DoorLibrary.PROGRAMS)
                    .orElseThrow(() -> new HoldfastException(Problem.of(
                            Code.HF3109,
                            "the programs of " + DoorLibrary.PROGRAMS + " are not installed",
                            "Run 'holdfast up' again, which fetches them.")));
            return library.made(compiler, sandbox(compiler));
        });
    }

    private Enclosure entered(Programs programs) {
        return enclosure(
                programs,
                images.installed(programs)
                        .orElseThrow(() -> new HoldfastException(Problem.of(
                                Code.HF3109,
                                "the programs of " + programs + " are not installed",
                                "Run 'holdfast up' again, which fetches them."))));
    }

    private Enclosure enclosure(Programs programs, Image image) {
        return new ImageEnclosure(sandbox(image), Map.of(programs, image));
    }

    private Sandbox sandbox(Image image) {
        return sandbox.updateAndGet(known -> known.or(() -> Optional.of(preflight.sandbox(image))))
                .orElseThrow();
    }
}
