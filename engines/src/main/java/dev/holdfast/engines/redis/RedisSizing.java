package dev.holdfast.engines.redis;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.engine.Parameters;
import dev.holdfast.engine.Sizing;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import java.util.List;

/** From resources to settings; the rules stand in {@code parameters.yaml}. */
final class RedisSizing implements Sizing<RedisSpec> {
    private static final long PERCENT_WITH_FORK = 75;
    private static final long PERCENT_WITHOUT_FORK = 85;
    private static final long BYTES_PER_CLIENT = 32 * Bytes.KIBI;
    private static final long LEAST_CLIENTS = 64;
    private static final long MOST_CLIENTS = 10_000;
    private static final long MOST_THREADS = 8;

    private final Parameters parameters;

    RedisSizing(Parameters parameters) {
        this.parameters = parameters;
    }

    @Override
    public List<Setting> settings(Service<RedisSpec> service) {
        Resources resources = service.resources();
        RedisSpec spec = service.settings();
        boolean forks = spec.persistence() != RedisSpec.Persistence.NONE;
        long percent = forks ? PERCENT_WITH_FORK : PERCENT_WITHOUT_FORK;
        long mebi = Math.max(1, resources.memory().inMebi() * percent / 100);
        long clients = Math.clamp(resources.memory().count() / 10 / BYTES_PER_CLIENT, LEAST_CLIENTS, MOST_CLIENTS);
        long cores = resources.cpu().millis() / 1000;
        long threads = cores >= 4 ? Math.min(cores - 1, MOST_THREADS) : 1;
        return List.of(
                parameters.setting(
                        "maxmemory",
                        mebi + "mb",
                        percent + " % of " + resources.memory()
                                + (forks
                                        ? ": the rest is for pages copied while a snapshot or a rewrite is made, and buffers"
                                        : ": the rest is for buffers and fragmentation")),
                parameters.setting(
                        "maxmemory-policy",
                        spec.evictionInForce().word(),
                        spec.eviction().isPresent() ? "the file says so" : reason(spec)),
                parameters.setting("maxmemory-clients", "10%"),
                parameters.setting(
                        "maxclients",
                        Long.toString(clients),
                        "a tenth of " + resources.memory() + " at 32 KiB a connection, at least " + LEAST_CLIENTS
                                + " and at most " + MOST_CLIENTS),
                parameters.setting(
                        "io-threads",
                        Long.toString(threads),
                        threads == 1
                                ? "below 4 cores one thread is fastest"
                                : "one less than the " + cores + " cores, at most " + MOST_THREADS),
                parameters.setting(
                        "lazyfree-lazy-eviction",
                        cores >= 2 ? "yes" : "no",
                        cores >= 2
                                ? "with a second core memory is freed in the background"
                                : "with one core the background is the same core"));
    }

    private static String reason(RedisSpec spec) {
        if (!spec.queues().isEmpty()) {
            return "an entry of a queue must not be thrown away";
        }
        return spec.persistence() == RedisSpec.Persistence.AOF
                ? "what is kept in an append-only file is not thrown away"
                : "a service that may lose what it holds is a cache";
    }
}
