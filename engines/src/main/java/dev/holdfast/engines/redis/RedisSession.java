package dev.holdfast.engines.redis;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Context;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.secret.Trust;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateExpiredException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Holdfast's own connections, one a member, kept from call to call and remade once where a kept one turns out to be
 * broken. Calls for one member wait for one another.
 */
final class RedisSession {
    /** The account Holdfast itself uses. */
    static final String ADMINISTRATOR = "holdfast";

    private static final int CONNECT_MILLIS = 700;
    private static final int ANSWER_MILLIS = 1_200;

    private final Map<Door, Kept> kept = new ConcurrentHashMap<>();

    /** @param user an account of the service and the name of the secret that is its password */
    private record Door(String authorityFile, Address address, String user) {}

    /** A connection or none; its monitor is held while it is used. */
    private static final class Kept {
        private Optional<Connection> connection = Optional.empty();
    }

    /** Sends one command as the administrator. Throws what Jedis throws: the caller says what it means. */
    Object call(String service, String member, Context context, Command command, List<String> arguments) {
        CommandArguments message = new CommandArguments(command);
        arguments.forEach(message::add);
        Door door = new Door(context.authorityFile(), context.outside(member, RedisMembers.PORT), ADMINISTRATOR);
        Kept slot = kept.computeIfAbsent(door, ignored -> new Kept());
        synchronized (slot) {
            boolean fresh = slot.connection.isEmpty();
            try {
                return answer(slot, door, service, context, message);
            } catch (JedisConnectionException e) {
                close(slot);
                if (fresh) {
                    throw e;
                }
                // the server was restarted since: what was kept is dead, which says nothing about the server
                return answer(slot, door, service, context, message);
            }
        }
    }

    private static Object answer(Kept slot, Door door, String service, Context context, CommandArguments message) {
        Connection connection = slot.connection.orElseGet(() -> connected(door, service, context));
        slot.connection = Optional.of(connection);
        return connection.executeCommand(message);
    }

    private static void close(Kept slot) {
        slot.connection.ifPresent(Connection::close);
        slot.connection = Optional.empty();
    }

    private static Connection connected(Door door, String service, Context context) {
        return connected(
                door.address(),
                door.user(),
                context.secret(new SecretRef(service, ADMINISTRATOR)).reveal(),
                door.authorityFile());
    }

    /** A connection that is the caller's to close. */
    static Connection connected(Address address, String user, String password, String authorityFile) {
        Connection connection = new Connection(
                () -> socket(address, trust(authorityFile)),
                DefaultJedisClientConfig.builder()
                        .socketTimeoutMillis(ANSWER_MILLIS)
                        .user(user)
                        .password(password)
                        .resp2()
                        .build());
        connection.connect();
        return connection;
    }

    private static Socket socket(Address address, Trust trust) {
        Socket plain = new Socket();
        try {
            plain.connect(new InetSocketAddress(address.host(), address.port()), CONNECT_MILLIS);
            plain.setSoTimeout(ANSWER_MILLIS);
            plain.setTcpNoDelay(true);
            SSLSocket socket =
                    (SSLSocket) trust.socketFactory().createSocket(plain, address.host(), address.port(), true);
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            try {
                plain.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw new JedisConnectionException(e);
        }
    }

    private static Trust trust(String authorityFile) {
        try {
            return Trust.in(Files.readString(Path.of(authorityFile)));
        } catch (IOException e) {
            throw new JedisConnectionException("cannot read the authority's certificate " + authorityFile, e);
        }
    }

    /** The member that takes writes now: as a sentinel says it, or the first of a cluster that answers. */
    Optional<String> primary(Service<RedisSpec> service, Context context) {
        return switch (service.settings().topology()) {
            case SINGLE -> Optional.of(RedisMembers.servers(service).getFirst());
            case SENTINEL ->
                RedisMembers.sentinels(service).stream()
                        .flatMap(sentinel -> followed(service, sentinel, context).stream())
                        .findFirst();
            case CLUSTER ->
                RedisMembers.servers(service).stream()
                        .filter(server -> answers(service.name(), server, context))
                        .findFirst();
        };
    }

    /** The primary that this sentinel follows; empty where it does not say, or names no member. */
    Optional<String> followed(Service<RedisSpec> service, String sentinel, Context context) {
        try {
            Object answer = call(
                    service.name(),
                    sentinel,
                    context,
                    Command.SENTINEL,
                    List.of("GET-MASTER-ADDR-BY-NAME", service.name()));
            return answer instanceof List<?> address && address.size() == 2
                    ? member(service, text(address.get(0)), text(address.get(1)), context)
                    : Optional.empty();
        } catch (JedisException silent) {
            return Optional.empty();
        }
    }

    /** The server that the others reach there. */
    static Optional<String> member(Service<RedisSpec> service, String host, String port, Context context) {
        return RedisMembers.servers(service).stream()
                .filter(server ->
                        context.inside(server, RedisMembers.PORT).toString().equals(host + ":" + port))
                .findFirst();
    }

    private boolean answers(String service, String member, Context context) {
        try {
            return "PONG".equals(text(call(service, member, context, Command.PING, List.of())));
        } catch (JedisException silent) {
            return false;
        }
    }

    /** An answer of names and values, one after the other. */
    static Map<String, String> pairs(Object answer) {
        Map<String, String> values = new LinkedHashMap<>();
        if (answer instanceof List<?> words) {
            for (int at = 0; at + 1 < words.size(); at += 2) {
                values.put(text(words.get(at)), text(words.get(at + 1)));
            }
        }
        return values;
    }

    List<RedisUser> users(String service, String member, Context context) {
        List<RedisUser> users = new ArrayList<>();
        for (Object line : (List<?>) call(service, member, context, Command.ACL, List.of("LIST"))) {
            users.add(RedisUser.parsed(text(line)));
        }
        return users;
    }

    /** The sections of {@code INFO}, flattened. */
    Map<String, String> info(String service, String member, Context context) {
        return lines(call(service, member, context, Command.INFO, List.of()));
    }

    Map<String, String> clusterInfo(String service, String member, Context context) {
        return lines(call(service, member, context, Command.CLUSTER, List.of("INFO")));
    }

    /** What a sentinel knows of the primary it watches. */
    Map<String, String> watched(String service, String sentinel, Context context) {
        return pairs(call(service, sentinel, context, Command.SENTINEL, List.of("MASTER", service)));
    }

    private static Map<String, String> lines(Object answer) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : text(answer).split("\r\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                values.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return values;
    }

    static String text(Object answer) {
        return answer instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(answer);
    }

    /** What a failure means, lower case and without any value of a secret, and the sentence that says what to do. */
    static Failure failure(JedisException e, String service, Address address) {
        if (e instanceof JedisAccessControlException) {
            return new Failure(
                    Code.HF3522,
                    "redis at " + address + " refuses the password of user '" + ADMINISTRATOR + "'",
                    "Somebody has changed this user in the server: restore the file /data/users.acl of '" + service
                            + "', or restart the service with `holdfast restart " + service + "` if it was not saved.");
        }
        if (e instanceof JedisDataException) {
            return new Failure(
                    Code.HF3523,
                    "redis at " + address + " answers: " + e.getMessage(),
                    "Read the service's log with `holdfast logs " + service + "`.");
        }
        // the certificate's own complaint lies below that of the TLS session, so it is looked for first
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException) {
                return new Failure(
                        Code.HF3521,
                        "the certificate that redis at " + address + " shows has expired",
                        "Run `holdfast restart " + service + "`, which issues a new one.");
            }
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return new Failure(
                        Code.HF3521,
                        "no TLS session with redis at " + address + ": " + cause.getMessage(),
                        "Look for another program on this port, or restart with `holdfast restart " + service + "`.");
            }
            if (cause instanceof SocketTimeoutException) {
                return new Failure(
                        Code.HF3521,
                        "redis at " + address + " did not answer within " + ANSWER_MILLIS + "ms",
                        "Look for a slow command or a full machine with `holdfast logs " + service + "`.");
            }
            if (cause instanceof ConnectException) {
                return new Failure(
                        Code.HF3521,
                        "nothing listens at " + address,
                        "Start it with `holdfast restart " + service + "`, or read `holdfast logs " + service + "`.");
            }
        }
        return new Failure(
                Code.HF3521,
                "no connection to redis at " + address + ": " + e.getMessage(),
                "Read the service's log with `holdfast logs " + service + "`.");
    }

    /** The same for those who cannot go on. */
    static HoldfastException refused(JedisException e, String service, Address address) {
        Failure failure = failure(e, service, address);
        return new HoldfastException(Problem.of(failure.code(), failure.because(), failure.next()), e);
    }

    /** A node of a cluster that no member has told of. */
    static HoldfastException unknownNode(String service, String id) {
        return new HoldfastException(Problem.of(
                Code.HF3523,
                "no member of '" + service + "' knows the node " + id,
                "Run the same command again; where it stays so, read `holdfast logs " + service + "`."));
    }

    record Failure(Code code, String because, String next) {}
}
