package dev.holdfast.reader;

import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.text.Durations;
import dev.holdfast.text.Json;
import dev.holdfast.text.Yaml;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A stack as canonical text, with every default and overlay written out. Equal stacks give equal bytes, and reading the
 * text gives the stack again, save for its positions and its environment's name.
 */
public final class ResolvedYaml {
    private ResolvedYaml() {}

    public static String of(Stack stack) {
        Values values = new Values(new Shapes());
        Map<String, Json> services = new LinkedHashMap<>();
        // a companion is written by its parent, as the block it was read from
        stack.services().forEach((name, service) -> {
            if (service.parent().isEmpty()) {
                services.put(name, service(service, values));
            }
        });
        Map<String, Json> spec = new LinkedHashMap<>();
        spec.put("services", new Json.Members(services));
        Map<String, Json> objectives = values.section(stack.objectives());
        if (!objectives.isEmpty()) {
            spec.put("objectives", new Json.Members(objectives));
        }
        String head =
                stack.environment().map(name -> "# environment: " + name + "\n").orElse("");
        return head
                + Yaml.write(Json.object()
                        .put("apiVersion", "holdfast.dev/v1")
                        .put("kind", "Stack")
                        .put("metadata", Json.object().put("name", stack.name()).build())
                        .put("spec", new Json.Members(spec))
                        .build());
    }

    private static Json service(Service<?> service, Values values) {
        Resources resources = service.resources();
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("engine", Json.text(service.engine()));
        members.put("version", Json.text(service.version()));
        members.put(
                "resources",
                Json.object()
                        .put("cpu", Values.share(resources.cpu()))
                        .put("memory", resources.memory().toString())
                        .put("storage", resources.storage().toString())
                        .build());
        service.suspend().ifPresent(time -> members.put("suspend", Json.text(Durations.text(time))));
        resources
                .compute()
                .ifPresent(compute -> members.put(
                        "compute",
                        Json.object()
                                .put("min", Values.share(compute.min()))
                                .put("max", Values.share(compute.max()))
                                .build()));
        members.putAll(values.section(service.settings()));
        return new Json.Members(members);
    }
}
