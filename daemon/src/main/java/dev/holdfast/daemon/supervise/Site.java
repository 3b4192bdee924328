package dev.holdfast.daemon.supervise;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Errand;
import dev.holdfast.engine.Filling;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.ClientInvocation;
import dev.holdfast.targets.local.Doors;
import dev.holdfast.targets.local.Ended;
import dev.holdfast.targets.local.Filled;
import dev.holdfast.targets.local.Pause;
import dev.holdfast.targets.local.Running;
import dev.holdfast.targets.local.Source;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The place where the members of one stack run, as far as looking after them needs it. Safe for several threads as long
 * as no two work on the same member. Closing it ends no process.
 */
public interface Site extends Certified, AutoCloseable {
    Context context();

    /** The desired workloads; a member in {@link Workload#needs} comes before those that need it. */
    List<Workload> workloads();

    /** Throws a problem for each port of the member that a foreign process holds. */
    void requirePorts(String member);

    /** Gives new ports to every member that does not run and whose port somebody else holds; returns those members. */
    List<String> reassignPorts();

    /** Writes the member's files and fills its data folder if that is new. Idempotent. */
    void prepare(Workload workload);

    /** Gives a member without data what the filling brings. Where it is interrupted or fails there is still none. */
    void fill(Workload workload, Filling filling, Filled filled) throws InterruptedException;

    /** Puts other data in the place of that of a member that does not run; what it had is kept under {@code aside}. */
    void succeed(String member, Path from, Path aside);

    /** Stops these members for a moment, in which all that they have is the state of one instant. */
    Pause pause(Set<String> members, List<Path> scratch, Duration longest);

    /** Whether members are stopped so now. */
    boolean isPaused();

    /** Makes what was cloned into the member's data its own. */
    void own(Workload workload, List<String> leftOut, SortedMap<String, String> renewed);

    /** From now on the data has the logins of another stack, and nobody but Holdfast may enter, until {@link #unlock}. */
    void shut(String lender);

    void unlock();

    /** The stack whose logins the data has, while it has not its own. */
    Optional<String> lender();

    /** Returns when the process exists, long before it serves. */
    Running start(Workload workload);

    /** The member if it runs now, whoever started it. */
    Optional<Running> find(String member);

    /** Completes when nothing of the member is left. Never completes exceptionally. */
    CompletableFuture<Ended> onExit(Running running);

    Ended stop(Running running);

    Running reload(Running running, Workload workload);

    /** What is to be done where there is no room left for what the member writes. */
    Optional<Problem> lacking(String member);

    /** All that differs here from what the file says, in the order in which to do it. Changes nothing. */
    List<Change> differences();

    List<Change> differences(Workload workload);

    /** Members that have files, data or a process here but no place in the stack any more. */
    List<String> unwanted();

    void remove(String member, boolean data);

    /** Removes everything of the stack and closes it. Refuses while any member runs. */
    void purge();

    List<String> notes();

    /** Runs a program in a sandbox that sees the member's folders, whether the member itself runs or not. */
    Errand.Ran run(Workload workload, Errand errand, Consumer<String> onLine) throws InterruptedException;

    /** Memory of the member's whole process tree in bytes; 0 where it has gone. */
    long rss(Running running);

    /** The doors of members that may sleep, and the note of those that do. */
    Doors doors();

    /** What the processes of a service have used, and are held back by. */
    Load load(String service, List<Running> members);

    /** Limits them together, as far as this machine lets it; repeating it costs little. */
    void limit(String service, List<Running> members, Cpu cores, Bytes memory);

    /** Takes the limits away again. */
    void unlimit(String service);

    void rotateLog(String member);

    Path log(String member);

    /** How to run a client of these programs on the caller's terminal. */
    ClientInvocation client(Programs programs, Access.Client client);

    /** The same place seen with another stack, for comparing and nothing else. Needs no closing. */
    Site preview(Stack stack);

    /** The same place for that stack from now on; this one must not be used any more. */
    Site become(Stack stack, Source source);

    @Override
    void close();
}
