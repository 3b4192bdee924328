package dev.holdfast.daemon.stacks;

import dev.holdfast.text.Json;
import java.util.Set;

/** Wakes a service before somebody connects. */
final class WakeVerb implements Verb {
    @Override
    public String name() {
        return "wake";
    }

    @Override
    public Set<String> keys() {
        return Set.of();
    }

    @Override
    public boolean isExclusive(Json body) {
        return false;
    }

    @Override
    public boolean needsAwake(Json body) {
        return false;
    }

    @Override
    public Json run(Asked asked) throws InterruptedException {
        String service = asked.bound().service().name();
        long begun = System.nanoTime();
        boolean woken = asked.live().supervisor().slumber().wake(service, "'holdfast wake' was asked for");
        return Json.object()
                .put("service", service)
                .put("outcome", woken ? "woken" : "unchanged")
                .put("millis", (System.nanoTime() - begun) / 1_000_000)
                .build();
    }
}
