package dev.holdfast.stack;

import java.util.Optional;

/**
 * Settings of a service whose server somebody else may run. Such a service has no members: nothing is started, stopped or
 * kept alive for it, and Holdfast only goes in.
 */
public interface Elsewhere {
    Optional<Place> elsewhere();

    /** Both are references to files ({@code file:path}), relative to the stack file; neither is ever a value. */
    record Place(String url, Optional<String> authority) {}

    static Optional<Place> of(Service<?> service) {
        return service.settings() instanceof Elsewhere settings ? settings.elsewhere() : Optional.empty();
    }

    static boolean is(Service<?> service) {
        return of(service).isPresent();
    }
}
