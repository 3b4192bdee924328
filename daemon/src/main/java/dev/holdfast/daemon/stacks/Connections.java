package dev.holdfast.daemon.stacks;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Support;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import dev.holdfast.targets.local.ClientInvocation;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** How to get in. The only answers that hold secrets; they go to the user who owns the stack and to nobody else. */
final class Connections {
    private final Stacks stacks;

    Connections(Stacks stacks) {
        this.stacks = stacks;
    }

    Json connect(String name, String serviceName, Optional<String> role) {
        ManagedStack.Live live = stacks.find(name).orRefuse();
        Service<?> service = Optional.<Service<?>>ofNullable(
                        live.stack().services().get(serviceName))
                .orElseThrow(() -> WhyReport.noService(name, serviceName));
        Site site = live.supervisor().site();
        // a companion brings no shell: the pooler of a server is spoken to with the server's own
        Optional<Service<?>> parent = service.parent()
                .flatMap(above -> Optional.ofNullable(live.stack().services().get(above)));
        Access.Client own = client(Bound.of(stacks.parts().register(), service), role, site.context());
        Access.Client client = parent.map(server -> withShellOf(
                        own, client(Bound.of(stacks.parts().register(), server), Optional.empty(), site.context())))
                .orElse(own);
        String programs = parent.<String>map(Service::name).orElse(serviceName);
        List<String> command = List.of();
        SortedMap<String, Redacted> environment = client.environment();
        if (!client.command().isEmpty()) {
            ClientInvocation invocation = site.client(programs(live, client, programs), client);
            command = invocation.arguments();
            environment = invocation.environment();
        }
        SortedMap<String, String> revealed = new TreeMap<>();
        environment.forEach((variable, value) -> revealed.put(variable, value.reveal()));
        return Json.object()
                .put("command", Json.texts(command))
                .put("environment", texts(revealed))
                .put("url", client.url().reveal())
                .put("engine", service.engine())
                .build();
    }

    /** Those of a running member are here; those for a server of somebody else are fetched when first asked for. */
    private Programs programs(ManagedStack.Live live, Access.Client client, String service) {
        Optional<Programs> outside = client.outside().map(Access.Outside::programs);
        outside.ifPresent(programs -> stacks.parts().places().fetch(List.of(programs), (what, done, total) -> {}));
        return outside.or(() -> live.supervisor().workloads().stream()
                        .filter(one -> one.member().service().equals(service))
                        .findFirst()
                        .map(Workload::programs))
                .orElseThrow(() -> WhyReport.noService(live.stack().name(), service));
    }

    private static Access.Client withShellOf(Access.Client client, Access.Client server) {
        if (client.command().isEmpty() || server.command().isEmpty()) {
            return client;
        }
        List<String> command = new ArrayList<>(client.command());
        command.set(0, server.command().getFirst());
        return new Access.Client(command, client.environment(), client.url(), server.outside());
    }

    private static <S extends Record> Access.Client client(Bound<S> bound, Optional<String> role, Context context) {
        return bound.engine().access().orRefuse().client(bound.service(), role, context);
    }

    /** All variables of all services; of a name that two offer, each also has it with its service's name before. */
    Json environment(String name, Optional<String> role) {
        ManagedStack.Live live = stacks.find(name).orRefuse();
        Context context = live.supervisor().site().context();
        SortedMap<String, String> all = new TreeMap<>();
        Map<String, String> owners = new TreeMap<>();
        for (Service<?> service : live.stack().services().values()) {
            variables(Bound.of(stacks.parts().register(), service), role, context)
                    .forEach((variable, value) -> {
                        String first = owners.putIfAbsent(variable, service.name());
                        if (first == null) {
                            all.put(variable, value.reveal());
                        } else {
                            all.putIfAbsent(qualified(first, variable), all.getOrDefault(variable, ""));
                            all.put(qualified(service.name(), variable), value.reveal());
                        }
                    });
        }
        return Json.object().put("variables", texts(all)).build();
    }

    private static String qualified(String service, String variable) {
        return service.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_") + "_" + variable;
    }

    private static <S extends Record> SortedMap<String, Redacted> variables(
            Bound<S> bound, Optional<String> role, Context context) {
        return bound.engine().access() instanceof Support.Offered<Access<S>>(Access<S> access)
                ? access.variables(bound.service(), role, context)
                : new TreeMap<>();
    }

    private static Json texts(SortedMap<String, String> values) {
        Json.Builder object = Json.object();
        values.forEach(object::put);
        return object.build();
    }
}
