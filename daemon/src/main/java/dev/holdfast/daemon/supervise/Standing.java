package dev.holdfast.daemon.supervise;

import dev.holdfast.problem.Problem;
import java.util.Optional;

/** How the engine and the companions of a service that may sleep are doing, by the board. */
record Standing(String service, SleepPlan plan, Board board, Crew crew) {
    boolean ownServe() {
        return plan.ownServe(board);
    }

    /** Why it will not serve soon: its engine was given up, or waits for room on its disk. Companions do not count. */
    Optional<String> failure() {
        return given().or(() -> plan.ways().stream()
                .filter(SleepPlan.Way::isOwn)
                .flatMap(way -> lacking(way).stream())
                .findFirst());
    }

    /** Why its engine was given up. */
    Optional<String> given() {
        return plan.ownFailed(board).map(member -> member.health().because());
    }

    /** What those are told who come to this door of a service that is awake; nothing where they are served or soon will be. */
    Optional<String> away(SleepPlan.Way way) {
        MemberState member = board.get(way.member());
        boolean isLost = !way.isOwn() && member.phase() == MemberState.Phase.FAILED;
        return (isLost ? Optional.of(member.health().because()) : lacking(way))
                .map(cause -> way.member() + " of service '" + service + "' does not serve because " + cause);
    }

    private Optional<String> lacking(SleepPlan.Way way) {
        return board.get(way.member()).phase() == MemberState.Phase.RESTARTING
                ? crew.lacking(way.member()).map(Problem::cause)
                : Optional.empty();
    }

    /** Why its engine does not serve at this moment. */
    String reason() {
        return plan.ways().stream()
                .filter(SleepPlan.Way::isOwn)
                .map(way -> board.get(way.member()))
                .filter(member -> !member.isServing())
                .map(member -> member.health().because())
                .findFirst()
                .orElse("somebody else is at work with it");
    }

    /** What is written down of a wake. */
    String woken(String because, long nanos) {
        return "woke " + service + " because " + because
                + (ownServe() ? "; it served after " : "; it does not serve yet after ") + nanos / 1_000_000 + " ms"
                + (ownServe() ? "" : " because " + reason());
    }

    /** Refuses where it is not awake, or is and does not serve after it had slept. */
    void requireWoken(SleepState state, boolean slept) {
        if (state instanceof SleepState.Broken broken) {
            throw SleepProblems.cannotWake(service, broken.cause());
        }
        if (slept && !ownServe()) {
            throw SleepProblems.stillWaking(service, reason());
        }
    }
}
