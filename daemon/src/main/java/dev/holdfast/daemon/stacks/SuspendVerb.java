package dev.holdfast.daemon.stacks;

import dev.holdfast.text.Json;
import java.util.Set;

/** Has a service sleep now that would sleep by itself later. */
final class SuspendVerb implements Verb {
    @Override
    public String name() {
        return "suspend";
    }

    @Override
    public Set<String> keys() {
        return Set.of("disconnect");
    }

    @Override
    public boolean isExclusive(Json body) {
        return true;
    }

    @Override
    public boolean needsAwake(Json body) {
        return false;
    }

    @Override
    public Json run(Asked asked) throws InterruptedException {
        String service = asked.bound().service().name();
        boolean suspended = asked.live()
                .supervisor()
                .slumber()
                .suspend(service, asked.body().isAt("disconnect"), "'holdfast suspend' was asked for");
        return Json.object()
                .put("service", service)
                .put("outcome", suspended ? "suspended" : "unchanged")
                .build();
    }
}
