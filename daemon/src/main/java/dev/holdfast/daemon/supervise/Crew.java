package dev.holdfast.daemon.supervise;

import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Running;
import java.util.List;
import java.util.Optional;

/** Has members sleep and wake; the doors are not its business. */
interface Crew {
    /** In the order in which they are stopped; returns when they are. */
    void sleep(List<String> members, String because);

    /** Returns at once. */
    void wake(String member, String because);

    void stop(List<String> members, String because);

    /** What the member has no room for, where that keeps it from starting. */
    Optional<Problem> lacking(String member);

    /** Processes whose connections never count: the service's own, and those that collect figures. */
    List<Running> uncounted(SleepPlan plan);

    /** The state of some service has changed, so that it is written down. */
    void noted();
}
