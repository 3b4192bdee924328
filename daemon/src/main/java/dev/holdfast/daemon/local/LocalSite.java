package dev.holdfast.daemon.local;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.supervise.Load;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Errand;
import dev.holdfast.engine.Filling;
import dev.holdfast.engine.Register;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.ClientInvocation;
import dev.holdfast.targets.local.Consumption;
import dev.holdfast.targets.local.Doors;
import dev.holdfast.targets.local.Ended;
import dev.holdfast.targets.local.Filled;
import dev.holdfast.targets.local.LocalStack;
import dev.holdfast.targets.local.Pause;
import dev.holdfast.targets.local.Room;
import dev.holdfast.targets.local.Running;
import dev.holdfast.targets.local.ServerCertificate;
import dev.holdfast.targets.local.Source;
import dev.holdfast.targets.local.volume.Volumes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A stack of the local target, as the supervisor sees it. */
record LocalSite(LocalStack local, Register register, Volumes volumes) implements Site {
    @Override
    public Context context() {
        return local;
    }

    @Override
    public List<Workload> workloads() {
        return local.workloads();
    }

    @Override
    public void requirePorts(String member) {
        local.requirePorts(member);
    }

    @Override
    public List<String> reassignPorts() {
        return local.reassignPorts();
    }

    @Override
    public void prepare(Workload workload) {
        local.prepare(workload);
    }

    @Override
    public void fill(Workload workload, Filling filling, Filled filled) throws InterruptedException {
        local.fill(workload, filling, filled);
    }

    @Override
    public void succeed(String member, Path from, Path aside) {
        local.succeed(member, from, aside);
    }

    @Override
    public Pause pause(Set<String> members, List<Path> scratch, Duration longest) {
        return local.pause(members, scratch, longest);
    }

    @Override
    public boolean isPaused() {
        return local.isPaused();
    }

    @Override
    public void own(Workload workload, List<String> leftOut, SortedMap<String, String> renewed) {
        local.own(workload, leftOut, renewed);
    }

    @Override
    public void shut(String lender) {
        local.lent().shut(lender);
    }

    @Override
    public void unlock() {
        local.lent().unlock();
    }

    @Override
    public Optional<String> lender() {
        return local.lent().lender();
    }

    @Override
    public Running start(Workload workload) {
        return local.start(workload);
    }

    @Override
    public Optional<Running> find(String member) {
        return local.find(member);
    }

    @Override
    public CompletableFuture<Ended> onExit(Running running) {
        return local.onExit(running);
    }

    @Override
    public Ended stop(Running running) {
        return local.stop(running);
    }

    /** An engine that takes settings over a connection is given them before they count as in force. */
    @Override
    public Running reload(Running running, Workload workload) {
        Service<?> service = local.stack().services().get(workload.member().service());
        if (workload.reload() == Workload.Reload.CONNECTION && service != null) {
            reload(Bound.of(register, service), workload.member().name(), local.pending(running, workload));
        }
        return local.reload(running, workload);
    }

    private <S extends Record> void reload(Bound<S> bound, String member, List<Setting> changed) {
        bound.engine().provisioning().reload(bound.service(), member, changed, local);
    }

    @Override
    public Optional<ServerCertificate> certificate(String member) {
        return ServerCertificate.of(local.folder(), member);
    }

    @Override
    public Running renew(Running running, Workload workload) {
        return local.renew(
                running,
                workload,
                () -> Optional.ofNullable(
                                local.stack().services().get(workload.member().service()))
                        .ifPresent(service -> reload(
                                Bound.of(register, service), workload.member().name(), List.of())));
    }

    @Override
    public Optional<Problem> lacking(String member) {
        return Room.lacking(local.folder(), member);
    }

    @Override
    public List<Change> differences() {
        return local.differences();
    }

    @Override
    public List<Change> differences(Workload workload) {
        return local.differences(workload);
    }

    @Override
    public List<String> unwanted() {
        return local.unwanted();
    }

    @Override
    public void remove(String member, boolean data) {
        local.remove(member, data);
    }

    @Override
    public void purge() {
        local.purge(folder -> volumes.holding(folder).remove(folder));
    }

    @Override
    public List<String> notes() {
        List<String> notes = new ArrayList<>(local.notes());
        volumes.holding(local.folder())
                .alarm()
                .map(problem -> problem.cause() + ": " + problem.remedy())
                .ifPresent(notes::add);
        return List.copyOf(notes);
    }

    @Override
    public Errand.Ran run(Workload workload, Errand errand, Consumer<String> onLine) throws InterruptedException {
        return local.run(workload, errand, onLine);
    }

    @Override
    public long rss(Running running) {
        return local.rss(running);
    }

    @Override
    public Doors doors() {
        return local.doors();
    }

    @Override
    public Load load(String service, List<Running> members) {
        Consumption.Used used = local.consumption().used(service, members);
        return new Load(used.cpu(), used.throttled(), used.memory());
    }

    @Override
    public void unlimit(String service) {
        local.consumption().lift(service);
    }

    @Override
    public void limit(String service, List<Running> members, Cpu cores, Bytes memory) {
        local.consumption().limit(service, members, cores, memory);
    }

    @Override
    public void rotateLog(String member) {
        local.rotateLog(member);
    }

    @Override
    public Path log(String member) {
        return local.folder().log(member);
    }

    @Override
    public ClientInvocation client(Programs programs, Access.Client client) {
        return local.client(programs, client);
    }

    @Override
    public Site preview(Stack stack) {
        return new LocalSite(local.seenWith(stack), register, volumes);
    }

    @Override
    public Site become(Stack stack, Source source) {
        return new LocalSite(local.become(stack, source), register, volumes);
    }

    @Override
    public void close() {
        local.close();
    }
}
