package dev.holdfast.engines.redis;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Context;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Moves slots with their keys from one primary to another while clients use them. Killed anywhere it leaves a slot that both
 * know to be on its way, whose move can be done again from the beginning: no key is ever in neither place.
 *
 * @see <a href="https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#live-reconfiguration">Redis:
 *     cluster specification, live reconfiguration</a>
 */
final class RedisMoving implements AutoCloseable {
    private static final int KEYS_AT_ONCE = 100;

    /** A large key takes its time, in which its source serves nobody else. */
    private static final int PATIENCE_MILLIS = 60_000;

    private final Service<RedisSpec> service;
    private final Context context;
    private final Redacted password;
    private final Map<String, Address> addresses = new TreeMap<>();
    private final Map<String, Connection> connections = new TreeMap<>();

    /** @param nodes as one of them tells of all */
    RedisMoving(Service<RedisSpec> service, Collection<RedisNode> nodes, Context context) {
        this.service = service;
        this.context = context;
        this.password = context.secret(RedisAccess.secret(service.name(), RedisSession.ADMINISTRATOR));
        for (RedisNode node : nodes) {
            int colon = node.address().lastIndexOf(':');
            addresses.put(
                    node.id(),
                    new Address(
                            node.address().substring(0, colon),
                            Integer.parseInt(node.address().substring(colon + 1))));
        }
    }

    /** What the node of that id says of itself. */
    RedisNode self(String id) {
        return RedisNode.all(RedisSession.text(call(id, Command.CLUSTER, "NODES"))).stream()
                .filter(RedisNode::isSelf)
                .findFirst()
                .orElseThrow(() -> RedisSession.unknownNode(service.name(), id));
    }

    /** Both are ids of nodes. Doing it again after it was interrupted is harmless. */
    void move(int slot, String from, String to) {
        String number = Integer.toString(slot);
        call(to, Command.CLUSTER, "SETSLOT", number, "IMPORTING", from);
        call(from, Command.CLUSTER, "SETSLOT", number, "MIGRATING", to);
        while (true) {
            List<?> keys =
                    (List<?>) call(from, Command.CLUSTER, "GETKEYSINSLOT", number, Integer.toString(KEYS_AT_ONCE));
            if (keys.isEmpty()) {
                break;
            }
            migrate(keys, from, to);
        }
        // the receiver first: from then on it is its own, whoever still says otherwise
        call(to, Command.CLUSTER, "SETSLOT", number, "NODE", to);
        call(from, Command.CLUSTER, "SETSLOT", number, "NODE", to);
    }

    /** A move that only its receiver has heard of. */
    void settle(int slot, String at) {
        call(at, Command.CLUSTER, "SETSLOT", Integer.toString(slot), "STABLE");
    }

    private void migrate(List<?> keys, String from, String to) {
        Address receiver = address(to);
        CommandArguments message = new CommandArguments(Command.MIGRATE)
                .add(receiver.host())
                .add(receiver.port())
                .add("")
                .add(0)
                .add(PATIENCE_MILLIS / 2)
                // one that was interrupted may have left a copy there; nobody could have changed that since
                .add("REPLACE")
                .add("AUTH2")
                .add(RedisSession.ADMINISTRATOR)
                .add(password.reveal())
                .add("KEYS");
        keys.forEach(message::add);
        send(from, message);
    }

    private Object call(String node, Command command, String... words) {
        CommandArguments message = new CommandArguments(command);
        for (String word : words) {
            message.add(word);
        }
        return send(node, message);
    }

    private Object send(String node, CommandArguments message) {
        try {
            return connections.computeIfAbsent(node, this::connected).executeCommand(message);
        } catch (JedisException e) {
            throw RedisSession.refused(e, service.name(), address(node));
        }
    }

    private Connection connected(String node) {
        Connection connection = RedisSession.connected(
                address(node), RedisSession.ADMINISTRATOR, password.reveal(), context.authorityFile());
        connection.setSoTimeout(PATIENCE_MILLIS);
        return connection;
    }

    private Address address(String node) {
        Address address = addresses.get(node);
        if (address == null) {
            throw RedisSession.unknownNode(service.name(), node);
        }
        return address;
    }

    @Override
    public void close() {
        connections.values().forEach(Connection::close);
        connections.clear();
    }
}
