package dev.holdfast.cli;

import dev.holdfast.cli.command.Version;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers at the daemon's socket what it was told to answer, in the words of {@code docs/reference/api.md}; notes what it was asked. */
final class FakeDaemon implements AutoCloseable {
    static final String BUILD = "test";

    private final Map<String, Reply> replies = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final ServerSocketChannel server;
    private final Thread thread;

    private record Reply(int status, String body) {}

    FakeDaemon(Path socket) {
        try {
            Files.createDirectories(socket.getParent());
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        answers(
                "GET /v1/health",
                200,
                "{\"version\":\"" + Version.NUMBER + "\",\"build\":\"" + BUILD + "\",\"pid\":7,\"uptimeSeconds\":65,"
                        + "\"stacks\":1,\"rssBytes\":52428800}");
        thread = Thread.ofVirtual().start(this::serve);
    }

    /** The request is {@code METHOD /path?query}. */
    FakeDaemon answers(String request, int status, String body) {
        replies.put(request, new Reply(status, body));
        return this;
    }

    FakeDaemon streams(String request, String... lines) {
        return answers(request, 200, String.join("\n", lines) + "\n");
    }

    /** What was asked, health left out: {@code METHOD /path body}. */
    List<String> asked() {
        return asked;
    }

    private void serve() {
        try {
            while (true) {
                try (SocketChannel channel = server.accept()) {
                    answer(channel);
                }
            }
        } catch (AsynchronousCloseException closed) {
            // the test is over
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answer(SocketChannel channel) throws IOException {
        String text = request(channel);
        String first = text.substring(0, text.indexOf(" HTTP/1.1"));
        if (!first.equals("GET /v1/health")) {
            String body = text.substring(text.indexOf("\r\n\r\n") + 4);
            asked.add(body.isEmpty() ? first : first + " " + body);
        }
        Reply reply = replies.getOrDefault(
                first,
                new Reply(
                        404,
                        "{\"exitStatus\":2,\"problems\":[{\"code\":\"HF3303\",\"kind\":\"USER\",\"cause\":\"nothing is at "
                                + first + "\",\"remedy\":\"Ask for something else.\"}]}"));
        String head = "HTTP/1.1 " + reply.status() + " X\r\nConnection: close\r\n\r\n";
        channel.write(ByteBuffer.wrap((head + reply.body()).getBytes(StandardCharsets.UTF_8)));
    }

    /** The head and as much body as it says. */
    private static String request(SocketChannel channel) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        while (true) {
            String text = bytes.toString(StandardCharsets.UTF_8);
            int end = text.indexOf("\r\n\r\n");
            if (end > 0) {
                int at = text.indexOf("Content-Length: ") + "Content-Length: ".length();
                int length = Integer.parseInt(text.substring(at, text.indexOf("\r\n", at)));
                if (bytes.size() >= text.substring(0, end).getBytes(StandardCharsets.UTF_8).length + 4 + length) {
                    return text;
                }
            }
            buffer.clear();
            if (channel.read(buffer) < 0) {
                throw new IOException("the request ended early: " + text);
            }
            bytes.write(buffer.array(), 0, buffer.position());
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
