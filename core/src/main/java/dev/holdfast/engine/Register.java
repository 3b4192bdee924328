package dev.holdfast.engine;

import java.util.List;
import java.util.Optional;

/** The engines of this build, by name. Passed where it is needed; {@code Engines} in the engines module makes it. */
public record Register(List<Engine<?>> engines) {
    public Register {
        engines = List.copyOf(engines);
    }

    public Optional<Engine<?>> find(String name) {
        for (Engine<?> engine : engines) {
            if (engine.name().equals(name)) {
                return Optional.of(engine);
            }
        }
        return Optional.empty();
    }
}
