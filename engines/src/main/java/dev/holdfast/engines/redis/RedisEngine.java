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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** Redis 8: one server, several behind Sentinels, or a cluster. */
public final class RedisEngine implements Engine<RedisSpec> {
    private static final Bytes LEAST_MEMORY = Bytes.mebi(32);

    private final RedisSizing sizing;
    private final RedisProvisioning provisioning;
    private final RedisAccess access;
    private final RedisSchema schema;
    private final RedisObservation observation;

    public RedisEngine() {
        RedisSession session = new RedisSession();
        Parameters parameters = Parameters.beside(RedisEngine.class);
        sizing = new RedisSizing(parameters);
        provisioning = new RedisProvisioning(session, new RedisConfiguration(parameters, sizing));
        access = new RedisAccess(session);
        schema = new RedisSchema(session);
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
        misplaced(service, "replicas", spec.replicas(), !spec.isSingle(), "sentinel", problems);
        misplaced(
                service,
                "sentinels",
                spec.sentinels(),
                spec.topology() == RedisSpec.Topology.SENTINEL,
                "sentinel",
                problems);
        misplaced(service, "shards", spec.shards(), spec.topology() == RedisSpec.Topology.CLUSTER, "cluster", problems);
        checkNumbers(service, problems);
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

    private static void misplaced(
            Service<RedisSpec> service,
            String key,
            OptionalInt number,
            boolean fits,
            String topology,
            Problems problems) {
        if (number.isPresent() && !fits) {
            String word = service.settings().topology().name().toLowerCase(Locale.ROOT);
            problems.add(Problem.of(
                            Code.HF1606,
                            "service '" + service.name() + "' says `" + key + ": " + number.getAsInt()
                                    + "`, and with `topology: " + word + "` there are none",
                            "Remove `" + key + "`, or write `topology: " + topology + "`.")
                    .at(service.positions().of(key)));
        }
    }

    private static void checkNumbers(Service<RedisSpec> service, Problems problems) {
        RedisSpec spec = service.settings();
        if (spec.topology() == RedisSpec.Topology.SENTINEL && spec.replicasInForce() == 0) {
            problems.add(Problem.of(
                            Code.HF1607,
                            "service '" + service.name() + "' has sentinels and no replica that could take over",
                            "Write `replicas: 1` or more, or `topology: single`.")
                    .at(service.positions().of("replicas")));
        }
        int sentinels = spec.sentinelsInForce();
        if (sentinels > 0 && sentinels % 2 == 0) {
            problems.add(Problem.of(
                            Code.HF1608,
                            "service '" + service.name() + "' has " + sentinels
                                    + " sentinels, of which no more may fail than of " + (sentinels - 1),
                            "Write an odd number, such as `sentinels: " + (sentinels - 1) + "`.")
                    .at(service.positions().of("sentinels")));
        }
    }

    @Override
    public List<String> things(Service<RedisSpec> service) {
        return service.settings().queues();
    }

    @Override
    public List<String> notes(Service<RedisSpec> service) {
        RedisSpec spec = service.settings();
        List<String> notes = new ArrayList<>();
        if (spec.persistence() == RedisSpec.Persistence.NONE && !spec.queues().isEmpty()) {
            notes.add("Service '" + service.name()
                    + "' has queues and `persistence: none`: what is queued is gone after every restart.");
        }
        if (spec.topology() == RedisSpec.Topology.CLUSTER && spec.replicasInForce() == 0) {
            notes.add("Service '" + service.name()
                    + "' has shards without replicas: where one is away, the whole cluster answers with an error.");
        }
        return notes;
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
        return Support.offered(schema);
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
