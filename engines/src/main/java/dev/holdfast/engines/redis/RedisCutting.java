package dev.holdfast.engines.redis;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Cutting;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.time.Duration;
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
 * is saved and until it is cloned.
 */
final class RedisCutting implements Cutting<RedisSpec> {
    private static final Logger LOG = LoggerFactory.getLogger(RedisCutting.class);
    private static final String USERS = "users.acl";
    private static final String SNAPSHOT = "dump.rdb";

    @Override
    public Hold hold(Service<RedisSpec> service, Context from, Duration longest) {
        if (service.settings().persistence() == RedisSpec.Persistence.AOF) {
            return Hold.NOTHING;
        }
        String member = RedisProvisioning.member(service);
        Address address = from.outside(member, RedisProvisioning.PORT);
        try {
            Connection connection = RedisSession.connected(
                    address,
                    RedisSession.ADMINISTRATOR,
                    from.secret(new SecretRef(service.name(), RedisSession.ADMINISTRATOR))
                            .reveal(),
                    from.authorityFile());
            Held held = new Held(
                    connection,
                    service.settings().persistence() == RedisSpec.Persistence.NONE
                            // `persistence: none` begins empty, and would begin with this
                            ? List.of(SNAPSHOT)
                            : List.of());
            try {
                connection.setSoTimeout(Math.toIntExact(longest.toMillis()));
                held.say(Command.CLIENT, "PAUSE", Long.toString(longest.toMillis()), "WRITE");
                held.say(Command.SAVE);
                return held;
            } catch (JedisException e) {
                held.release();
                throw e;
            }
        } catch (JedisException e) {
            throw RedisSession.refused(e, service.name(), address);
        }
    }

    private record Held(Connection connection, List<String> scratch) implements Hold {
        void say(Command command, String... words) {
            CommandArguments message = new CommandArguments(command);
            for (String word : words) {
                message.add(word);
            }
            Object answer = connection.executeCommand(message);
            LOG.atDebug().addKeyValue("answer", RedisSession.text(answer)).log("held");
        }

        @Override
        public void release() {
            try {
                say(Command.CLIENT, "UNPAUSE");
            } catch (JedisException gone) {
                LOG.atWarn().setCause(gone).log("writes go on when their pause is over");
            } finally {
                connection.close();
            }
        }
    }

    /** The users that were in it have the passwords of the source; those that the file declares are made anew. */
    @Override
    public SortedMap<String, String> renewed(Service<RedisSpec> service) {
        return new TreeMap<>(Map.of(USERS, USERS));
    }
}
