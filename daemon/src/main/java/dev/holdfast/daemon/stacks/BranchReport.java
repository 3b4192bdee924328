package dev.holdfast.daemon.stacks;

import dev.holdfast.blueprint.Port;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.http.ProblemJson;
import dev.holdfast.daemon.supervise.MemberState;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.targets.local.volume.Usage;
import dev.holdfast.targets.local.volume.Volume;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The branches of a stack, each with what it was made from and what it takes. Asks no server. */
final class BranchReport {
    private final Stacks stacks;

    BranchReport(Stacks stacks) {
        this.stacks = stacks;
    }

    /** Every stack made beside that one's root, in the order of their names. */
    Json of(String stack) {
        String root = Branches.root(stacks.find(stack).name());
        List<Json> branches = new ArrayList<>();
        for (String name : stacks.names()) {
            if (name.startsWith(root + Stack.DERIVED)) {
                try {
                    ManagedStack managed = stacks.findOrCreate(name);
                    managed.desired()
                            .ifPresent(desired -> desired.derived()
                                    .ifPresent(derived -> branches.add(branch(managed, desired, derived))));
                } catch (HoldfastException unreadable) {
                    branches.add(Json.object()
                            .put("stack", name)
                            .put("name", name.substring(root.length() + 1))
                            .put("problem", ProblemJson.of(unreadable.problems().getFirst()))
                            .build());
                }
            }
        }
        return Json.object()
                .put("stack", root)
                .put("branches", Json.array(branches))
                .build();
    }

    private Json branch(ManagedStack managed, Desired desired, Derived derived) {
        List<MemberState> states = managed.live()
                .map(live -> List.copyOf(live.supervisor().board().all().values()))
                .orElse(List.of());
        long running =
                states.stream().filter(state -> state.running().isPresent()).count();
        Json.Builder json = Json.object()
                .put("stack", managed.name())
                .put("name", managed.name().substring(derived.from().length() + 1))
                .put("parent", derived.parent())
                .put("how", derived.how())
                .put("made", derived.made().toString())
                .put("services", Json.texts(derived.services()))
                .put("credentials", derived.credentials() ? "the parent's" : "its own")
                .put("protected", derived.isProtected())
                .put("expires", derived.expires().map(Object::toString))
                .put("state", state(desired, derived, states, running))
                .put("members", states.size())
                .put("running", running)
                .put("ports", Json.array(managed.live().map(BranchReport::ports).orElse(List.of())));
        volume(managed, json);
        return json.build();
    }

    private static String state(Desired desired, Derived derived, List<MemberState> states, long running) {
        if (!derived.filled() || derived.recut()) {
            return "being made";
        }
        if (!desired.up()) {
            return "down";
        }
        if (states.isEmpty()) {
            return "not ready";
        }
        if (states.stream().anyMatch(state -> state.phase() == MemberState.Phase.FAILED)) {
            return "failed";
        }
        if (running == 0 && states.stream().allMatch(MemberState::isAsleep)) {
            return "asleep";
        }
        return states.stream().allMatch(MemberState::isReady) ? "awake" : "not ready";
    }

    private static List<Json> ports(ManagedStack.Live live) {
        Site site = live.supervisor().site();
        List<Json> ports = new ArrayList<>();
        for (Workload workload : live.supervisor().workloads()) {
            for (Port port : workload.member().ports()) {
                ports.add(Json.object()
                        .put("member", workload.member().name())
                        .put("name", port.name())
                        .put(
                                "port",
                                site.context()
                                        .outside(workload.member().name(), port.name())
                                        .port())
                        .build());
            }
        }
        return ports;
    }

    private void volume(ManagedStack managed, Json.Builder json) {
        StackFolder folder = stacks.parts().places().stack(managed.name());
        try {
            Volume volume = stacks.parts().places().volumes().holding(folder);
            Usage usage = volume.usage(folder);
            json.put("volume", volume.name())
                    .put("driver", volume.driver().word())
                    .put("bytes", usage.total())
                    .put(
                            "ownBytes",
                            usage.own().isPresent() ? Json.number(usage.own().getAsLong()) : new Json.Null());
        } catch (HoldfastException unknown) {
            // it is being removed, or its volume is lost, which status tells
            json.put("volume", Optional.empty()).put("bytes", new Json.Null()).put("ownBytes", new Json.Null());
        }
    }
}
