package dev.holdfast.daemon.supervise;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Health;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.targets.local.Ended;
import dev.holdfast.targets.local.Running;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one member up: the only thread that starts, stops or reloads it. What others want comes as a message, so that
 * nothing about the member ever happens twice at once.
 */
final class Keeper {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

    private final Board board;
    private final InstantSource clock;
    private final Upkeep upkeep;
    private final String name;
    private final BlockingQueue<Message> mailbox = new LinkedBlockingQueue<>();

    Keeper(
            Workload workload,
            Supplier<Site> place,
            Probe probe,
            Board board,
            Decisions decisions,
            Pace pace,
            InstantSource clock) {
        this.board = board;
        this.clock = clock;
        this.name = workload.member().name();
        this.upkeep = new Upkeep(
                workload,
                place,
                probe,
                board,
                decisions,
                pace,
                clock,
                (running, ended) -> mailbox.add(new Message.Exited(running, ended)));
    }

    void begin() {
        Thread.ofVirtual().name("keeper-" + name).start(this::run);
    }

    Workload workload() {
        return upkeep.workload();
    }

    /** @param asked whether somebody asked for it, who is owed another try at what was given up */
    void up(boolean asked) {
        if (asked && board.get(name).phase() == MemberState.Phase.FAILED) {
            // at once, so that whoever asked does not take the old failure for the new one's
            board.put(
                    name,
                    board.get(name)
                            .with(
                                    MemberState.Phase.STARTING,
                                    new Health.NotReady("it is tried again", "Wait a moment."),
                                    clock.instant()));
        }
        mailbox.add(new Message.Up(asked));
    }

    /** Starts one that sleeps, without waiting for what it needs: that is woken as well, or its door is. */
    void wake(String because) {
        // at once, so that nobody takes the sleeper for one that serves
        board.put(
                name,
                board.get(name)
                        .with(
                                MemberState.Phase.STARTING,
                                new Health.NotReady("it is being woken", "Wait a moment."),
                                clock.instant()));
        mailbox.add(new Message.Wake(because));
    }

    /** Completes with whether it ran already; starts nothing. */
    CompletableFuture<Boolean> adopt() {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        mailbox.add(new Message.Adopt(done));
        return done;
    }

    /** Completes with whether a process had to be stopped. */
    CompletableFuture<Boolean> stop(String because) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        mailbox.add(new Message.Stop(because, done));
        return done;
    }

    CompletableFuture<Boolean> restart(String because) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        mailbox.add(new Message.Restart(because, done));
        return done;
    }

    /** Takes a changed workload: writes its files, then has the process read them or starts it again. */
    CompletableFuture<Boolean> take(Workload changed, boolean reload) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        mailbox.add(new Message.Take(changed, reload, done));
        return done;
    }

    void look() {
        mailbox.add(new Message.Look());
    }

    /** The place was opened anew: what was asked of the old one may never be answered. */
    void moved() {
        mailbox.add(new Message.Moved());
    }

    /** Ends the keeping, not the member. */
    void leave() {
        mailbox.add(new Message.Leave());
    }

    private void run() {
        try {
            while (true) {
                Instant next = upkeep.next();
                long millis = next.equals(Instant.MAX)
                        ? Duration.ofDays(1).toMillis()
                        : Math.max(0, Duration.between(clock.instant(), next).toMillis());
                Message message = mailbox.poll(millis, TimeUnit.MILLISECONDS);
                if (message instanceof Message.Leave) {
                    return;
                }
                handle(message);
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void handle(@Nullable Message message) {
        try {
            switch (message) {
                case null -> upkeep.due();
                case Message.Up(boolean asked) -> upkeep.wantUp(asked);
                case Message.Wake(String because) -> upkeep.wakeNow(because);
                case Message.Adopt(CompletableFuture<Boolean> done) -> finish(done, upkeep::adoptNow);
                case Message.Stop(String because, CompletableFuture<Boolean> done) ->
                    finish(done, () -> upkeep.stopNow(because));
                case Message.Restart(String because, CompletableFuture<Boolean> done) ->
                    finish(done, () -> upkeep.restartNow(because));
                case Message.Take(Workload changed, boolean reload, CompletableFuture<Boolean> done) ->
                    finish(done, () -> upkeep.takeNow(changed, reload));
                case Message.Exited(Running running, Ended ended) -> upkeep.exited(running, ended);
                case Message.Look() -> upkeep.look();
                case Message.Moved() -> upkeep.moved();
                case Message.Leave() -> {}
            }
        } catch (HoldfastException problem) {
            upkeep.failedToStart(problem);
        } catch (RuntimeException mistake) {
            LOG.atError().setCause(mistake).addKeyValue("member", name).log("looking after a member failed");
            upkeep.failedToStart(mistake);
        }
    }

    private interface Work {
        boolean run();
    }

    private static void finish(CompletableFuture<Boolean> done, Work work) {
        try {
            done.complete(work.run());
        } catch (RuntimeException failed) {
            done.completeExceptionally(failed);
        }
    }
}
