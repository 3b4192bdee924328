package dev.holdfast.stack;

import java.util.Optional;

/**
 * What a service may use; every engine's Sizing computes its settings from this and nothing else.
 *
 * @param compute between what it moves by its load; the rest is then what it may use at the most
 */
public record Resources(Cpu cpu, Bytes memory, Bytes storage, Optional<Compute> compute) {
    public Resources(Cpu cpu, Bytes memory, Bytes storage) {
        this(cpu, memory, storage, Optional.empty());
    }
}
