package dev.holdfast.targets.local.door;

import dev.holdfast.problem.HoldfastException;
import dev.holdfast.targets.local.image.Architecture;
import dev.holdfast.targets.local.image.Image;
import dev.holdfast.targets.local.sandbox.JavaRuntime;
import dev.holdfast.targets.local.sandbox.Mode;
import dev.holdfast.targets.local.sandbox.Sandbox;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The daemon's side of a door, without an engine behind it. */
final class DoorTest {
    private final Doorkeeper keeper = new Doorkeeper();

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        keeper.close();
    }

    @Test
    void whoConnectsIsToldOfOnceAndWaitsUntilSomebodyTakesHim() throws Exception {
        int port = free();
        Door door = keeper.open(folder, port);
        CountDownLatch knocks = new CountDownLatch(1);
        door.watch(knocks::countDown);
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            clients.add(new Socket(loopback(), port));
        }
        assertThat(knocks.await(10, TimeUnit.SECONDS)).isTrue();
        int answered = 0;
        for (Optional<Guest> guest = door.next(); guest.isPresent(); guest = door.next()) {
            guest.get().getOutputStream().write('x');
            guest.get().close();
            answered++;
        }
        assertThat(answered).isEqualTo(500);
        for (Socket client : clients) {
            assertThat(client.getInputStream().readAllBytes()).isEqualTo("x".getBytes(StandardCharsets.US_ASCII));
            client.close();
        }
        assertThat(door.next()).isEmpty();
    }

    @Test
    void aPortThatSomebodyElseHasIsRefusedAndClosingGivesOursBack() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, loopback())) {
            Door door = keeper.open(folder, other.getLocalPort());
            assertThatThrownBy(door::take).isInstanceOf(HoldfastException.class).hasMessageContaining("[HF3250]");
            assertThat(door.hasSocket()).isFalse();
        }
        int port = free();
        Door mine = keeper.open(folder, port);
        mine.take();
        assertThat(mine.hasSocket()).isTrue();
        assertThat(mine.path()).exists();
        mine.close();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (Files.exists(mine.path()) && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        new ServerSocket(port, 1, loopback()).close();
    }

    @Test
    void aLibraryThatCannotBeMadeSaysWhy() throws IOException {
        Path cache = Files.writeString(folder.resolve("a-file"), "");
        DoorLibrary library = new DoorLibrary(cache);
        assertThat(library.file()).isEmpty();
        Image compiler = new Image("tcc", folder, Optional.empty(), new TreeMap<>());
        Sandbox sandbox = new Sandbox(
                Mode.ROOT,
                Architecture.of("Linux", System.getProperty("os.arch")),
                new JavaRuntime(folder, new TreeSet<>()));
        assertThatThrownBy(() -> library.made(compiler, sandbox))
                .isInstanceOf(HoldfastException.class)
                .hasMessageContaining("[HF3254]");
    }

    private static InetAddress loopback() {
        return InetAddress.getLoopbackAddress();
    }

    private static int free() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, loopback())) {
            return socket.getLocalPort();
        }
    }
}
