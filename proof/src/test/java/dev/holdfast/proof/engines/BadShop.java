package dev.holdfast.proof.engines;

import dev.holdfast.engine.Health;
import dev.holdfast.secret.SecretRef;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;

import static org.assertj.core.api.Assertions.assertThat;

/** A real PostgreSQL with a shop's database in which about everything is wrong that can be. */
final class BadShop implements AutoCloseable {
    private static final String STACK = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: badshop }
            spec:
              services:
                main:
                  engine: postgres
                  version: "17"
                  resources: { cpu: 2, memory: 512Mi, storage: 4Gi }
                  extensions: [pg_stat_statements]
                  databases:
                    shop: {}
                    plain: {}
                  roles:
                    migrator: { can: [ddl] }
                    app: { can: [read, write] }
                    few: { can: [read], connections: 1 }
                  parameters:
                    autovacuum_freeze_max_age: "100000"
                    autovacuum_naptime: 1h
                    synchronous_commit: "off"
            """;

    private static final String TABLES = """
            CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, country text NOT NULL);
            INSERT INTO customers SELECT n, 'customer ' || n, 'c' || n % 50 FROM generate_series(1, 5000) n;

            CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers ON DELETE CASCADE,
                                 status text NOT NULL, place int NOT NULL, note text NOT NULL, at timestamptz NOT NULL);
            INSERT INTO orders SELECT n, 1 + n % 5000, CASE WHEN n % 100 = 0 THEN 'open' ELSE 'done' END, n % 100,
                                      'note ' || n % 4000, timestamptz '2026-01-01' + n * interval '1 minute'
                               FROM generate_series(1, 60000) n;
            CREATE INDEX orders_at_idx ON orders (at);
            CREATE INDEX orders_at_again_idx ON orders (at);
            CREATE INDEX orders_status_idx ON orders (status);
            CREATE INDEX orders_status_at_idx ON orders (status, at);
            CREATE INDEX orders_note_pattern_idx ON orders (note text_pattern_ops);

            CREATE TABLE "Odd Lines" (id int PRIMARY KEY, "Order" int REFERENCES orders, amount int);
            INSERT INTO "Odd Lines" SELECT n, n, n FROM generate_series(1, 20000) n;

            CREATE TABLE events (id int NOT NULL, order_id int NOT NULL REFERENCES orders, at date NOT NULL)
                PARTITION BY RANGE (at);
            CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
            CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
            INSERT INTO events SELECT n, 1 + n % 60000, date '2026-01-01' + n % 59 FROM generate_series(1, 20000) n;

            CREATE TABLE ticks (id int PRIMARY KEY, value int NOT NULL, filler text NOT NULL)
                WITH (autovacuum_enabled = false);
            INSERT INTO ticks SELECT n, n, repeat('x', 100) FROM generate_series(1, 30000) n;
            CREATE INDEX ticks_value_idx ON ticks (value);
            ANALYZE customers, orders, "Odd Lines", events_1, events_2, ticks;
            """;

    private final RealStack stack;

    private BadShop(RealStack stack) {
        this.stack = stack;
    }

    static BadShop open(Path folder) throws SQLException {
        RealStack stack = new RealStack(folder, STACK);
        BadShop shop = new BadShop(stack);
        stack.workloads("main").forEach(stack::start);
        assertThat(stack.facets("main").ready("main-0", stack, Duration.ofSeconds(30)))
                .isInstanceOf(Health.Ready.class);
        stack.facets("main").apply(stack.facets("main").changes(stack), stack);
        try (Connection migrator = shop.connection("migrator");
                Statement statement = migrator.createStatement()) {
            statement.execute(TABLES);
            for (int round = 0; round < 3; round++) {
                statement.execute("UPDATE ticks SET value = value + 100000, filler = filler");
            }
        }
        return shop;
    }

    RealStack stack() {
        return stack;
    }

    Connection connection(String role) throws SQLException {
        return connection(role, "shop");
    }

    Connection connection(String role, String database) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", role);
        properties.setProperty(
                "password", stack.secret(new SecretRef("main", "roles/" + role)).reveal());
        properties.setProperty("sslmode", "verify-full");
        properties.setProperty("sslrootcert", stack.authorityFile());
        properties.setProperty("ApplicationName", "shop of " + role);
        return DriverManager.getConnection(
                "jdbc:postgresql://" + stack.outside("main-0", "postgres") + "/" + database, properties);
    }

    @Override
    public void close() {
        stack.close();
    }
}
