package dev.holdfast.daemon.supervise;

import dev.holdfast.stack.Compute;
import dev.holdfast.stack.Cpu;
import dev.holdfast.text.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Decides the size of one service from what it uses. Up at once where it uses most of what it has for a few looks, because waiting
 * costs its users; down one size only after a minute in which the smaller one would have been enough with room to spare. Between the
 * two thresholds nothing moves, so that a steady load stays at one size; where a smaller size was soon too little, the next one has
 * to prove enough for twice as long, so that bursts do not have it swing. Confined to one thread.
 */
public final class Sizer {
    /** A look that finds more than this share of the size used counts as busy. */
    private static final double BUSY = 0.80;

    /** So much of the smaller size would have to be enough. */
    private static final double IDLE = 0.50;

    private static final int BUSY_LOOKS = 3;
    private static final Duration CALM = Duration.ofMinutes(1);
    private static final Duration LONGEST_CALM = Duration.ofHours(1);

    private final Compute compute;
    private Cpu now;
    private Load last = Load.none();
    private Duration calm = CALM;
    private Optional<Instant> cameDown = Optional.empty();
    private Instant lastAt = Instant.EPOCH;
    private boolean seen;
    private int busy;
    private double used;
    private final Deque<Look> looks = new ArrayDeque<>();

    private record Look(Instant at, double cores, long memory) {}

    /** A service begins at its most: it is started to be used, and comes down where it is not. */
    public Sizer(Compute compute) {
        this.compute = compute;
        this.now = compute.max();
    }

    /** Where it goes, and why: the words follow "because". */
    public record Move(Cpu from, Cpu to, String because) {}

    public Cpu now() {
        return now;
    }

    public Compute compute() {
        return compute;
    }

    /** The cores that were used between the last two looks. */
    public double used() {
        return used;
    }

    public Optional<Move> look(Load load, Instant at) {
        if (!seen || load.cpu().compareTo(last.cpu()) < 0 || !at.isAfter(lastAt)) {
            // the first look, or processes that began anew
            seen = true;
            last = load;
            lastAt = at;
            return Optional.empty();
        }
        double seconds = Duration.between(lastAt, at).toNanos() / 1e9;
        used = load.cpu().minus(last.cpu()).toNanos() / 1e9 / seconds;
        double held = load.throttled().minus(last.throttled()).toNanos() / 1e9 / seconds;
        last = load;
        lastAt = at;
        looks.addLast(new Look(at, used, load.memory()));
        while (looks.getFirst().at().isBefore(at.minus(calm))) {
            looks.removeFirst();
        }
        boolean throttled = held > 0.1;
        busy = used >= BUSY * now.cores() || throttled ? busy + 1 : 0;
        Optional<Move> move = up(throttled).or(() -> down(at));
        move.ifPresent(moved -> {
            learn(moved, at);
            now = moved.to();
            busy = 0;
            looks.clear();
            looks.addLast(new Look(at, used, load.memory()));
        });
        return move;
    }

    /** Coming down was a mistake where going up again follows soon after; where it stood for long, earlier ones are forgotten. */
    private void learn(Move moved, Instant at) {
        if (moved.to().millis() < moved.from().millis()) {
            cameDown = Optional.of(at);
        } else if (cameDown.isPresent()) {
            boolean soon = Duration.between(cameDown.get(), at).compareTo(calm.multipliedBy(4)) < 0;
            Duration twice = calm.multipliedBy(2);
            calm = !soon ? CALM : twice.compareTo(LONGEST_CALM) > 0 ? LONGEST_CALM : twice;
        }
    }

    private Optional<Move> up(boolean throttled) {
        if (busy < BUSY_LOOKS) {
            return Optional.empty();
        }
        return compute.next(now, true)
                .map(next -> new Move(
                        now,
                        next,
                        "it used " + cores(used) + " of " + cores(now.cores()) + " cores in " + BUSY_LOOKS
                                + " looks in a row" + (throttled ? " and was kept waiting for more" : "")));
    }

    private Optional<Move> down(Instant at) {
        Optional<Cpu> next = compute.next(now, false);
        // the first look is older than the time asked for only if nothing was forgotten since
        boolean whole = !looks.isEmpty()
                && Duration.between(looks.getFirst().at(), at)
                                .compareTo(calm.multipliedBy(9).dividedBy(10))
                        >= 0;
        if (next.isEmpty() || !whole) {
            return Optional.empty();
        }
        double most = looks.stream().mapToDouble(Look::cores).max().orElse(0);
        long memory = looks.stream().mapToLong(Look::memory).max().orElse(0);
        if (most > IDLE * next.get().cores()
                || memory > IDLE * Compute.memory(next.get()).count()) {
            return Optional.empty();
        }
        return Optional.of(new Move(
                now,
                next.get(),
                "for " + Durations.text(calm) + " it used at most " + cores(most) + " cores and " + memory / (1 << 20)
                        + "Mi of memory of its own"));
    }

    private static String cores(double cores) {
        return String.format(java.util.Locale.ROOT, "%.2f", cores);
    }
}
