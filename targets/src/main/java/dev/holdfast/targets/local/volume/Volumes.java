package dev.holdfast.targets.local.volume;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Disk;
import dev.holdfast.targets.local.Home;
import dev.holdfast.targets.local.StackFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/** The volumes of one home. One a daemon, which alone changes them. */
public final class Volumes {
    /** The home's own folder, where stacks live that were given no other place. */
    public static final String HOME = "home";

    private final Home home;
    private final Disposal disposal = new Disposal();
    private final AtomicReference<Optional<Driver>> ofHome = new AtomicReference<>(Optional.empty());

    private Volumes(Home home) {
        this.home = home;
    }

    public static Volumes of(Home home) {
        return new Volumes(home);
    }

    /** All of them, the home's own first. */
    public List<Volume> list() {
        List<Volume> volumes = new ArrayList<>(List.of(own()));
        Path folder = folder();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> entries = Files.list(folder)) {
                entries.filter(Files::isDirectory)
                        .sorted()
                        .map(this::read)
                        .flatMap(Optional::stream)
                        .forEach(volumes::add);
            } catch (IOException e) {
                throw Disk.failure(folder, 0, e);
            }
        }
        return List.copyOf(volumes);
    }

    public Volume find(String name) {
        return list().stream()
                .filter(volume -> volume.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3141,
                        "there is no volume '" + name + "' here",
                        "See 'holdfast volumes', or make it with 'holdfast volumes create " + name + "'.")));
    }

    /** The volume that has the stack's data, or would have it if the stack had any. */
    public Volume holding(StackFolder folder) {
        Path link = folder.volume();
        if (!Files.isSymbolicLink(link)) {
            return own();
        }
        try {
            Path root = Objects.requireNonNull(Files.readSymbolicLink(link).getParent());
            return list().stream()
                    .filter(volume -> !volume.name().equals(HOME)
                            && volume.definition().root().equals(root))
                    .findFirst()
                    .orElseThrow(() -> new HoldfastException(Problem.of(
                            Code.HF3141,
                            "the data of stack '" + folder.name() + "' is in '" + root
                                    + "', which is no volume of this home",
                            "Bring that volume's folder under '" + folder()
                                    + "' back; nothing is begun anew in its place.")));
        } catch (IOException e) {
            throw Disk.failure(link, 0, e);
        }
    }

    /** Returns when everything thrown away so far has given its bytes back. */
    public void awaitDisposal() throws InterruptedException {
        disposal.await();
    }

    private Volume own() {
        Path stacks = home.data().resolve("stacks");
        Driver driver = ofHome.updateAndGet(known -> known.or(() -> Optional.of(probed(stacks))))
                .orElseThrow();
        return new Volume(new Definition(HOME, driver, home.data(), stacks, 0, "", true), disposal);
    }

    private static Driver probed(Path folder) {
        try {
            Disk.folder(folder, Disk.OURS);
            return Trees.clones(folder) ? Driver.REFLINK : Driver.COPY;
        } catch (IOException e) {
            throw Disk.failure(folder, 0, e);
        }
    }

    private Optional<Volume> read(Path folder) {
        String name = Objects.requireNonNull(folder.getFileName()).toString();
        return Definition.file(folder)
                .read(json -> Definition.of(name, folder, json))
                .map(definition -> new Volume(definition, disposal));
    }

    private Path folder() {
        return home.data().resolve("volumes");
    }
}
