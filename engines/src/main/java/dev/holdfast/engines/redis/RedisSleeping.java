package dev.holdfast.engines.redis;

import dev.holdfast.engine.Sleeping;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The server's port. Redis takes connections while it still reads its data; {@code supervised} has it say when it is done. */
final class RedisSleeping implements Sleeping<RedisSpec> {
    private static final int FIRST_COMMAND = 4096;

    @Override
    public List<Doorway> doorways(Service<RedisSpec> service) {
        return List.of(new Doorway(RedisMembers.servers(service).getFirst(), RedisMembers.PORT, true));
    }

    /** The answer to the first command, whichever that is. */
    @Override
    public void refuse(Talk client, String cause) throws IOException {
        client.secure();
        int _ = client.in().read(new byte[FIRST_COMMAND]);
        String line = "-ERR " + cause.replaceAll("[\\r\\n]+", " ") + "\r\n";
        client.out().write(line.getBytes(StandardCharsets.UTF_8));
        client.out().flush();
    }
}
