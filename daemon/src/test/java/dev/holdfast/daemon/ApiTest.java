package dev.holdfast.daemon;

import dev.holdfast.daemon.http.Limits;
import dev.holdfast.daemon.http.Reply;
import dev.holdfast.daemon.http.Server;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The socket under clients that are clumsy, slow or hostile. */
final class ApiTest {
    private static final Limits SMALL = new Limits(512, 1024, 8, Duration.ofMillis(300), Duration.ofMillis(300));

    @TempDir
    private Path folder;

    private AutoCloseable running = () -> {};

    @AfterEach
    void stop() throws Exception {
        running.close();
    }

    private Path serve(Server.Handler handler) {
        Path socket = folder.resolve("s/api.sock");
        running = Server.start(socket, handler, SMALL);
        return socket;
    }

    private static String say(Path socket, String bytes) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap(bytes.getBytes(StandardCharsets.UTF_8)));
            ByteBuffer answer = ByteBuffer.allocate(1 << 16);
            while (channel.read(answer) >= 0) {
                assertThat(answer.hasRemaining()).isTrue();
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
        }
    }

    private static Reply echo(dev.holdfast.daemon.http.Request request) {
        return Reply.json(Json.object()
                .put("path", Json.texts(request.path()))
                .put("body", request.body())
                .put("q", request.parameter("q"))
                .build());
    }

    @ParameterizedTest
    @CsvSource({
        "'GET / HTTP/1.1\\n\\n',200",
        "'GET /a%20b/+?q=%C3%A4 HTTP/1.1\\r\\n\\r\\n',200",
        "'POST / HTTP/1.1\\r\\nContent-Length: 2\\r\\n\\r\\n{}',200",
        "'hello\\r\\n\\r\\n',400",
        "'GET nowhere HTTP/1.1\\r\\n\\r\\n',400",
        "'GET /%zz HTTP/1.1\\r\\n\\r\\n',400",
        "'GET / HTTP/1.1\\r\\n: x\\r\\n\\r\\n',400",
        "'POST / HTTP/1.1\\r\\nContent-Length: -1\\r\\n\\r\\n',400",
        "'POST / HTTP/1.1\\r\\nContent-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\n{}',400",
        "'POST / HTTP/1.1\\r\\nContent-Length: 1\\r\\n\\r\\n{}',400",
        "'POST / HTTP/1.1\\r\\nContent-Length: 99999999\\r\\n\\r\\n{}',413",
        "'POST / HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n',411",
    })
    void everyRequestGetsAnAnswerOrARefusal(String request, int status) throws IOException {
        Path socket = serve(ApiTest::echo);
        String answer = say(socket, request.replace("\\r", "\r").replace("\\n", "\n"));
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
        if (status != 200) {
            assertThat(answer).contains("HF3205");
        }
    }

    @Test
    void aHeadWithoutEndIsRefusedAtItsLimit() throws IOException {
        assertThat(say(serve(ApiTest::echo), "GET / HTTP/1.1\r\nX: " + "x".repeat(600)))
                .startsWith("HTTP/1.1 431 ");
    }

    @Test
    void aClientThatSaysNothingIsCutOff() throws IOException {
        assertThat(say(serve(ApiTest::echo), "GET / HT")).isEmpty();
    }

    @Test
    void aClientThatDoesNotReadIsGone() throws Exception {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        Path socket = serve(request -> new Reply.Lines(events -> {
            Json line = Json.object().put("x", "y".repeat(10_000)).build();
            while (!events.isGone()) {
                events.send(line);
            }
            gone.complete(null);
        }));
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8)));
            assertThat(gone).succeedsWithin(Duration.ofSeconds(10));
        }
    }

    @Test
    void oneTooManyIsToldSo() throws Exception {
        CountDownLatch entered = new CountDownLatch(8);
        CountDownLatch release = new CountDownLatch(1);
        Path socket = serve(request -> {
            entered.countDown();
            release.await();
            return echo(request);
        });
        for (int i = 0; i < 8; i++) {
            Thread.ofVirtual().start(() -> {
                try {
                    say(socket, "GET / HTTP/1.1\r\n\r\n");
                } catch (IOException cut) {
                    throw new java.io.UncheckedIOException(cut);
                }
            });
        }
        entered.await();
        assertThat(say(socket, "GET / HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 503 ")
                .contains("HF3202");
        release.countDown();
    }

    @Test
    void theSocketIsItsOwnersAlone() throws IOException {
        Path socket = serve(ApiTest::echo);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void unknownPathsAndKeysAndStacksAreProblems() {
        try (House house = new House(folder).start()) {
            assertThat(house.client().get("/v2/nothing", House.SECONDS).status())
                    .isEqualTo(404);
            assertThat(house.client()
                            .get("/v1/stacks/none/status", House.SECONDS)
                            .body())
                    .contains("HF3206")
                    .contains("there is no stack 'none' here");
            assertThat(house.client()
                            .post("/v1/up", "{\"sauce\":1}", House.SECONDS)
                            .body())
                    .contains("HF3205")
                    .contains("unknown key 'sauce'");
            house.up(house.file("stack.json", House.stackOf(House.service("main", House.IDLE, ""))));
            assertThat(house.client()
                            .get("/v1/stacks/test/why/none", House.SECONDS)
                            .status())
                    .isEqualTo(404);
            assertThat(house.get("/v1/health").textAt("build")).contains("test");
            assertThat(house.client().get("/v1/metrics", House.SECONDS).body())
                    .contains("holdfast_member_up{stack=\"test\",member=\"main-0\"} 1");
        }
    }

    @Test
    void twoDaemonsAtOnceAreImpossibleAndAStaleSocketIsReplaced() throws IOException {
        try (House house = new House(folder)) {
            Files.createFile(house.home().socket());
            house.start();
            assertThatThrownBy(house::daemon)
                    .isInstanceOf(HoldfastException.class)
                    .hasMessageContaining("HF3201");
            assertThat(house.get("/v1/health").longAt("pid"))
                    .contains(ProcessHandle.current().pid());
            house.up(house.file("stack.json", House.stackOf(House.service("main", House.IDLE, ""))));
        }
    }
}
