package dev.holdfast.proof.scenario;

import dev.holdfast.proof.RunningStack;
import dev.holdfast.secret.Trust;
import dev.holdfast.text.Json;
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
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/** One counter, kept by three engines of a stack and written to them in turn: PostgreSQL, Redis, S3. */
final class Three implements AutoCloseable {
    private static final int ANSWER_MILLIS = 120_000;

    private final Json environment;
    private final Connection postgres;
    private final Jedis redis;
    private final Buckets buckets;
    private final AtomicBoolean told = new AtomicBoolean();

    private Three(Json environment, Connection postgres, Jedis redis, Buckets buckets) {
        this.environment = environment;
        this.postgres = postgres;
        this.redis = redis;
        this.buckets = buckets;
    }

    static Three of(RunningStack stack) throws Exception {
        Json environment = stack.environment();
        Jedis redis = new Jedis(
                new HostAndPort("127.0.0.1", Integer.parseInt(text(environment, "REDIS_PORT"))),
                DefaultJedisClientConfig.builder()
                        .ssl(true)
                        .sslSocketFactory(Trust.in(Files.readString(Path.of(text(environment, "REDIS_CA_FILE"))))
                                .socketFactory())
                        .user(text(environment, "REDIS_USERNAME"))
                        .password(text(environment, "REDIS_PASSWORD"))
                        .socketTimeoutMillis(ANSWER_MILLIS)
                        .build());
        return new Three(environment, postgres(environment, environment), redis, Buckets.of(stack, "objects"));
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
        redis.set("counter", Long.toString(n));
        buckets.put("files", "counter", Long.toString(n));
    }

    List<Long> read() throws SQLException {
        try (Statement statement = postgres.createStatement();
                ResultSet row = statement.executeQuery("SELECT n FROM counter")) {
            row.next();
            return List.of(
                    row.getLong(1),
                    Long.parseLong(redis.get("counter")),
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
