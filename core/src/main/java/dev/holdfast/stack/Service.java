package dev.holdfast.stack;

import java.time.Duration;
import java.util.Optional;

/**
 * One named use of an engine. {@code settings} is the engine's own record, read from the keys that are not common to
 * all services. A companion (the pooler of a Postgres) is a service too: {@code parent} names whose it is, and its
 * members and endpoints are shown as the parent's. With {@code suspend} it sleeps when no client has been connected for that
 * long, companions together with their parent.
 */
public record Service<S extends Record>(
        String name,
        String engine,
        String version,
        Resources resources,
        S settings,
        Optional<String> parent,
        Positions positions,
        Optional<Duration> suspend) {

    /** One that never sleeps. */
    public Service(
            String name,
            String engine,
            String version,
            Resources resources,
            S settings,
            Optional<String> parent,
            Positions positions) {
        this(name, engine, version, resources, settings, parent, positions, Optional.empty());
    }

    /** The same service, asleep when no client has been connected for that long. */
    public Service<S> sleeping(Duration idle) {
        return new Service<>(name, engine, version, resources, settings, parent, positions, Optional.of(idle));
    }

    /** The same service as it would be with other resources. */
    public Service<S> with(Resources other) {
        return new Service<>(name, engine, version, other, settings, parent, positions, suspend);
    }
}
