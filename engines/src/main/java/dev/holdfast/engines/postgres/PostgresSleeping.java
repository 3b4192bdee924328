package dev.holdfast.engines.postgres;

import dev.holdfast.engine.Sleeping;
import dev.holdfast.engines.PostgresSleep;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.util.List;

/** The server's port. It takes connections before its recovery is over, and tells systemd when that is. */
final class PostgresSleeping implements Sleeping<PostgresSpec> {
    @Override
    public List<Doorway> doorways(Service<PostgresSpec> service) {
        return List.of(new Doorway(Doors.primary(service), Doors.PORT, true));
    }

    @Override
    public void refuse(Talk client, String cause) throws IOException {
        PostgresSleep.refuse(client, cause);
    }
}
