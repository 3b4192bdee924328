package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Decisions;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Stopping, starting again and removing. */
final class DownOperation {
    private final Stacks stacks;

    DownOperation(Stacks stacks) {
        this.stacks = stacks;
    }

    /** Stops every member, those that need others first. With a purge everything of the stack is removed. */
    void down(String name, boolean purge, Optional<String> confirmed, Events events) throws InterruptedException {
        down(name, purge, confirmed, "'holdfast down' was asked for", events);
    }

    /** Ends what nobody asked to end, and says why. */
    void down(String name, String because) throws InterruptedException {
        down(name, false, Optional.empty(), because, new UpOperation.Unheard());
    }

    private void down(String name, boolean purge, Optional<String> confirmed, String because, Events events)
            throws InterruptedException {
        ManagedStack managed = stacks.find(name);
        if (purge && !confirmed.equals(Optional.of(name))) {
            throw new HoldfastException(Problem.of(
                    Code.HF4003,
                    "a purge removes all data of stack '" + name + "' and was not confirmed by its name",
                    "If that is meant, run: holdfast down --purge and give the name " + name + " when asked."));
        }
        events.send(EventJson.accepted(name));
        try (Lease.Held _ = managed.takeLease();
                Decisions.Watch _ = managed.decisions().watch(decision -> events.send(EventJson.decision(decision)))) {
            Desired desired = managed.known();
            if (purge) {
                new Branches(stacks, events).requireFree(managed, desired.derived());
            }
            // first of all, so that a daemon that dies here does not start them again
            desired.wanting(false, true).write(managed.folder());
            ManagedStack.Live live = managed.live().isPresent()
                    ? managed.live().get()
                    : stacks.open(managed, stacks.read(name, desired), desired.source());
            SortedMap<String, String> owners = new TreeMap<>();
            for (Workload workload : live.supervisor().workloads()) {
                owners.put(workload.member().name(), Ownership.owner(live.stack(), workload));
            }
            List<String> untouched = live.stack().services().values().stream()
                    .filter(Elsewhere::is)
                    .<String>map(Service::name)
                    .toList();
            List<String> stopped = new ArrayList<>(live.supervisor().stopAll(because));
            for (String member : live.supervisor().site().unwanted()) {
                if (live.supervisor().site().find(member).isPresent()) {
                    live.supervisor().dismiss(member, because);
                    stopped.add(member);
                }
            }
            if (purge) {
                Site site = live.supervisor().retire();
                managed.ended();
                site.purge();
                stacks.forget(managed);
            } else {
                live.supervisor().close();
                managed.ended();
            }
            events.send(EventJson.done(name)
                    .put("purged", purge)
                    .put("stopped", Json.texts(stopped))
                    .put("services", services(stopped, owners))
                    .put("untouched", Json.texts(untouched))
                    .build());
        }
    }

    /** What was stopped of each service, in the order in which it was; a member that no service has is its own. */
    private static Json services(List<String> stopped, SortedMap<String, String> owners) {
        SortedMap<String, List<String>> byService = new TreeMap<>();
        for (String member : stopped) {
            byService
                    .computeIfAbsent(owners.getOrDefault(member, member), any -> new ArrayList<>())
                    .add(member);
        }
        List<Json> services = new ArrayList<>();
        byService.forEach((service, members) -> services.add(Json.object()
                .put("name", service)
                .put("stopped", Json.texts(members))
                .build()));
        return Json.array(services);
    }

    void restart(String name, Optional<String> service, Optional<String> member, Events events)
            throws InterruptedException {
        ManagedStack managed = stacks.find(name);
        events.send(EventJson.accepted(name));
        try (Lease.Held _ = managed.takeLease();
                Decisions.Watch _ = managed.decisions().watch(decision -> events.send(EventJson.decision(decision)))) {
            ManagedStack.Live live = managed.orRefuse();
            List<String> restarted = new ArrayList<>();
            BringUp bringUp = new BringUp(stacks, managed, events);
            List<Workload> chosen = chosen(live, service, member);
            // before any is stopped: what cannot be fetched cannot be started again
            bringUp.fetch(live.stack(), chosen);
            for (Workload workload : chosen) {
                if (events.isGone()) {
                    throw BringUp.gone();
                }
                live.supervisor().restart(workload.member().name(), "'holdfast restart' was asked for");
                restarted.add(workload.member().name());
                bringUp.awaitReady(live, workload);
            }
            events.send(
                    EventJson.done(name).put("restarted", Json.texts(restarted)).build());
        }
    }

    private static List<Workload> chosen(ManagedStack.Live live, Optional<String> service, Optional<String> member) {
        List<Workload> chosen = live.supervisor().workloads().stream()
                .filter(workload -> member.isEmpty() || workload.member().name().equals(member.get()))
                .filter(workload -> service.isEmpty()
                        || workload.member().service().equals(service.get())
                        || workload.member().name().equals(service.get())
                        || Ownership.owner(live.stack(), workload).equals(service.get()))
                .toList();
        if (chosen.isEmpty()
                && service.filter(name -> Optional.ofNullable(
                                        live.stack().services().get(name))
                                .filter(Elsewhere::is)
                                .isPresent())
                        .isPresent()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3206,
                    "service '" + service.get() + "' is external, so there is nothing of it here to restart",
                    "Restart it where it is run."));
        }
        if (chosen.isEmpty()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3206,
                    "the stack has no '" + member.or(() -> service).orElse("") + "'",
                    "See 'holdfast status' for its services and members."));
        }
        return chosen;
    }
}
