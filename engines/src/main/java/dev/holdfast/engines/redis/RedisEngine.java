package dev.holdfast.engines.redis;

import dev.holdfast.engine.Access;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Parameters;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Provisioning;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Sizing;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.util.List;

/** Redis 8, one server. */
public final class RedisEngine implements Engine<RedisSpec> {
    private static final Bytes LEAST_MEMORY = Bytes.mebi(32);

    private final RedisSizing sizing;
    private final RedisProvisioning provisioning;
    private final RedisAccess access;
    private final RedisObservation observation;

    public RedisEngine() {
        RedisSession session = new RedisSession();
        Parameters parameters = Parameters.beside(RedisEngine.class);
        sizing = new RedisSizing(parameters);
        provisioning = new RedisProvisioning(session, sizing, parameters);
        access = new RedisAccess(session);
        observation = new RedisObservation(session);
    }

    @Override
    public String name() {
        return "redis";
    }

    @Override
    public String title() {
        return "Redis";
    }

    @Override
    public List<String> versions() {
        return List.of("8");
    }

    @Override
    public Class<RedisSpec> settings() {
        return RedisSpec.class;
    }

    @Override
    public Resources resources() {
        return new Resources(new Cpu(500), Bytes.mebi(256), Bytes.mebi(1024));
    }

    @Override
    public void check(Service<RedisSpec> service, Stack stack, Problems problems) {
        RedisSpec spec = service.settings();
        if (spec.topology() != RedisSpec.Topology.SINGLE) {
            String word = spec.topology().name().toLowerCase(java.util.Locale.ROOT);
            problems.add(Problem.of(
                            Code.HF2020,
                            "service '" + service.name() + "' asks for the topology '" + word
                                    + "', which comes in a later version",
                            "Write `topology: single` for now.")
                    .at(service.positions().of("topology")));
        }
        if (service.resources().memory().compareTo(LEAST_MEMORY) < 0) {
            problems.add(Problem.of(
                            Code.HF1604,
                            "service '" + service.name() + "' gives Redis "
                                    + service.resources().memory() + " of memory, and it needs " + LEAST_MEMORY
                                    + " before it holds anything",
                            "Write `resources: { memory: 64Mi }` or more.")
                    .at(service.positions().of("resources.memory")));
        }
        if (!spec.queues().isEmpty() && spec.evictionInForce().takesAnyKey()) {
            String word = spec.evictionInForce().word();
            problems.add(Problem.of(
                            Code.HF1602,
                            "service '" + service.name() + "' has queues and the eviction policy '" + word
                                    + "', which would throw their entries away",
                            "Write `eviction: noeviction`, or `eviction: " + word.replace("allkeys", "volatile")
                                    + "`, which takes only keys that expire.")
                    .at(service.positions().of("eviction")));
        }
        spec.roles().forEach((name, role) -> {
            if (RedisUsers.TAKEN.contains(name)) {
                problems.add(Problem.of(
                                Code.HF1601,
                                "role '" + name + "' of service '" + service.name()
                                        + "' has the name of a user that every Redis service has",
                                "Choose a name other than "
                                        + String.join(", ", new java.util.TreeSet<>(RedisUsers.TAKEN)) + ".")
                        .at(service.positions().of("roles." + name)));
            }
            if (role.can().isEmpty() && role.commands().isEmpty()) {
                problems.add(Problem.of(
                                Code.HF1603,
                                "role '" + name + "' of service '" + service.name() + "' may do nothing",
                                "Write what it may do, such as `can: [read]`, or remove the role.")
                        .at(service.positions().of("roles." + name)));
            }
        });
    }

    @Override
    public List<String> things(Service<RedisSpec> service) {
        return service.settings().queues();
    }

    @Override
    public List<String> notes(Service<RedisSpec> service) {
        boolean forgets = service.settings().persistence() == RedisSpec.Persistence.NONE
                && !service.settings().queues().isEmpty();
        return forgets
                ? List.of("Service '" + service.name()
                        + "' has queues and `persistence: none`: what is queued is gone after every restart.")
                : List.of();
    }

    @Override
    public Provisioning<RedisSpec> provisioning() {
        return provisioning;
    }

    @Override
    public Support<Access<RedisSpec>> access() {
        return Support.offered(access);
    }

    @Override
    public Support<Schema<RedisSpec>> schema() {
        return Support.notOffered(
                "Redis has no schema: a key exists from its first write on, and a queue is a name that others refer to",
                "Declare queues under `queues:`, and let the first program that writes to one make it.");
    }

    @Override
    public Support<Protection<RedisSpec>> protection() {
        return Support.notOffered(
                "backups of Redis come in a later version",
                "Keep `persistence: aof`, and copy a snapshot away with `holdfast connect <service> -- --rdb <file>`.");
    }

    @Override
    public Support<Observation<RedisSpec>> observation() {
        return Support.offered(observation);
    }

    @Override
    public Support<Sizing<RedisSpec>> sizing() {
        return Support.offered(sizing);
    }
}
