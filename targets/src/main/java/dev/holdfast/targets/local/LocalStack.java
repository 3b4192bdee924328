package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Scrape;
import dev.holdfast.plan.Change;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Stack;
import dev.holdfast.target.Target;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;

/**
 * One stack on this machine. It holds the stack's lock from {@link #open} to {@link #close}; closing ends no process.
 * Safe for use by several threads as long as no two work on the same member.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class LocalStack implements Context, AutoCloseable {
    private LocalStack() {}

    /** What a stack needs of its surroundings. */
    public record Parts(
            Target.Secrets secrets,
            Certificates certificates,
            Enclosure enclosure,
            Launcher launcher,
            InstantSource clock) {}

    /** Takes the stack's lock, gives out ports that are still missing, and writes down where the stack came from. */
    public static LocalStack open(Home home, Stack stack, Source source, Register register, Parts parts) {
        throw new UnsupportedOperationException();
    }

    public StackFolder folder() {
        throw new UnsupportedOperationException();
    }

    /** The desired workloads; members in {@link Workload#needs} come before those that need them. */
    public List<Workload> workloads() {
        throw new UnsupportedOperationException();
    }

    /** Throws a problem for each kept port of the member that a foreign process holds, naming that process. */
    public void requirePorts(String member) {
        throw new UnsupportedOperationException();
    }

    /** Gives new ports to every member that does not run and whose port somebody else holds; returns those members. */
    public List<String> reassignPorts() {
        throw new UnsupportedOperationException();
    }

    /** Writes the member's files and fills its data folder if that is new. Idempotent; touches no file that is right. */
    public void prepare(Workload workload) {
        throw new UnsupportedOperationException();
    }

    /** Everything that differs between this machine and the stack, in the order in which to do it. Changes nothing. */
    public List<Change> differences() {
        throw new UnsupportedOperationException();
    }

    /** The part of {@link #differences()} that concerns one member. */
    public List<Change> differences(Workload workload) {
        throw new UnsupportedOperationException();
    }

    /** Members that have files, data or a process here but no place in the stack any more. */
    public List<String> unwanted() {
        throw new UnsupportedOperationException();
    }

    /** Starts a prepared member. Returns when its engine process exists, long before it serves. */
    public Running start(Workload workload) {
        throw new UnsupportedOperationException();
    }

    /** The member if it runs now, whoever started it; empty where it does not. Never trusts a pid alone. */
    public Optional<Running> find(String member) {
        throw new UnsupportedOperationException();
    }

    /** Completes when the member has ended and nothing of it is left. Never completes exceptionally. */
    public CompletableFuture<Ended> onExit(Running running) {
        throw new UnsupportedOperationException();
    }

    /** Asks it to end, waits as long as the workload allows, then kills it with everything it started. */
    public Ended stop(Running running) {
        throw new UnsupportedOperationException();
    }

    /** Has the member read its files again; they must have been prepared before. */
    public Running reload(Running running, Workload workload) {
        throw new UnsupportedOperationException();
    }

    /** Memory of the member's whole process tree in bytes; 0 where it has gone. */
    public long rss(Running running) {
        throw new UnsupportedOperationException();
    }

    /** Cuts the member's log where it has grown past its limit; cheap, meant for a timer. */
    public void rotateLog(String member) {
        throw new UnsupportedOperationException();
    }

    /** The argument list that runs a client program ({@code psql}) on the host's terminal, in its sandbox. */
    public List<String> clientCommand(Programs programs, List<String> command, SortedMap<String, String> environment) {
        throw new UnsupportedOperationException();
    }

    /** Removes configuration, secrets and logs of a member that does not run; its data only if asked. */
    public void remove(String member, boolean data) {
        throw new UnsupportedOperationException();
    }

    /** Removes everything of the stack and closes it. Refuses while any member runs. */
    public void purge() {
        throw new UnsupportedOperationException();
    }

    /** What this machine cannot do of what the stack asks for, each a sentence. */
    public List<String> notes() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Stack stack() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Address listen(String member, String port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Address inside(String member, String port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Address outside(String member, String port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Redacted secret(SecretRef secret) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String authorityFile() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Scrape> scrapes() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<AlertRules> alerts() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
