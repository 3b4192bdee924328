package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Decision;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Catalogue;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Filling;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Restoration;
import dev.holdfast.engine.Restoration.Target;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;

/** Brings a saved service back, always into a derived stack beside what is there. */
final class Restoring {
    /** What a server needs beside its data to start at all. */
    private static final long SPARE = 256L << 20;

    private final Stacks stacks;

    Restoring(Stacks stacks) {
        this.stacks = stacks;
    }

    /**
     * What is wanted.
     *
     * @param from the file the derived stack is made of, with its text
     * @param atHand the place of the running service the key belongs to, where there is one
     * @param checked whether what comes back is to be examined; such a copy is thrown away after that
     * @param masked whether the rules of the file for masking are followed: for a branch, and never for what a restore is for
     */
    record Wish(
            String source,
            String service,
            Source from,
            SortedMap<String, Redacted> key,
            Target target,
            String name,
            Optional<Context> atHand,
            boolean checked,
            boolean masked) {
        String stack() {
            return source + Stack.DERIVED + name;
        }
    }

    /** The copy, and what it was made of. */
    record Restored(ManagedStack copy, Restoration restoration, Duration took) {}

    Restored restore(Wish wish, Events events) throws InterruptedException {
        AtomicReference<Optional<Restoration>> made = new AtomicReference<>(Optional.empty());
        Beside.Wish beside = new Beside.Wish(
                        wish.source(),
                        wish.name(),
                        wish.from(),
                        new TreeSet<>(Set.of(wish.service())),
                        "restored from the backups of " + wish.service() + " of " + wish.source(),
                        false,
                        !wish.checked())
                .masking(wish.masked());
        long begun = System.nanoTime();
        AtomicReference<Long> told = new AtomicReference<>(begun);
        ManagedStack copy = new Beside(stacks)
                .make(
                        beside,
                        (derived, to) -> {
                            Bound<?> bound = Bound.of(stacks.parts().register(), service(derived, wish.service()));
                            List<Filling> fillings = fillings(bound, wish, to, made, events);
                            told.set(System.nanoTime());
                            return fillings;
                        },
                        Optional.of(new Pouring(wish, made, events)),
                        events);
        Restoration restoration = made.get().orElseThrow();
        Duration took = Duration.ofNanos(System.nanoTime() - told.get());
        new RestoreRate(stacks.parts().places().folder(wish.source())).remember(restoration.bytes(), took);
        return new Restored(copy, restoration, Duration.ofNanos(System.nanoTime() - begun));
    }

    /** What a dump says goes into a copy that serves, and that is no copy of anything before all of it is there. */
    private final class Pouring implements Beside.Closed {
        private final Wish wish;
        private final AtomicReference<Optional<Restoration>> made;
        private final Events events;

        Pouring(Wish wish, AtomicReference<Optional<Restoration>> made, Events events) {
            this.wish = wish;
            this.made = made;
            this.events = events;
        }

        @Override
        public Beside.When when() {
            return made.get()
                    .filter(one -> one.base().kind() == Catalogue.Kind.LOGICAL)
                    .map(dump -> Beside.When.FINISHED)
                    .orElse(Beside.When.NEVER);
        }

        @Override
        public void run(ManagedStack.Live live) throws InterruptedException {
            Bound<?> bound = Bound.of(stacks.parts().register(), service(live.stack(), wish.service()));
            pour(bound, live, wish, made.get().orElseThrow(), events);
        }
    }

    private static <S extends Record> void pour(
            Bound<S> bound, ManagedStack.Live live, Wish wish, Restoration restoration, Events events)
            throws InterruptedException {
        bound.engine()
                .protection()
                .orRefuse()
                .pour(bound.service(), restoration, wish.key(), new LiveBench(live, wish.service(), events));
    }

    private <S extends Record> List<Filling> fillings(
            Bound<S> bound, Wish wish, Context to, AtomicReference<Optional<Restoration>> made, Events events)
            throws InterruptedException {
        Protection<S> protection = bound.engine().protection().orRefuse();
        ManagedStack.Live live = stacks.findOrCreate(wish.stack()).live().orElseThrow();
        Restoration restoration = protection.restoration(
                bound.service(), wish.target(), wish.key(), wish.atHand(), new LiveBench(live, wish.service(), events));
        made.set(Optional.of(restoration));
        if (wish.masked() && restoration.base().kind() == Catalogue.Kind.LOGICAL) {
            throw new HoldfastException(Problem.of(
                    Code.HF3227,
                    "backup " + restoration.base().id()
                            + " is a dump, which is read into a copy after what is to be masked in it is",
                    "Name a moment that a backup of the whole server reaches: holdfast backup list " + wish.service()
                            + "."));
        }
        tell(restoration, wish, events);
        if (!wish.masked() && !wish.checked() && Maskings.isDeclared(bound)) {
            say(events, RestoreWords.UNMASKED);
        }
        Places places = stacks.parts().places();
        requireRoom(
                restoration,
                places.volumes().holding(places.stack(wish.stack())).root());
        return protection.fillings(bound.service(), restoration, wish.key(), wish.checked(), to);
    }

    /** Sentences that stay on the screen, before anything is fetched. */
    private void tell(Restoration restoration, Wish wish, Events events) {
        Optional<Duration> estimate =
                new RestoreRate(stacks.parts().places().folder(wish.source())).estimate(restoration);
        say(events, "restores " + wish.service() + " from " + RestoreWords.sentence(restoration));
        say(
                events,
                "needs " + size(restoration.bytes()) + " of disk and reads " + size(restoration.fetched())
                        + estimate.map(time -> ", which takes about " + Math.max(1, time.toSeconds())
                                        + " s at the rate measured last")
                                .orElse(""));
        restoration.reach().ifPresent(reach -> say(events, "any moment from " + reach + " could have been asked for"));
        restoration.notes().forEach(note -> say(events, note));
    }

    private static String size(long bytes) {
        return Math.max(1, bytes / Bytes.MEBI) + " MiB";
    }

    private void say(Events events, String text) {
        events.send(EventJson.decision(new Decision(stacks.parts().clock().instant(), "", text)));
    }

    private static void requireRoom(Restoration restoration, Path folder) {
        try {
            long free = Files.getFileStore(
                            Files.exists(folder)
                                    ? folder
                                    : folder.toAbsolutePath().getRoot())
                    .getUsableSpace();
            long needed = restoration.bytes() + restoration.bytes() / 20 + SPARE;
            if (free < needed) {
                throw new HoldfastException(Problem.of(
                        Code.HF3629,
                        "the restore needs " + size(needed) + " and the disk of '" + folder + "' has " + size(free)
                                + " left",
                        "Free that much there, or put the folder of Holdfast (HOLDFAST_HOME) on a larger disk."));
            }
        } catch (IOException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3105,
                            "the room on the disk of '" + folder + "' cannot be seen: " + e.getMessage(),
                            "Check that disk, then run the command again."),
                    e);
        }
    }

    private static Service<?> service(Stack stack, String name) {
        return Optional.<Service<?>>ofNullable(stack.services().get(name))
                .orElseThrow(() -> WhyReport.noService(stack.name(), name));
    }
}
