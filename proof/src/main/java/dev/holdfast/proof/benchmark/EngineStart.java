package dev.holdfast.proof.benchmark;

import dev.holdfast.proof.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * The floor: one engine started alone by exactly the command Holdfast started it with, until its port gives the first
 * answer. Nothing of Holdfast runs in between.
 */
final class EngineStart {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What started a process: its arguments and the environment it was given. */
    record Command(List<String> arguments, Map<String, String> environment) {
        static Command of(long pid) {
            Map<String, String> environment = new TreeMap<>();
            for (String variable : words(Path.of("/proc/" + pid + "/environ"))) {
                int equals = variable.indexOf('=');
                if (equals > 0) {
                    environment.put(variable.substring(0, equals), variable.substring(equals + 1));
                }
            }
            return new Command(words(Path.of("/proc/" + pid + "/cmdline")), environment);
        }

        /** As the engine's makers start it: the archive of classes is Holdfast's doing, not the engine's. */
        Command withoutArchive() {
            return new Command(
                    arguments.stream()
                            .filter(argument -> !argument.startsWith("-XX:SharedArchiveFile"))
                            .toList(),
                    environment);
        }

        private static List<String> words(Path file) {
            try {
                return List.of(Files.readString(file, StandardCharsets.UTF_8).split("\0"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Nanoseconds from the start of the command to the first answer on the port; the engine is ended again. */
    static long nanosToFirstAnswer(Command command, String engine, int port) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command.arguments());
            builder.environment().clear();
            builder.environment().putAll(command.environment());
            long begin = System.nanoTime();
            Process process = builder.redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            while (!answers(engine, port)) {
                if (System.nanoTime() - begin > PATIENCE.toNanos() || !process.isAlive()) {
                    throw new AssertionError(
                            "no answer of " + engine + " on port " + port + ": " + command.arguments());
                }
                java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
            }
            long nanos = System.nanoTime() - begin;
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Await.until("port " + port + " is free", PATIENCE, () -> !accepts(port), () -> "it is taken");
            return nanos;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    /** One exchange in the engine's own protocol; what it says does not matter, that it speaks does. */
    private static boolean answers(String engine, int port) {
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
            plain.setSoTimeout(2_000);
            return switch (engine) {
                case "postgres", "pgbouncer" -> speaks(plain, new byte[] {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x2f});
                case "redis" -> speaks(secured(plain), "PING\r\n".getBytes(StandardCharsets.US_ASCII));
                default ->
                    speaks(
                            secured(plain),
                            "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            };
        } catch (IOException notYet) {
            return false;
        }
    }

    private static boolean speaks(Socket socket, byte[] question) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(question);
        out.flush();
        InputStream in = socket.getInputStream();
        return in.read() >= 0;
    }

    /** The floor asks whether the engine answers, not who it is: no certificate is checked here, and nothing is sent. */
    private static SSLSocket secured(Socket plain) throws IOException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Anyone()}, new SecureRandom());
            return (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true);
        } catch (NoSuchAlgorithmException | KeyManagementException e) {
            throw new IllegalStateException(e);
        }
    }

    private EngineStart() {}

    private static final class Anyone implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
