package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Operation;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.supervise.Load;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.daemon.supervise.Sizer;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Sizing;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.stack.Compute;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Service;
import dev.holdfast.targets.local.Running;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Moves services with {@code compute:} between their least and their most, by what they use. */
final class Computing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Computing.class);
    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Stacks stacks;
    private final Thread thread;
    private final Map<String, Sized> sized = new ConcurrentHashMap<>();

    /** What is known of one service. Only the thread of this class changes it. */
    private static final class Sized {
        private final Sizer sizer;
        private List<Long> processes = List.of();
        private volatile Cpu now;
        private volatile double used;
        private volatile String because = "a service begins at its most";

        Sized(Compute compute) {
            this.sizer = new Sizer(compute);
            this.now = compute.max();
        }

        /** Whether it was of these; where all of them began since the last look, the service did. */
        boolean isOf(Compute compute, List<Long> now) {
            return sizer.compute().equals(compute) && (processes.isEmpty() || !Collections.disjoint(processes, now));
        }
    }

    Computing(Stacks stacks) {
        this.stacks = stacks;
        this.thread = Thread.ofVirtual().name("computing").unstarted(this::run);
    }

    void begin() {
        thread.start();
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Thread.sleep(PAUSE);
                new Operation("compute", "holdfast", "size services")
                        .run(() -> stacks.names().forEach(this::look));
            } catch (InterruptedException ending) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void look(String name) {
        try {
            ManagedStack managed = stacks.findOrCreate(name);
            Optional<ManagedStack.Live> live = managed.live();
            if (live.isPresent()) {
                for (Service<?> service : live.get().stack().services().values()) {
                    Bound<?> bound = Bound.of(stacks.parts().register(), service);
                    if (service.resources().compute().isPresent()) {
                        look(managed, live.get(), bound);
                    } else if (Files.exists(marker(managed, service.name()))) {
                        settle(managed, live.get(), bound);
                    }
                }
            }
        } catch (RuntimeException unexpected) {
            LOG.atError().setCause(unexpected).addKeyValue("stack", name).log("sizing its services failed");
        }
    }

    private <S extends Record> void look(ManagedStack managed, ManagedStack.Live live, Bound<S> bound) {
        Service<S> service = bound.service();
        Compute compute = service.resources().compute().orElseThrow();
        Site site = live.supervisor().site();
        List<Running> running = running(live, service.name());
        List<Long> processes = running.stream().map(Running::pid).sorted().toList();
        if (running.isEmpty()) {
            // it begins anew at its most, for starting is work
            sized.remove(key(managed.name(), service.name()));
            return;
        }
        Sized one = sized.compute(
                key(managed.name(), service.name()),
                (key, known) -> known == null || !known.isOf(compute, processes) ? new Sized(compute) : known);
        site.limit(service.name(), running, one.now, Compute.memory(compute.max()));
        if (!processes.equals(one.processes)) {
            // a process that began anew has the settings of its files, which are those at the most
            mark(managed, service.name());
            if (move(live, bound, one.now).isPresent()) {
                one.processes = processes;
            }
        }
        Load load = site.load(service.name(), running);
        Optional<Sizer.Move> move = one.sizer.look(load, stacks.parts().clock().instant());
        one.used = one.sizer.used();
        move.ifPresent(moved -> {
            site.limit(service.name(), running, moved.to(), Compute.memory(compute.max()));
            int settings = move(live, bound, moved.to()).orElse(0);
            one.now = moved.to();
            one.because = moved.because();
            managed.decisions()
                    .add(
                            running.getFirst().member(),
                            "moved " + service.name() + " from " + units(moved.from()) + " to " + units(moved.to())
                                    + " of compute (" + settings + " settings, no restart) because "
                                    + moved.because());
        });
    }

    /** The members of the service and of its companions, which share what it has. */
    private static List<Running> running(ManagedStack.Live live, String service) {
        List<Running> running = new ArrayList<>();
        for (Workload workload : live.supervisor().workloads()) {
            if (workload.member().service().equals(service)) {
                live.supervisor().running(workload.member().name()).ifPresent(running::add);
            }
        }
        return running;
    }

    /** What needs no restart follows the size; the rest is computed for the most. Returns how many settings followed; empty where it could not be asked. */
    private static <S extends Record> OptionalInt move(ManagedStack.Live live, Bound<S> bound, Cpu units) {
        if (!(bound.engine().sizing() instanceof Support.Offered<Sizing<S>>(Sizing<S> sizing))) {
            return OptionalInt.of(0);
        }
        Service<S> service = bound.service();
        List<Setting> moving = sizing.moving(
                service, Compute.resources(units, service.resources().storage()));
        try {
            if (!moving.isEmpty()) {
                for (Member member : bound.members()) {
                    bound.engine()
                            .provisioning()
                            .move(
                                    service,
                                    member.name(),
                                    moving,
                                    live.supervisor().site().context());
                }
            }
            return OptionalInt.of(moving.size());
        } catch (HoldfastException away) {
            LOG.atWarn().setCause(away).addKeyValue("service", service.name()).log("settings did not follow the size");
            return OptionalInt.empty();
        }
    }

    /** What the file no longer sizes has the settings of its files again, and no limits of the kernel. */
    private <S extends Record> void settle(ManagedStack managed, ManagedStack.Live live, Bound<S> bound) {
        Service<S> service = bound.service();
        sized.remove(key(managed.name(), service.name()));
        live.supervisor().site().unlimit(service.name());
        List<Setting> settings = bound.engine().sizing() instanceof Support.Offered<Sizing<S>>(Sizing<S> sizing)
                ? sizing.settings(service).stream()
                        .filter(setting -> setting.effect() == Setting.Effect.RELOAD)
                        .filter(setting -> !sizing.fixed(service).contains(setting.key()))
                        .toList()
                : List.of();
        try {
            for (Member member : bound.members()) {
                if (live.supervisor().running(member.name()).isEmpty()) {
                    return;
                }
                bound.engine()
                        .provisioning()
                        .move(
                                service,
                                member.name(),
                                settings,
                                live.supervisor().site().context());
            }
            Files.deleteIfExists(marker(managed, service.name()));
        } catch (HoldfastException | IOException away) {
            LOG.atWarn()
                    .setCause(away)
                    .addKeyValue("service", service.name())
                    .log("settings of an earlier size are still in force");
        }
    }

    /** Says to later daemons that the service has settings beside its files. */
    private static void mark(ManagedStack managed, String service) {
        try {
            Path marker = marker(managed, service);
            if (!Files.exists(marker)) {
                Files.createFile(marker);
            }
        } catch (IOException full) {
            LOG.atWarn().setCause(full).addKeyValue("service", service).log("its size is not written down");
        }
    }

    private static Path marker(ManagedStack managed, String service) {
        return managed.folder().resolve("sized-" + service);
    }

    private static String key(String stack, String service) {
        return stack + "/" + service;
    }

    static String units(Cpu units) {
        double cores = units.cores();
        return (cores == Math.rint(cores) ? String.format(Locale.ROOT, "%.0f", cores) : Double.toString(cores))
                + (cores == 1 ? " unit" : " units");
    }

    /** The same in words. */
    Optional<String> sentence(String stack, Service<?> service) {
        return service.resources()
                .compute()
                .flatMap(compute -> Optional.ofNullable(sized.get(key(stack, service.name()))))
                .map(one -> "it has " + units(one.now) + " of compute because " + one.because);
    }

    /** The size of the service now and why; empty where it has no compute. */
    Optional<Json> json(String stack, Service<?> service) {
        return service.resources().compute().map(compute -> {
            Optional<Sized> one = Optional.ofNullable(sized.get(key(stack, service.name())));
            return Json.object()
                    .put("min", new Json.Numeral(Double.toString(compute.min().cores())))
                    .put("max", new Json.Numeral(Double.toString(compute.max().cores())))
                    .put(
                            "now",
                            new Json.Numeral(Double.toString(one.map(known -> known.now)
                                    .orElse(compute.max())
                                    .cores())))
                    .put(
                            "usedCores",
                            new Json.Numeral(String.format(
                                    Locale.ROOT,
                                    "%.2f",
                                    one.map(known -> known.used).orElse(0.0))))
                    .put("because", one.map(known -> known.because).orElse("a service begins at its most"))
                    .build();
        });
    }
}
