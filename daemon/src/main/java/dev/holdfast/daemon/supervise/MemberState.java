package dev.holdfast.daemon.supervise;

import dev.holdfast.engine.Health;
import dev.holdfast.targets.local.Running;
import java.time.Instant;
import java.util.Optional;

/** One moment of a member; a new one replaces it at every change. */
public record MemberState(Phase phase, Health health, Optional<Running> running, int restarts, Instant since) {

    /** What the supervisor is doing about a member. */
    public enum Phase {
        STOPPED,
        STARTING,
        RUNNING,
        RESTARTING,
        STOPPING,
        /** Without a process until somebody connects, who is then served. */
        ASLEEP,
        /** Given up: it is not started again before somebody asks. */
        FAILED;

        /** As the status writes it. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    static MemberState stopped(String because, Instant now) {
        return new MemberState(
                Phase.STOPPED, new Health.NotReady(because, "Start it with 'holdfast up'."), Optional.empty(), 0, now);
    }

    /** It counts as ready: whoever connects is served. */
    static MemberState asleep(String words, Instant since) {
        return new MemberState(Phase.ASLEEP, new Health.Ready(words), Optional.empty(), 0, since);
    }

    public boolean isAsleep() {
        return phase == Phase.ASLEEP;
    }

    public boolean isReady() {
        return health instanceof Health.Ready;
    }

    /** Whether those that need it can work: also where something else that it promises does not hold. */
    public boolean isServing() {
        return !(health instanceof Health.NotReady);
    }

    public Optional<String> next() {
        return health.advice();
    }

    MemberState with(Phase next, Health nextHealth, Instant now) {
        return new MemberState(next, nextHealth, running, restarts, now);
    }

    MemberState with(Health nextHealth) {
        return new MemberState(phase, nextHealth, running, restarts, since);
    }

    MemberState with(Optional<Running> process) {
        return new MemberState(phase, health, process, restarts, since);
    }

    MemberState restarted() {
        return new MemberState(phase, health, running, restarts + 1, since);
    }

    /** Whether its start has come to a process, or to nothing. */
    boolean hasBegun() {
        return running.isPresent() || phase == Phase.FAILED || phase == Phase.RESTARTING;
    }
}
