package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Errand;
import dev.holdfast.engine.Filling;
import dev.holdfast.engine.ObjectStore;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Scrape;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.Safe;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Reference;
import dev.holdfast.stack.Stack;
import dev.holdfast.target.Assembly;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * One stack on this machine. It holds the stack's lock from {@link #open} to {@link #close}; closing ends no process.
 * Safe for use by several threads as long as no two work on the same member.
 */
public final class LocalStack implements Context, AutoCloseable {
    private final StackFolder folder;
    private final Assembly assembly;
    private final LocalParts parts;
    private final Lease lease;
    private final KeptPorts ports;
    private final Members members;
    private final Preparation preparation;
    private final Errands errands;
    private final Fillings fillings;
    private final Comparison comparison;

    private LocalStack(
            StackFolder folder, Assembly assembly, LocalParts parts, Lease lease, KeptPorts ports, Members members) {
        this.folder = folder;
        this.assembly = assembly;
        this.parts = parts;
        this.lease = lease;
        this.ports = ports;
        this.members = members;
        this.preparation = new Preparation(folder, parts.secrets(), parts.certificates(), parts.enclosure(), members);
        this.errands = new Errands(folder, parts.launcher(), parts.enclosure(), preparation, members);
        this.fillings = new Fillings(folder, parts.enclosure(), preparation, errands);
        this.comparison = new Comparison(folder, parts.enclosure(), ports, members, preparation);
    }

    /** Takes the stack's lock, gives out ports that are still missing, and writes down where the stack came from. */
    public static LocalStack open(Home home, Stack stack, Source source, Register register, LocalParts parts) {
        home.create();
        StackFolder folder = home.stack(stack.name());
        Disk.folder(folder.root(), Disk.OURS);
        Lease lease = Lease.take(folder.lock(), "stack '" + stack.name() + "'");
        try {
            KeptPorts ports = new KeptPorts(
                    home, folder, new Doors(folder, parts.launcher().doorkeeper(), parts.enclosure()));
            LocalStack local = new LocalStack(
                    folder,
                    new Assembly(stack, register),
                    parts,
                    lease,
                    ports,
                    new Members(folder, parts.launcher(), parts.clock()));
            Pause.end(folder, local.members);
            ports.complete(local.assembly.members(), local.members);
            folder.remember(source);
            parts.publish(folder);
            return local;
        } catch (RuntimeException e) {
            lease.close();
            throw e;
        }
    }

    /**
     * The same place, lock and processes seen with another stack of that name, to compare with. Gives out the ports that
     * are missing and writes nothing else. Needs no closing.
     */
    public LocalStack seenWith(Stack next) {
        LocalStack seen = new LocalStack(folder, new Assembly(next, assembly.register()), parts, lease, ports, members);
        ports.complete(seen.assembly.members(), members);
        return seen;
    }

    /** The same place for that stack from now on; either of the two closes it. */
    public LocalStack become(Stack next, Source source) {
        LocalStack seen = seenWith(next);
        folder.remember(source);
        return seen;
    }

    public StackFolder folder() {
        return folder;
    }

    /** The desired workloads; members in {@link Workload#needs} come before those that need them. */
    public List<Workload> workloads() {
        return Order.byNeeds(assembly.workloads(this));
    }

    /** Throws a problem for each kept port of the member that a foreign process holds, naming that process. */
    public void requirePorts(String member) {
        ports.requireOurs(member, members);
    }

    /** Gives new ports to every member that does not run and whose port somebody else holds; returns those members. */
    public List<String> reassignPorts() {
        return ports.reassign(assembly.members(), members);
    }

    /** Writes the member's files and fills its data folder if that is new. Idempotent; touches no file that is right. */
    public void prepare(Workload workload) {
        preparation.prepare(workload, Comparison.service(assembly.stack(), workload));
    }

    /** Puts other data in the place of that of a member that does not run; an interrupted one is ended by the next start. */
    public void succeed(String member, Path from, Path aside) {
        requireStopped(List.of(member));
        new Succession(folder, member).begin(from, aside);
    }

    /**
     * Gives a member that has no data yet what the filling brings, in place of what its engine would make. Where it is
     * interrupted or fails there is still no data. Tells of its progress from another thread.
     */
    public void fill(Workload workload, Filling filling, Filled filled) throws InterruptedException {
        fillings.fill(workload, Comparison.service(assembly.stack(), workload), filling, filled);
    }

    /**
     * Everything that differs between this machine and the stack, in the order in which to do it. Changes nothing, but
     * for a secret or a certificate that nobody had asked for before.
     */
    public List<Change> differences() {
        return comparison.of(workloads(), assembly.stack(), unwanted());
    }

    /** The part of {@link #differences()} that concerns one member. */
    public List<Change> differences(Workload workload) {
        return comparison.of(workload);
    }

    /**
     * The settings of effect RELOAD that the running member has not taken yet, for an engine that takes them over a
     * connection. To be asked before {@link #reload}.
     */
    public List<Setting> pending(Running running, Workload workload) {
        return preparation.pending(running.inForce(), workload);
    }

    /** Members that have files or a process here but no place in the stack any more. Data alone does not count. */
    public List<String> unwanted() {
        Set<String> names = new TreeSet<>(folder.membersWithFiles());
        workloads().forEach(workload -> names.remove(workload.member().name()));
        return List.copyOf(names);
    }

    /** Starts a prepared member. Returns when its engine process exists, long before it serves. */
    public Running start(Workload workload) {
        String member = workload.member().name();
        Optional<Running> already = find(member);
        if (already.isPresent()) {
            return already.get();
        }
        members.sweepWhatIsLeft(member);
        requirePorts(member);
        return members.start(new Members.Start(
                workload,
                parts.enclosure()
                        .member(
                                workload.programs(),
                                preparation
                                        .folders(workload, folder.volume(member))
                                        .at(doors().seenBy(
                                                        member,
                                                        assembly.stack(),
                                                        assembly.register(),
                                                        ports.of(member))),
                                folder.dataLock(member),
                                workload.environment(),
                                workload.command()),
                parts.enclosure().version(workload.programs()),
                Preparation.command(workload),
                ports.of(member),
                preparation.written(member).orElse(Facts.NONE)));
    }

    /** The member if it runs now, whoever started it; empty where it does not. Never trusts a pid alone. */
    public Optional<Running> find(String member) {
        return members.find(member);
    }

    /** Completes when the member has ended and nothing of it is left. Never completes exceptionally. */
    public CompletableFuture<Ended> onExit(Running running) {
        return members.onExit(running);
    }

    /** Asks it to end, waits as long as the workload allows, then kills it with everything it started. */
    public Ended stop(Running running) {
        return members.stop(running);
    }

    /**
     * Has the member read its files again, which must have been prepared before. One that takes its settings over a
     * connection is only recorded as having taken them.
     */
    public Running reload(Running running, Workload workload) {
        if (workload.reload() == Workload.Reload.SIGHUP) {
            members.reload(running);
        }
        return members.record(running.with(preparation.written(running.member()).orElse(Facts.NONE)));
    }

    /** Writes the member's certificate anew where that is due, none of its other files, and has it read that. */
    public Running renew(Running running, Workload workload, Runnable overConnection) {
        Facts renewed = preparation.renew(workload);
        switch (workload.reload()) {
            case SIGHUP -> members.reload(running);
            case CONNECTION -> overConnection.run();
            case RESTART -> throw new IllegalArgumentException(running.member() + " reads its files once");
        }
        return members.record(running.with(running.inForce().with(renewed)));
    }

    /** Runs a program in a sandbox that sees the member's folders, whether the member itself runs or not. */
    public Errand.Ran run(Workload workload, Errand errand, Consumer<String> onLine) throws InterruptedException {
        return errands.run(workload, errand, onLine);
    }

    public Doors doors() {
        return ports.doors();
    }

    /** Memory of the member's whole process tree in bytes; 0 where it has gone. */
    public long rss(Running running) {
        return members.memory(running);
    }

    /** Cuts the member's log where it has grown past its limit; cheap, meant for a timer. */
    public void rotateLog(String member) {
        LogFile.of(folder.log(member)).rotateIfLarge();
    }

    /**
     * How to run a client program ({@code psql}) on the host's terminal, in its sandbox. Where the client names {@link
     * #authorityFile} it gets the path under which the sandbox has it.
     */
    public ClientInvocation client(Programs programs, Access.Client client) {
        return ClientInvocation.of(parts.enclosure(), folder, programs, client);
    }

    /** Removes configuration, secrets and logs of a member that does not run; its data only if asked. */
    public void remove(String member, boolean data) {
        requireStopped(List.of(member));
        members.sweep(member, members.recorded(member));
        folder.remove(member, data);
        if (data) {
            ports.drop(member);
        }
    }

    /** Stops these members for a moment: see {@link Pause}. */
    public Pause pause(Set<String> names, List<Path> scratch, Duration longest) {
        return Pause.begin(folder, members, names, scratch, longest);
    }

    /** Whether a {@link Pause} lasts. */
    public boolean isPaused() {
        return members.isPaused();
    }

    /**
     * Makes what was cloned into the member's data its own: removes what belonged to the process it was cloned from, and
     * writes anew, from the member's own configuration, what had that one's logins in it.
     */
    public void own(Workload workload, List<String> leftOut, SortedMap<String, String> renewed) {
        preparation.own(workload, leftOut, renewed);
    }

    /** Whether its data still has the logins of the stack it was cloned from. */
    public Lent lent() {
        return new Lent(folder);
    }

    @Override
    public boolean isClosed() {
        return lent().isClosed();
    }

    /**
     * Removes everything of the stack and closes it. Refuses while any member runs.
     *
     * @param data takes the stack's data away from wherever it lives
     */
    public void purge(Consumer<StackFolder> data) {
        Set<String> names = new TreeSet<>(folder.membersWithFiles());
        assembly.members().forEach(member -> names.add(member.name()));
        requireStopped(names);
        names.forEach(member -> members.sweep(member, members.recorded(member)));
        data.accept(folder);
        folder.removeAll();
        close();
    }

    /** What this machine cannot do of what the stack asks for, each a sentence. */
    public List<String> notes() {
        return Notes.of(assembly.stack(), Notes.Machine.here());
    }

    @Override
    public Stack stack() {
        return assembly.stack();
    }

    @Override
    public Address listen(String member, String port) {
        return new Address("127.0.0.1", ports.require(member, port));
    }

    @Override
    public Address inside(String member, String port) {
        return listen(member, port);
    }

    @Override
    public Address outside(String member, String port) {
        return listen(member, port);
    }

    @Override
    public Redacted secret(SecretRef secret) {
        return parts.secrets().secret(secret);
    }

    @Override
    public Redacted secret(SecretRef secret, int length) {
        return parts.secrets().secret(secret, length);
    }

    @Override
    public Optional<Safe> safe() {
        return Optional.of(parts.secrets());
    }

    @Override
    public ObjectStore.Bucket bucket(Reference reference) {
        return assembly.bucket(reference, this);
    }

    @Override
    public String authorityFile() {
        return folder.authority().toString();
    }

    @Override
    public List<Scrape> scrapes() {
        return assembly.scrapes();
    }

    @Override
    public List<AlertRules> alerts() {
        return assembly.alerts();
    }

    @Override
    public void close() {
        doors().closeAll();
        lease.close();
    }

    private void requireStopped(Iterable<String> names) {
        Problems problems = new Problems();
        for (String name : names) {
            find(name)
                    .ifPresent(running -> problems.add(Problem.of(
                            Code.HF3112,
                            name + " of stack '" + folder.name() + "' still runs (process " + running.pid() + ")",
                            "Stop it first: holdfast down " + folder.name() + ".")));
        }
        problems.throwIfAny();
    }
}
