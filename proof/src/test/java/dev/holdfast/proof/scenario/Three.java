package dev.holdfast.proof.scenario;

import dev.holdfast.proof.RunningStack;
import dev.holdfast.secret.Trust;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** One counter, kept by three engines of a stack and written to them in turn: PostgreSQL, Redis, S3. */
final class Three implements AutoCloseable {
    private static final int ANSWER_MILLIS = 120_000;

    private final Json environment;
    private final Connection postgres;
    private final redis.clients.jedis.Connection redis;
    private final Buckets buckets;
    private final AtomicBoolean told = new AtomicBoolean();

    private Three(Json environment, Connection postgres, redis.clients.jedis.Connection redis, Buckets buckets) {
        this.environment = environment;
        this.postgres = postgres;
        this.redis = redis;
        this.buckets = buckets;
    }

    static Three of(RunningStack stack) throws Exception {
        Json environment = stack.environment();
        int port = Integer.parseInt(text(environment, "REDIS_PORT"));
        Trust trust = Trust.in(Files.readString(Path.of(text(environment, "REDIS_CA_FILE"))));
        redis.clients.jedis.Connection redis = new redis.clients.jedis.Connection(
                () -> socket(trust, port),
                DefaultJedisClientConfig.builder()
                        .user(text(environment, "REDIS_USERNAME"))
                        .password(text(environment, "REDIS_PASSWORD"))
                        .socketTimeoutMillis(ANSWER_MILLIS)
                        .build());
        redis.connect();
        return new Three(environment, postgres(environment, environment), redis, Buckets.of(stack, "objects"));
    }

    private static Socket socket(Trust trust, int port) {
        try {
            return trust.socketFactory().createSocket("127.0.0.1", port);
        } catch (IOException e) {
            throw new JedisConnectionException(e);
        }
    }

    private String redis(Protocol.Command command, String... words) {
        CommandArguments message = new CommandArguments(command);
        for (String word : words) {
            message.add(word);
        }
        return redis.executeCommand(message) instanceof byte[] answer ? new String(answer, StandardCharsets.UTF_8) : "";
    }

    /** The server of the first with the login of the second. */
    private static Connection postgres(Json server, Json login) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", text(login, "PGUSER"));
        properties.setProperty("password", text(login, "PGPASSWORD"));
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", text(server, "PGSSLROOTCERT"));
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + text(server, "PGPORT") + "/" + text(server, "PGDATABASE"), properties);
    }

    void with(Three other) throws SQLException {
        postgres(environment, other.environment).close();
    }

    void begin() throws SQLException {
        try (Statement statement = postgres.createStatement()) {
            statement.execute("CREATE TABLE counter (n bigint NOT NULL); INSERT INTO counter VALUES (0)");
        }
        write(0);
    }

    void write(long n) throws SQLException {
        try (PreparedStatement statement = postgres.prepareStatement("UPDATE counter SET n = ?")) {
            statement.setLong(1, n);
            statement.execute();
        }
        redis(Protocol.Command.SET, "counter", Long.toString(n));
        buckets.put("files", "counter", Long.toString(n));
    }

    List<Long> read() throws SQLException {
        try (Statement statement = postgres.createStatement();
                ResultSet row = statement.executeQuery("SELECT n FROM counter")) {
            row.next();
            return List.of(
                    row.getLong(1),
                    Long.parseLong(redis(Protocol.Command.GET, "counter")),
                    Long.parseLong(buckets.get("files", "counter").strip()));
        }
    }

    /** Completes with the last number written. */
    CompletableFuture<Long> writeUntilTold() {
        return CompletableFuture.supplyAsync(() -> {
            long n = 0;
            try {
                while (!told.get()) {
                    n++;
                    write(n);
                }
                return n;
            } catch (SQLException seen) {
                throw new AssertionError("the writer of " + n + " saw an error", seen);
            }
        });
    }

    void stop() {
        told.set(true);
    }

    @Override
    public void close() throws SQLException {
        told.set(true);
        redis.close();
        postgres.close();
    }

    private static String text(Json environment, String name) {
        return environment.textAt(name).orElseThrow();
    }
}
