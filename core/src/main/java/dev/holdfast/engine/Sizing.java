package dev.holdfast.engine;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.stack.Compute;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** How big: the settings that follow from the service's resources, each with the rule that gave it. Pure. */
public interface Sizing<S extends Record> {
    List<Setting> settings(Service<S> service);

    /** The keys that the file fixes, whatever the size, in lower case. */
    default Set<String> fixed(Service<S> service) {
        return Set.of();
    }

    /**
     * Of a service with {@link Resources#compute}, those settings that follow its size without a restart, for that size. All others
     * stay as they are for the most it may use.
     */
    default List<Setting> moving(Service<S> service, Resources now) {
        Optional<Compute> compute = service.resources().compute();
        if (compute.isEmpty()) {
            return List.of();
        }
        Map<String, String> most = new HashMap<>();
        settings(service).forEach(setting -> most.put(setting.key(), setting.value()));
        Resources least =
                Compute.resources(compute.get().min(), service.resources().storage());
        Set<String> fixed = fixed(service);
        Set<String> moving = new java.util.HashSet<>();
        settings(service.with(least)).stream()
                .filter(setting -> setting.effect() == Setting.Effect.RELOAD)
                .filter(setting -> !setting.value().equals(most.get(setting.key())))
                .filter(setting -> !fixed.contains(setting.key()))
                .forEach(setting -> moving.add(setting.key()));
        return settings(service.with(now)).stream()
                .filter(setting -> moving.contains(setting.key()))
                .toList();
    }
}
