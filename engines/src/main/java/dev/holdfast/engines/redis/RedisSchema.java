package dev.holdfast.engines.redis;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Schema;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/** The shards of a cluster. Nothing else in Redis has a shape: a key exists from its first write on. */
final class RedisSchema implements Schema<RedisSpec> {
    private static final long AGREE_NANOS = 30_000_000_000L;
    private static final long PAUSE_MILLIS = 50;

    private final RedisSession session;

    RedisSchema(RedisSession session) {
        this.session = session;
    }

    @Override
    public List<Change> changes(Service<RedisSpec> service, Context context) {
        return isCluster(service) ? RedisShards.diff(service, views(service, context)) : List.of();
    }

    @Override
    public List<Change> fromNothing(Service<RedisSpec> service, Context context) {
        return isCluster(service) ? RedisShards.fromNothing(service) : List.of();
    }

    private static boolean isCluster(Service<RedisSpec> service) {
        return service.settings().topology() == RedisSpec.Topology.CLUSTER;
    }

    private SortedMap<String, List<RedisNode>> views(Service<RedisSpec> service, Context context) {
        SortedMap<String, List<RedisNode>> views = new TreeMap<>();
        for (String server : RedisMembers.servers(service)) {
            views.put(server, nodes(service, server, context));
        }
        return views;
    }

    private List<RedisNode> nodes(Service<RedisSpec> service, String server, Context context) {
        return RedisNode.all(RedisSession.text(call(service, server, context, List.of("NODES"))));
    }

    /** Each step waits until the others know of it, because the next builds on that. */
    @Override
    public void apply(Change change, Service<RedisSpec> service, Context context) {
        List<String> words = List.of(change.statement().split(" ", -1));
        String member = words.get(2);
        switch (RedisShards.Step.of(change)) {
            case MEET -> {
                Address at = context.inside(member, RedisMembers.PORT);
                Address bus = context.inside(member, RedisMembers.BUS);
                call(
                        service,
                        host(service, member, context),
                        context,
                        List.of("MEET", at.host(), Integer.toString(at.port()), Integer.toString(bus.port())));
            }
            case ADDSLOTS -> {
                List<String> arguments = new ArrayList<>(List.of("ADDSLOTSRANGE"));
                for (String range : words.subList(3, words.size())) {
                    String[] ends = range.split("-", 2);
                    arguments.add(ends[0]);
                    arguments.add(ends[ends.length - 1]);
                }
                call(service, member, context, arguments);
            }
            case REPLICATE -> {
                String primary = self(service, words.get(3), context).id();
                await(
                        change,
                        service,
                        () -> nodes(service, member, context).stream()
                                .anyMatch(node -> node.id().equals(primary) && node.isPrimary()));
                call(service, member, context, List.of("REPLICATE", primary));
            }
            case SETTLE -> settle(service, context);
            case MOVE -> move(service, member, Integer.parseInt(words.get(3)), context);
            case FORGET -> forget(service, member, context);
        }
        await(
                change,
                service,
                () -> changes(service, context).stream()
                        .noneMatch(left -> left.statement().equals(change.statement())));
    }

    private void move(Service<RedisSpec> service, String receiver, int count, Context context) {
        SortedMap<String, List<RedisNode>> views = views(service, context);
        List<RedisNode> nodes = nodes(service, receiver, context);
        String to = self(service, receiver, context).id();
        try (RedisMoving moving = new RedisMoving(service, nodes, context)) {
            // of what has just moved others may not have heard; each knows best what it has itself
            SortedMap<String, RedisNode> selves = new TreeMap<>();
            nodes.stream()
                    .filter(node -> !node.slots().isEmpty())
                    .forEach(node -> selves.put(node.id(), moving.self(node.id())));
            views.replaceAll((server, view) -> view.stream()
                    .map(node -> node.with(Optional.ofNullable(selves.get(node.id()))
                            .orElse(node)
                            .slots()))
                    .toList());
            RedisShards.given(service, views, receiver, count).forEach((slot, from) -> moving.move(slot, from, to));
        }
    }

    /** What somebody had begun: a slot on its way arrives, and one that only its receiver had heard of stays where it is. */
    private void settle(Service<RedisSpec> service, Context context) {
        List<RedisNode> selves = RedisMembers.servers(service).stream()
                .map(server -> self(service, server, context))
                .toList();
        List<RedisNode> nodes = nodes(service, RedisMembers.servers(service).getFirst(), context);
        try (RedisMoving moving = new RedisMoving(service, nodes, context)) {
            for (RedisNode self : selves) {
                self.leaving().forEach((slot, to) -> moving.move(slot, self.id(), to));
            }
            for (RedisNode self : selves) {
                self.arriving().forEach((slot, from) -> {
                    boolean isLeaving = selves.stream()
                            .anyMatch(other ->
                                    other.id().equals(from) && other.leaving().containsKey(slot));
                    if (!isLeaving) {
                        moving.settle(slot, self.id());
                    }
                });
            }
        }
    }

    private void forget(Service<RedisSpec> service, String id, Context context) {
        for (String server : RedisMembers.servers(service)) {
            Optional<RedisNode> stranger = nodes(service, server, context).stream()
                    .filter(node -> node.id().equals(id))
                    .findFirst();
            if (stranger.isPresent() && !stranger.get().slots().isEmpty()) {
                throw new HoldfastException(Problem.of(
                        Code.HF3650,
                        "the member at " + stranger.get().address() + " still serves "
                                + stranger.get().slots().cardinality() + " slots of '" + service.name() + "'",
                        "Run the same command again: it moves them first."));
            }
            if (stranger.isPresent()) {
                call(service, server, context, List.of("FORGET", id));
            }
        }
    }

    /** Who serves most slots is the cluster: the new one is asked in, and not the other way round. */
    private String host(Service<RedisSpec> service, String guest, Context context) {
        return RedisMembers.servers(service).stream()
                .filter(server -> !server.equals(guest))
                .max(Comparator.comparingInt(server -> nodes(service, server, context).stream()
                        .mapToInt(node -> node.slots().cardinality() * 1000 + 1)
                        .sum()))
                .orElse(guest);
    }

    private RedisNode self(Service<RedisSpec> service, String server, Context context) {
        return nodes(service, server, context).stream()
                .filter(RedisNode::isSelf)
                .findFirst()
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3523,
                        "redis at " + context.outside(server, RedisMembers.PORT) + " does not know itself",
                        "Read the service's log with `holdfast logs " + service.name() + "`.")));
    }

    private Object call(Service<RedisSpec> service, String server, Context context, List<String> arguments) {
        try {
            return session.call(service.name(), server, context, Command.CLUSTER, arguments);
        } catch (JedisException e) {
            throw RedisSession.refused(e, service.name(), context.outside(server, RedisMembers.PORT));
        }
    }

    /** Members tell one another by gossip, of which nobody is notified: they are asked until a deadline. */
    static void await(Change change, Service<RedisSpec> service, BooleanSupplier isDone) {
        long end = System.nanoTime() + AGREE_NANOS;
        while (!isDone.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new HoldfastException(Problem.of(
                        Code.HF3650,
                        "the members of '" + service.name() + "' did not agree within 30 s: " + change.summary(),
                        "Run the same command again: it goes on from what is there. Where it stays so, read `holdfast logs "
                                + service.name() + "`."));
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                throw new HoldfastException(
                        Problem.of(
                                Code.HF3650,
                                "the forming of '" + service.name() + "' was interrupted: " + change.summary(),
                                "Run the same command again: it goes on from what is there."),
                        stopping);
            }
        }
    }
}
