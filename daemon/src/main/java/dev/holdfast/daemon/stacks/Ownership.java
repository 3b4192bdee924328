package dev.holdfast.daemon.stacks;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;

/** Under which service a member is shown: a companion's and an exporter's under the one that brought it. */
final class Ownership {
    private Ownership() {}

    static String owner(Stack stack, Workload workload) {
        String name = workload.member().service();
        Service<?> service = stack.services().get(name);
        return service == null ? name : service.parent().orElse(name);
    }
}
