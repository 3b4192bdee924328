package dev.holdfast.daemon.stacks;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.http.ProblemJson;
import dev.holdfast.daemon.supervise.MemberState;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.daemon.supervise.Supervisor;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Running;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/** How a stack is, asked now. */
final class StatusReport {
    private final Stacks stacks;

    StatusReport(Stacks stacks) {
        this.stacks = stacks;
    }

    Json of(String name) {
        return of(stacks.find(name));
    }

    /** Asks every member now. */
    Json of(ManagedStack managed) {
        return of(managed, live -> live.supervisor().probeAll());
    }

    /** For the end of an operation that has only just seen every member answer: what they said then. */
    Json asJustSeen(ManagedStack managed) {
        return of(managed, live -> new TreeMap<>());
    }

    private Json of(ManagedStack managed, Function<ManagedStack.Live, SortedMap<String, Health>> probes) {
        Desired desired = managed.known();
        List<Problem> problems = new ArrayList<>(UpOperation.problems(managed, desired));
        Optional<ManagedStack.Live> live = managed.live();
        SavingReport saving = new SavingReport(stacks, managed);
        live.ifPresent(one -> problems.addAll(saving.problems(one)));
        List<Json> services =
                live.map(one -> running(one, probes.apply(one))).orElseGet(() -> stopped(managed, desired));
        boolean ready = live.isPresent() && services.stream().allMatch(service -> service.isAt("ready"));
        return Json.object()
                .put("stack", managed.name())
                .put("environment", desired.source().environment())
                .put("desired", desired.up() ? "up" : "down")
                .put("derived", desired.derived().map(Derived::json).orElseGet(Json.Null::new))
                .put("ready", ready)
                .put("services", Json.array(services))
                .put(
                        "notes",
                        Json.texts(live.map(one -> new Rotations(stacks).complaints(one))
                                .orElse(List.of())))
                .put("backups", Json.array(live.map(saving::entries).orElse(List.of())))
                .put("problems", ProblemJson.list(problems))
                .build();
    }

    /** A member that {@code healths} lacks is as its keeper saw it last. */
    private List<Json> running(ManagedStack.Live live, SortedMap<String, Health> healths) {
        SortedMap<String, List<Json>> members = new TreeMap<>();
        SortedMap<String, Optional<String>> faults = new TreeMap<>();
        SortedMap<String, String> evidence = new TreeMap<>();
        for (Workload workload : live.supervisor().workloads()) {
            String member = workload.member().name();
            String owner = Ownership.owner(live.stack(), workload);
            Health health = healths.getOrDefault(
                    member, live.supervisor().board().get(member).health());
            members.computeIfAbsent(owner, any -> new ArrayList<>()).add(member(workload, live.supervisor(), health));
            if (!(health instanceof Health.Ready)) {
                faults.putIfAbsent(owner, Optional.of(member + ": " + health.because()));
            } else if (workload.member().service().equals(owner)) {
                evidence.putIfAbsent(owner, health.because());
            }
        }
        Outside.ask(live).forEach((service, health) -> {
            members.computeIfAbsent(service, any -> new ArrayList<>()).addFirst(outside(service, health));
            if (health instanceof Health.Ready) {
                evidence.put(service, health.because());
            } else {
                faults.put(service, Optional.of(health.because()));
            }
        });
        List<Json> services = new ArrayList<>();
        for (Service<?> service : live.stack().services().values()) {
            if (service.parent().isEmpty()) {
                Optional<String> fault = faults.getOrDefault(service.name(), Optional.empty());
                services.add(service(
                        service,
                        fault.isEmpty(),
                        fault.orElseGet(() -> evidence.getOrDefault(service.name(), "all its members answer")),
                        members.getOrDefault(service.name(), List.of()),
                        endpoints(live, service),
                        stacks.computing().json(live.stack().name(), service)));
            }
        }
        return services;
    }

    private static Json member(Workload workload, Supervisor supervisor, Health health) {
        String name = workload.member().name();
        MemberState state = supervisor.board().get(name);
        Optional<Running> running = state.running();
        Site site = supervisor.site();
        Optional<String> next = health.advice();
        return Json.object()
                .put("name", name)
                .put("role", workload.member().role())
                .put("state", state.phase().word())
                .put("ready", health instanceof Health.Ready)
                .put("asleep", state.isAsleep())
                .put("because", health.because())
                .put("next", next)
                .put("pid", running.<Json>map(one -> Json.number(one.pid())).orElseGet(Json.Null::new))
                .put(
                        "rssBytes",
                        running.<Json>map(one -> Json.number(site.rss(one))).orElseGet(Json.Null::new))
                .put("restarts", state.restarts())
                .put("since", state.since().toString())
                .build();
    }

    /** A server that somebody else runs: there is no process of ours to tell of. */
    private Json outside(String service, Health health) {
        return Json.object()
                .put("name", service)
                .put("role", "external")
                .put("state", health instanceof Health.Ready ? "answers" : "silent")
                .put("ready", health instanceof Health.Ready)
                .put("because", health.because())
                .put("next", health.advice())
                .put("pid", new Json.Null())
                .put("rssBytes", new Json.Null())
                .put("restarts", 0)
                .put("since", stacks.parts().clock().instant().toString())
                .build();
    }

    private List<Json> endpoints(ManagedStack.Live live, Service<?> service) {
        List<Json> endpoints = new ArrayList<>();
        Context context = live.supervisor().site().context();
        for (Service<?> candidate : live.stack().services().values()) {
            if (candidate.name().equals(service.name()) || candidate.parent().equals(Optional.of(service.name()))) {
                for (Access.Endpoint endpoint :
                        endpoints(Bound.of(stacks.parts().register(), candidate), context)) {
                    endpoints.add(Json.object()
                            .put("name", endpoint.name())
                            .put("host", endpoint.host())
                            .put("port", endpoint.port())
                            .put("url", endpoint.url())
                            .build());
                }
            }
        }
        return endpoints;
    }

    private static <S extends Record> List<Access.Endpoint> endpoints(Bound<S> bound, Context context) {
        try {
            return bound.engine().access() instanceof Support.Offered<Access<S>>(Access<S> access)
                    ? access.endpoints(bound.service(), context)
                    : List.of();
        } catch (HoldfastException unreadable) {
            if (Elsewhere.is(bound.service())) {
                // its address cannot be read just now; the probe has said why
                return List.of();
            }
            throw unreadable;
        }
    }

    private List<Json> stopped(ManagedStack managed, Desired desired) {
        Stack stack = stacks.read(managed.name(), desired);
        List<Json> services = new ArrayList<>();
        for (Service<?> service : stack.services().values()) {
            if (service.parent().isEmpty()) {
                services.add(service(service, false, "the stack is not up", List.of(), List.of(), Optional.empty()));
            }
        }
        return services;
    }

    private static Json service(
            Service<?> service,
            boolean ready,
            String because,
            List<Json> members,
            List<Json> endpoints,
            Optional<Json> compute) {
        return Json.object()
                .put("name", service.name())
                .put("engine", service.engine())
                .put("version", Elsewhere.is(service) ? "external" : service.version())
                .put("ready", ready)
                .put("because", because)
                .put("members", Json.array(members))
                .put("endpoints", Json.array(endpoints))
                .put("compute", compute.orElseGet(Json.Null::new))
                .build();
    }
}
