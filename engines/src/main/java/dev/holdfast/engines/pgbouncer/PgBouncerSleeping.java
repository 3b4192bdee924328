package dev.holdfast.engines.pgbouncer;

import dev.holdfast.engine.Sleeping;
import dev.holdfast.engines.PostgresSleep;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.util.List;

/** The pooler's port. Its own connections to the server wait there until that serves. */
final class PgBouncerSleeping implements Sleeping<PgBouncerSpec> {
    @Override
    public List<Doorway> doorways(Service<PgBouncerSpec> service) {
        return List.of(new Doorway(service.name(), PgBouncerNames.PORT, false));
    }

    @Override
    public void refuse(Talk client, String cause) throws IOException {
        PostgresSleep.refuse(client, cause);
    }
}
