package dev.holdfast.daemon.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Asks the daemon: one connection a request, blocking, with a deadline. A stream has no deadline; interrupting the
 * thread, or ending the process, closes the connection, which the daemon takes as the wish to stop.
 */
public final class Client {
    /** The media type of a stream: one JSON object a line. */
    public static final String LINES = "application/x-ndjson";

    private static final String PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_~";
    private static final String HEX = "0123456789ABCDEF";

    private final Path socket;

    private Client(Path socket) {
        this.socket = socket;
    }

    public static Client at(Path socket) {
        return new Client(socket);
    }

    public Path socket() {
        return socket;
    }

    /** The template with each {@code {}} replaced by the next part, encoded so that it stays one part. */
    public static String path(String template, String... parts) {
        StringBuilder path = new StringBuilder();
        int from = 0;
        for (String part : parts) {
            int hole = template.indexOf("{}", from);
            path.append(template, from, hole).append(encoded(part));
            from = hole + 2;
        }
        return path.append(template.substring(from)).toString();
    }

    public Answer get(String path, Duration deadline) {
        return unary("GET", path, "", deadline);
    }

    public Answer post(String path, String json, Duration deadline) {
        return unary("POST", path, json, deadline);
    }

    /**
     * Hands on each line as it comes and returns the HTTP status; the body of any other status than 200 comes as one
     * line. Whether a 200 ended well is in its last line.
     */
    public int stream(String method, String path, String json, Consumer<String> onLine) {
        try (SocketChannel channel = connect()) {
            send(channel, method, path, json);
            Incoming incoming = new Incoming(channel);
            int status = head(incoming);
            if (status != 200) {
                onLine.accept(incoming.rest());
                return status;
            }
            for (String line = incoming.line(); !line.isEmpty(); line = incoming.line()) {
                onLine.accept(line);
            }
            return status;
        } catch (IOException cut) {
            throw new NotAnswering("the daemon at " + socket + " went away: " + cut.getMessage(), cut);
        }
    }

    private Answer unary(String method, String path, String json, Duration deadline) {
        try (SocketChannel channel = connect();
                Deadline watched = new Deadline(channel, deadline)) {
            try {
                send(channel, method, path, json);
                Incoming incoming = new Incoming(channel);
                int status = head(incoming);
                return new Answer(status, incoming.rest());
            } catch (IOException cut) {
                throw new NotAnswering(
                        watched.isOver()
                                ? "the daemon at " + socket + " did not answer within " + deadline.toMillis() + " ms"
                                : "the daemon at " + socket + " went away: " + cut.getMessage(),
                        cut);
            }
        } catch (IOException closing) {
            throw new NotAnswering("the connection to " + socket + " cannot be closed", closing);
        }
    }

    private SocketChannel connect() {
        try {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
                return channel;
            } catch (IOException | RuntimeException refused) {
                channel.close();
                throw refused;
            }
        } catch (IOException nobody) {
            throw new NotAnswering("nobody answers at " + socket, nobody);
        }
    }

    private static void send(SocketChannel channel, String method, String path, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        byte[] head = (method + " " + path + " HTTP/1.1\r\nHost: holdfast\r\nConnection: close\r\nContent-Length: "
                        + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer request = ByteBuffer.allocate(head.length + body.length)
                .put(head)
                .put(body)
                .flip();
        while (request.hasRemaining()) {
            channel.write(request);
        }
    }

    /** Reads up to the empty line. The daemon's answers end with the connection, so no header is needed. */
    private static int head(Incoming incoming) throws IOException {
        String first = incoming.line();
        if (first.length() < 12 || !first.startsWith("HTTP/1.")) {
            throw new IOException(first.isEmpty() ? "it closed the connection" : "it does not speak HTTP");
        }
        int status = Integer.parseInt(first, 9, 12, 10);
        while (!incoming.line().isEmpty()) {
            // no header says anything that the status does not
        }
        return status;
    }

    private static String encoded(String part) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : part.getBytes(StandardCharsets.UTF_8)) {
            boolean dot = b == '.' && !part.equals(".") && !part.equals("..");
            if (dot || PLAIN.indexOf(b) >= 0) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEX.charAt((b >> 4) & 0xF)).append(HEX.charAt(b & 0xF));
            }
        }
        return encoded.toString();
    }

    /** Closes the channel when the time is over: a Unix-domain channel knows no time limit of its own. */
    private static final class Deadline implements AutoCloseable {
        private final Thread timer;
        private volatile boolean over;

        Deadline(SocketChannel channel, Duration deadline) {
            timer = Thread.ofPlatform().daemon().name("deadline").unstarted(() -> {
                try {
                    Thread.sleep(deadline);
                    over = true;
                    channel.close();
                } catch (InterruptedException answered) {
                    Thread.currentThread().interrupt();
                } catch (IOException closed) {
                    over = true;
                }
            });
            timer.start();
        }

        boolean isOver() {
            return over;
        }

        @Override
        public void close() {
            timer.interrupt();
        }
    }

    /** Lines of a channel. */
    private static final class Incoming {
        private final SocketChannel channel;
        private final ByteBuffer buffer = ByteBuffer.allocate(16 * 1024).flip();

        Incoming(SocketChannel channel) {
            this.channel = channel;
        }

        /** The next line without its end; empty at an empty line and at the end. */
        String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream(256);
            while (filled()) {
                byte b = buffer.get();
                if (b == '\n') {
                    break;
                }
                if (b != '\r') {
                    line.write(b);
                }
            }
            return line.toString(StandardCharsets.UTF_8);
        }

        String rest() throws IOException {
            ByteArrayOutputStream rest = new ByteArrayOutputStream(4096);
            while (filled()) {
                rest.write(buffer.array(), buffer.position(), buffer.remaining());
                buffer.position(buffer.limit());
            }
            return rest.toString(StandardCharsets.UTF_8);
        }

        private boolean filled() throws IOException {
            if (buffer.hasRemaining()) {
                return true;
            }
            buffer.clear();
            int read = channel.read(buffer);
            buffer.flip();
            return read > 0;
        }
    }
}
