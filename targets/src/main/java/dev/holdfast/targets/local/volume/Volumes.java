package dev.holdfast.targets.local.volume;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Disk;
import dev.holdfast.targets.local.Home;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.targets.local.StateFile;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The volumes of one home. One a daemon, which alone changes them; safe for several threads. */
public final class Volumes {
    /** The home's own folder, where stacks live that were given no other place. */
    public static final String HOME = "home";

    private static final Logger LOG = LoggerFactory.getLogger(Volumes.class);

    private final Home home;
    private final Formatter formatter;
    private final Disposal disposal = new Disposal();
    private final AtomicReference<Optional<Driver>> ofHome = new AtomicReference<>(Optional.empty());

    private Volumes(Home home, Formatter formatter) {
        this.home = home;
        this.formatter = formatter;
    }

    public static Volumes of(Home home, Formatter formatter) {
        return new Volumes(home, formatter);
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
        return known(name)
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3141,
                        "there is no volume '" + name + "' here",
                        "See 'holdfast volumes', or make it with 'holdfast volumes create " + name + "'.")));
    }

    Optional<Volume> known(String name) {
        return list().stream().filter(volume -> volume.name().equals(name)).findFirst();
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
                    .filter(volume ->
                            !volume.definition().isHome() && volume.root().equals(root))
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

    /** The stacks whose data is in that volume, by name. */
    public List<StackFolder> stacks(Volume volume) {
        return home.stacks().stream()
                .filter(folder -> volume.definition().isHome()
                        ? Files.isDirectory(folder.volume(), LinkOption.NOFOLLOW_LINKS)
                        : leadsInto(folder, volume))
                .toList();
    }

    private static boolean leadsInto(StackFolder folder, Volume volume) {
        try {
            return Files.isSymbolicLink(folder.volume())
                    && Files.readSymbolicLink(folder.volume()).equals(volume.of(folder));
        } catch (IOException e) {
            throw Disk.failure(folder.volume(), 0, e);
        }
    }

    /**
     * To be asked before the stack is opened: its data is there afterwards, or this refuses. Mounts what was lost; gives a
     * stack without data its place, which is that of the stack it derives from, or the default one.
     */
    public void prepare(StackFolder folder) {
        Path data = folder.volume();
        new Residence(folder, disposal).sweep();
        if (Files.isSymbolicLink(data)) {
            Volume volume = holding(folder);
            found(volume);
            if (!Files.isDirectory(data)) {
                throw new HoldfastException(Problem.of(
                        Code.HF3143,
                        "the data of stack '" + folder.name() + "' is not in volume '" + volume.name()
                                + "': there is no '" + volume.of(folder) + "'",
                        "Bring that folder back; to begin with empty data, remove the link with 'rm " + data + "'."));
            }
        } else if (!Files.exists(data)) {
            Volume volume = placeOf(folder);
            found(volume);
            volume.place(folder);
        }
    }

    private Volume placeOf(StackFolder folder) {
        int at = folder.name().indexOf(Stack.DERIVED);
        if (at > 0) {
            StackFolder from = home.stack(folder.name().substring(0, at));
            if (from.exists()) {
                return holding(from);
            }
        }
        return find(defaultName());
    }

    /** Mounts it where that is needed and can be done. */
    private synchronized void found(Volume volume) {
        if (volume.isWhole()
                && !volume.isThere()
                && Machine.refusal(volume.driver()).isEmpty()) {
            mount(volume);
        }
        volume.requireThere();
    }

    private static void mount(Volume volume) {
        try {
            Images.mount(volume.definition(), true);
        } catch (IOException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3143,
                            "volume '" + volume.name() + "' cannot be mounted: " + e.getMessage(),
                            "Read what the kernel says of it (dmesg); its bytes are in '"
                                    + volume.definition().image() + "'."),
                    e);
        }
    }

    /** Mounts what is lost, and removes what was cut off; returns a sentence for each volume that was mounted. */
    public synchronized List<String> mend() {
        List<String> mended = new ArrayList<>();
        for (Volume volume : list()) {
            try {
                if (volume.isWhole() && !volume.isThere()) {
                    found(volume);
                    mended.add("mounted volume " + volume.name() + " because it was not there");
                }
                if (volume.isThere()) {
                    unfinished(volume).forEach(volume::away);
                    disposal.sweep(volume.root(), volume.definition().sparse());
                }
            } catch (HoldfastException stays) {
                // one that is broken is no reason to leave the others; whoever opens a stack in it is told the same
                LOG.atError()
                        .setCause(stays)
                        .addKeyValue("volume", volume.name())
                        .log("a volume cannot be had back");
            }
        }
        return List.copyOf(mended);
    }

    /** What cuts left that were killed; no cut is under way while this is asked. */
    private List<Path> unfinished(Volume volume) {
        List<Path> found = new ArrayList<>();
        List<Path> places = volume.definition().isHome()
                ? home.stacks().stream().map(StackFolder::root).toList()
                : List.of(volume.root());
        for (Path place : places) {
            try (Stream<Path> entries = Files.list(place)) {
                entries.filter(entry -> Volume.isFresh(entry.getFileName().toString()))
                        .forEach(found::add);
            } catch (IOException e) {
                throw Disk.failure(place, 0, e);
            }
        }
        return found;
    }

    /** Mounts that one where it is lost. */
    public synchronized Volume mend(String name) {
        Volume volume = find(name);
        if (!volume.isThere()) {
            Machine.require(volume.driver());
        }
        found(volume);
        return volume;
    }

    /** Makes a volume, or goes on with making it. Fails without leaving anything but what a second attempt takes up. */
    public synchronized Volume create(Wish wish, Consumer<String> progress) {
        return new Creation(this, folder(), formatter, disposal).run(wish, progress);
    }

    /** Gives an image more bytes while everything runs; also one that was cut off in the middle of that. */
    public synchronized Volume grow(String name, long size) {
        Volume volume = find(name);
        found(volume);
        return new Creation(this, folder(), formatter, disposal).grow(volume, size);
    }

    /** Refuses one that holds anything. */
    public synchronized void remove(String name) {
        Volume volume = find(name);
        if (defaultName().equals(name)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3145,
                    "volume '" + name + "' is where new stacks begin",
                    "Choose another first: holdfast volumes default " + HOME + "."));
        }
        List<String> stacks = stacks(volume).stream().map(StackFolder::name).toList();
        if (!stacks.isEmpty()) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3145,
                            "volume '" + name + "' holds the data of " + String.join(", ", stacks),
                            "Move each away with 'holdfast volumes convert STACK --to VOLUME', or throw it away with 'holdfast down STACK --purge'."));
        }
        new Creation(this, folder(), formatter, disposal).remove(volume);
    }

    /** Moves the data of a stack of which nothing runs. */
    public void convert(StackFolder folder, String to, Progress progress) {
        Volume target = find(to);
        Volume source = holding(folder);
        found(source);
        found(target);
        if (source.name().equals(target.name())) {
            new Residence(folder, disposal).sweep();
            return;
        }
        new Conversion(folder, disposal, source, target, progress::at).run();
    }

    /** Told how far something long is; may throw to end it. */
    public interface Progress {
        void at(String step, long done, long total);
    }

    /** Where new stacks begin. */
    public String defaultName() {
        return defaultFile().read(json -> StateFile.requireText(json, "name")).orElse(HOME);
    }

    public void beDefault(String name) {
        Volume volume = find(name);
        volume.requireThere();
        Disk.folder(folder(), Disk.OURS);
        defaultFile().write(Json.object().put("name", volume.name()).build());
    }

    /** Takes the bytes that are kept back in an image, so that what is full can go on; whether there were any. */
    public synchronized boolean giveReserve(Volume volume) {
        boolean there = volume.driver().isImage() && volume.room().reserve() > 0;
        if (there) {
            Images.giveReserve(volume.definition());
        }
        return there;
    }

    /** Keeps bytes back again where there is room for them; whether that was done. */
    public synchronized boolean keepReserve(Volume volume) {
        Room room = volume.room();
        long wanted = Images.reserveOf(volume.definition().size());
        if (!volume.driver().isImage()
                || room.reserve() > 0
                || new Room(room.size(), room.free() - wanted, wanted, room.most() - wanted).isNearlyFull()) {
            return false;
        }
        try {
            Images.keepReserve(volume.definition());
            return true;
        } catch (IOException e) {
            throw Disk.failure(volume.root(), wanted, e);
        }
    }

    /** Why there can be no volume of that kind in this home; empty where there can. */
    public Optional<Problem> refusal(Driver driver) {
        return new Creation(this, folder(), formatter, disposal).refusal(driver, folder());
    }

    /** Returns when everything thrown away so far has given its bytes back. */
    public void awaitDisposal() throws InterruptedException {
        disposal.await();
    }

    Volume own() {
        Path stacks = home.data().resolve("stacks");
        Driver driver = ofHome.updateAndGet(known -> known.or(() -> Optional.of(probed(stacks))))
                .orElseThrow();
        return new Volume(new Definition(HOME, driver, home.data(), stacks, 0, false, "", true), disposal);
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

    private StateFile defaultFile() {
        return new StateFile(
                folder().resolve("default.json"), "Choose anew where new stacks begin: holdfast volumes default NAME.");
    }

    private Path folder() {
        return home.data().resolve("volumes");
    }
}
