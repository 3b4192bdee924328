package dev.holdfast.daemon.api;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Sees to it that a daemon of this very build answers: starts one where none does, takes over from another build's. */
public final class DaemonLauncher {
    private static final Duration ASK = Duration.ofSeconds(5);
    private static final int LOG_TAIL_BYTES = 2_000;

    private final Path socket;
    private final Path log;
    private final List<String> command;
    private final Build build;
    private final Duration patience;

    /**
     * @param log where the daemon's own output goes before it has a log of its own
     * @param command the argument list that runs the daemon, with the JDK, its AOT cache and the class path
     * @param patience how long the daemon may take to answer after it was started, or to end after it was asked
     */
    public DaemonLauncher(Path socket, Path log, List<String> command, Build build, Duration patience) {
        this.socket = socket;
        this.log = log;
        this.command = List.copyOf(command);
        this.build = build;
        this.patience = patience;
    }

    /** A client to a daemon of this build. Throws {@link Failed} with the log's last lines where none comes up. */
    public Client ensure() {
        Client client = Client.at(socket);
        Optional<Answer> health = health(client);
        if (health.isPresent() && isOfThisBuild(health.get())) {
            return client;
        }
        if (health.isPresent()) {
            handOver(client);
        }
        start(client);
        return client;
    }

    /** The daemon's own words about itself; empty where nobody answers. */
    public static Optional<Answer> health(Client client) {
        try {
            return Optional.of(client.get("/v1/health", ASK));
        } catch (NotAnswering nobody) {
            return Optional.empty();
        }
    }

    private boolean isOfThisBuild(Answer health) {
        // the daemon writes its JSON without spaces, and neither word needs an escape
        return health.body().contains("\"version\":\"" + build.version() + "\"")
                && health.body().contains("\"build\":\"" + build.id() + "\"");
    }

    private void handOver(Client client) {
        long end = System.nanoTime() + patience.toNanos();
        try {
            // an older daemon knows of no handing over, and wakes nothing either
            if (!client.post("/v1/shutdown", "{\"handOver\":true}", ASK).isSuccess()) {
                client.post("/v1/shutdown", "{}", ASK);
            }
        } catch (NotAnswering gone) {
            return;
        }
        while (health(client).isPresent()) {
            pause(end, "the daemon of another build at " + socket + " was asked to end and has not");
        }
    }

    private void start(Client client) {
        Process process = launched();
        long end = System.nanoTime() + patience.toNanos();
        while (health(client).isEmpty()) {
            if (!process.isAlive() && process.exitValue() != 0 && health(client).isEmpty()) {
                throw new Failed("the daemon ended with status " + process.exitValue(), tail());
            }
            pause(end, "the daemon did not answer within " + patience.toSeconds() + " s");
        }
    }

    private Process launched() {
        try {
            Files.createDirectories(
                    log.toAbsolutePath().getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            if (!Files.exists(log)) {
                Files.createFile(
                        log, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            // a session of its own: the terminal's Ctrl-C and its end are not the daemon's
            List<String> detached = new java.util.ArrayList<>(List.of("setsid"));
            detached.addAll(command);
            return new ProcessBuilder(detached)
                    .directory(Path.of("/").toFile())
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException cannot) {
            throw new Failed("the daemon cannot be started: " + cannot.getMessage(), tail());
        }
    }

    private void pause(long end, String otherwise) {
        if (System.nanoTime() > end) {
            throw new Failed(otherwise, tail());
        }
        try {
            Thread.sleep(10);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new Failed("interrupted while waiting for the daemon", "");
        }
    }

    private String tail() {
        if (!Files.exists(log)) {
            return "";
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - LOG_TAIL_BYTES);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(bytes);
            String text = new String(bytes, StandardCharsets.UTF_8);
            return from == 0 ? text : text.substring(text.indexOf('\n') + 1);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** No daemon: why, and the last lines it wrote. */
    public static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final String log;

        Failed(String message, String log) {
            super(message);
            this.log = log;
        }

        public String log() {
            return log;
        }
    }
}
