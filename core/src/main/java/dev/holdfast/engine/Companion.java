package dev.holdfast.engine;

import dev.holdfast.stack.Embedded;

/** A service that another brings with it; it is called {@code <parent>-<suffix>}. */
public record Companion(String suffix, Embedded block) {}
