package dev.holdfast.engine;

/** A Prometheus rule file, ready to be written down: the engine's {@code alerts.yaml} for one service. */
public record AlertRules(String service, String yaml) {}
