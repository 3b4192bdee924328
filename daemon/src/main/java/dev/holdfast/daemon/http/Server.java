package dev.holdfast.daemon.http;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import jdk.net.ExtendedSocketOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one Unix socket to its own user. The caller must hold the data folder's lock: a socket file that is there
 * already is then a dead daemon's, and is replaced.
 */
public final class Server implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);

    /** Answers a request; what it throws becomes a problem. */
    public interface Handler {
        Reply handle(Request request) throws InterruptedException;
    }

    private final Path socket;
    private final Handler handler;
    private final Limits limits;
    private final String user;
    private final ServerSocketChannel channel;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("api-deadlines").factory());
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();

    private Server(Path socket, Handler handler, Limits limits, String user, ServerSocketChannel channel) {
        this.socket = socket;
        this.handler = handler;
        this.limits = limits;
        this.user = user;
        this.channel = channel;
    }

    /** Binds and begins to answer. */
    public static Server start(Path socket, Handler handler, Limits limits) {
        try {
            Files.createDirectories(socket.toAbsolutePath().getParent());
            Files.setPosixFilePermissions(
                    socket.toAbsolutePath().getParent(), PosixFilePermissions.fromString("rwx------"));
            Files.deleteIfExists(socket);
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            channel.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            Server server =
                    new Server(socket, handler, limits, Files.getOwner(socket).getName(), channel);
            Thread.ofPlatform().name("api").start(server::accept);
            return server;
        } catch (IOException cannot) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3202,
                            "cannot listen at " + socket + ": " + cannot.getMessage(),
                            "See that its folder belongs to you and the disk is not full, then run the command again."),
                    cannot);
        }
    }

    private void accept() {
        while (channel.isOpen()) {
            try {
                Connection connection = new Connection(channel.accept(), handler, limits, timer);
                open.add(connection);
                Thread.ofVirtual().name("api-connection").start(() -> {
                    try (connection) {
                        serve(connection);
                    } finally {
                        open.remove(connection);
                    }
                });
            } catch (ClosedChannelException closed) {
                return;
            } catch (IOException failed) {
                // out of file descriptors, most likely: what is open goes on, and the next try may succeed
                LOG.atError().setCause(failed).log("cannot accept a connection");
                Thread.onSpinWait();
            }
        }
    }

    private void serve(Connection connection) {
        if (!user.equals(peer(connection.channel()))) {
            LOG.atWarn().log("refused a connection of another user");
            return;
        }
        connection.serve(open.size() > limits.connections());
    }

    private static String peer(SocketChannel channel) {
        try {
            return channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        } catch (IOException unknown) {
            throw new UncheckedIOException(unknown);
        }
    }

    /** Answers nobody any more; connections that are open are cut. */
    @Override
    public void close() {
        try {
            channel.close();
            Files.deleteIfExists(socket);
        } catch (IOException failed) {
            LOG.atWarn().setCause(failed).log("cannot remove the socket");
        }
        open.forEach(Connection::close);
        timer.shutdownNow();
    }
}
