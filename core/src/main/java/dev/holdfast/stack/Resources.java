package dev.holdfast.stack;

/** What a service may use; every engine's Sizing computes its settings from this and nothing else. */
public record Resources(Cpu cpu, Bytes memory, Bytes storage) {}
