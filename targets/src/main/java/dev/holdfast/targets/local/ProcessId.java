package dev.holdfast.targets.local;

/** A process that cannot be taken for another: the kernel gives a pid again, but never with the same start time. */
public record ProcessId(long pid, long startTicks) {}
