package dev.holdfast.blueprint;

/** A named port of a member and the number its protocol usually has; the target decides the number it gets. */
public record Port(String name, int standard) {}
