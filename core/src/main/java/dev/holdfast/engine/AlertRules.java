package dev.holdfast.engine;

import dev.holdfast.text.Resource;

/** A Prometheus rule file, ready to be written down: the engine's {@code alerts.yaml} for one service. */
public record AlertRules(String service, String yaml) {

    /** The {@code alerts.yaml} that lies beside the class, {@code ${service}} filled in. */
    public static AlertRules beside(Class<?> type, String service) {
        return new AlertRules(service, Resource.beside(type, "alerts.yaml").replace("${service}", service));
    }
}
