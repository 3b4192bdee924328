package dev.holdfast.proof.engines;

import dev.holdfast.proof.Await;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Clients that connect, write a row and go, over and over, each with the login that it was told of last. */
final class Load implements AutoCloseable {
    private static final int CLIENTS = 3;

    private final List<Client> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean over = new AtomicBoolean();

    private record Client(String url, AtomicReference<Properties> login, AtomicLong rounds) {}

    /** As many clients at each door. */
    Load(List<String> doors, Properties login) {
        for (String door : doors) {
            for (int i = 0; i < CLIENTS; i++) {
                Client client = new Client(door, new AtomicReference<>(login), new AtomicLong());
                clients.add(client);
                threads.add(Thread.ofVirtual().start(() -> run(client)));
            }
        }
    }

    private void run(Client client) {
        while (!over.get()) {
            Properties login = client.login().get();
            try (Connection connection = DriverManager.getConnection(client.url(), login);
                    PreparedStatement insert =
                            connection.prepareStatement("INSERT INTO visits VALUES (current_user)")) {
                insert.executeUpdate();
            } catch (SQLException e) {
                failures.add(login.getProperty("user") + " at " + client.url() + ": " + e.getMessage());
            }
            client.rounds().incrementAndGet();
        }
    }

    /** Returns when each client has come and gone that often from now on. */
    void awaitRounds(int rounds) {
        List<Long> before =
                clients.stream().map(client -> client.rounds().get() + rounds).toList();
        Await.until(
                "every client came and went " + rounds + " times",
                Duration.ofSeconds(60),
                () -> {
                    boolean all = true;
                    for (int i = 0; i < clients.size(); i++) {
                        all &= clients.get(i).rounds().get() >= before.get(i);
                    }
                    return all;
                },
                () -> failures.toString());
    }

    void tellHalf(Properties login) {
        for (int i = 0; i < clients.size(); i += 2) {
            clients.get(i).login().set(login);
        }
    }

    void tellAll(Properties login) {
        clients.forEach(client -> client.login().set(login));
        // whoever had read the old one just before finishes its round with it
        awaitRounds(1);
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    long visits() {
        return clients.stream().mapToLong(client -> client.rounds().get()).sum();
    }

    @Override
    public void close() {
        over.set(true);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
