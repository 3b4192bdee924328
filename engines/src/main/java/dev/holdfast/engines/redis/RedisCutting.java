package dev.holdfast.engines.redis;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Cutting;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisException;

/**
 * An append-only file has every write before it is answered. Without one the data is in memory alone: writes wait while it
 * is saved and until it is cloned. What members wrote of one another's addresses is put right by the scripts that start
 * them, so those of a branch never talk to those of its source.
 */
final class RedisCutting implements Cutting<RedisSpec> {
    private static final Logger LOG = LoggerFactory.getLogger(RedisCutting.class);
    private static final String SNAPSHOT = "dump.rdb";

    @Override
    public Hold hold(Service<RedisSpec> service, Context from, Duration longest) {
        if (service.settings().persistence() == RedisSpec.Persistence.AOF) {
            return Hold.NOTHING;
        }
        List<Held> held = new ArrayList<>();
        try {
            for (String member : RedisMembers.servers(service)) {
                held.add(Held.begun(service, member, from, longest));
            }
            for (Held one : held) {
                one.say(Command.SAVE);
            }
        } catch (RuntimeException failed) {
            held.forEach(Held::release);
            throw failed;
        }
        return new All(
                held,
                service.settings().persistence() == RedisSpec.Persistence.NONE
                        // `persistence: none` begins empty, and would begin with this
                        ? List.of(SNAPSHOT)
                        : List.of());
    }

    private record All(List<Held> held, List<String> scratch) implements Hold {
        @Override
        public void release() {
            held.forEach(Held::release);
        }
    }

    /** One server whose writers wait. */
    private record Held(Connection connection, String service, Address address) {
        static Held begun(Service<RedisSpec> service, String member, Context from, Duration longest) {
            Address address = from.outside(member, RedisMembers.PORT);
            try {
                Held held = new Held(
                        RedisSession.connected(
                                address,
                                RedisSession.ADMINISTRATOR,
                                from.secret(RedisAccess.secret(service.name(), RedisSession.ADMINISTRATOR))
                                        .reveal(),
                                from.authorityFile()),
                        service.name(),
                        address);
                held.connection.setSoTimeout(Math.toIntExact(longest.toMillis()));
                held.say(Command.CLIENT, "PAUSE", Long.toString(longest.toMillis()), "WRITE");
                return held;
            } catch (JedisException e) {
                throw RedisSession.refused(e, service.name(), address);
            }
        }

        void say(Command command, String... words) {
            CommandArguments message = new CommandArguments(command);
            for (String word : words) {
                message.add(word);
            }
            try {
                Object answer = connection.executeCommand(message);
                LOG.atDebug().addKeyValue("answer", RedisSession.text(answer)).log("held");
            } catch (JedisException e) {
                throw RedisSession.refused(e, service, address);
            }
        }

        void release() {
            try {
                say(Command.CLIENT, "UNPAUSE");
            } catch (HoldfastException gone) {
                LOG.atWarn().setCause(gone).log("writes go on when their pause is over");
            } finally {
                connection.close();
            }
        }
    }

    /** The users that were in it have the passwords of the source; those that the file declares are made anew. */
    @Override
    public SortedMap<String, String> renewed(Service<RedisSpec> service) {
        return new TreeMap<>(Map.of(RedisConfiguration.USERS, RedisConfiguration.USERS));
    }
}
