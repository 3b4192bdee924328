package dev.holdfast.targets.local.door;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * One port of an engine that may sleep. The engine asks here for the listening socket, which stays open when the engine
 * ends, so that whoever connects waits in its queue. Safe for several threads.
 */
public final class Door {
    /** As many as wait without being turned away by the kernel; {@code net.core.somaxconn} may be less. */
    private static final int BACKLOG = 4096;

    private static final String ASK = "ask";

    private final Doorkeeper keeper;
    private final Path folder;
    private final int port;
    private final int letters;
    private Optional<Integer> socket = Optional.empty();
    private Optional<Runnable> onKnock = Optional.empty();
    private boolean held;
    private boolean closed;

    Door(Doorkeeper keeper, Path folder, int port, int letters) {
        this.keeper = keeper;
        this.folder = folder;
        this.port = port;
        this.letters = letters;
    }

    public int port() {
        return port;
    }

    /** The Unix socket at which the engine asks. */
    public Path path() {
        return folder.resolve(Integer.toString(port));
    }

    /** Whether the listening socket is here, so that nobody is turned away whatever becomes of the engine. */
    public synchronized boolean hasSocket() {
        return socket.isPresent();
    }

    /** Listens, unless it does already. Throws where somebody else has the port. */
    public synchronized void take() {
        if (socket.isPresent() || closed) {
            return;
        }
        try {
            int made = Native.tcp(port);
            socket = Optional.of(made);
            Native.listen(made, BACKLOG);
        } catch (IOException taken) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3250,
                            "nobody can listen for a service that sleeps at port " + port + ": " + taken.getMessage(),
                            "End the program that has the port, or give the stack other ports with 'holdfast up --new-ports'."),
                    taken);
        }
    }

    /**
     * Has the engine give back the socket that an earlier daemon gave it; false where it does not within the patience. The
     * engine sees one connection that says nothing.
     */
    public boolean reclaim(Duration patience) throws InterruptedException {
        if (hasSocket()) {
            return true;
        }
        long deadline = System.nanoTime() + patience.toNanos();
        ask(true);
        try (Socket knock = new Socket()) {
            knock.connect(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), (int)
                    Math.max(1, patience.toMillis()));
            synchronized (this) {
                while (socket.isEmpty()) {
                    long left = (deadline - System.nanoTime()) / 1_000_000;
                    if (left <= 0) {
                        return false;
                    }
                    wait(left);
                }
                return true;
            }
        } catch (InterruptedIOException late) {
            return false;
        } catch (IOException nobodyListens) {
            return false;
        } finally {
            synchronized (this) {
                ask(held);
            }
        }
    }

    /** From now on the engine takes no more connections; they wait. */
    public synchronized void hold() {
        held = true;
        ask(true);
    }

    /** Ends {@link #hold}. */
    public synchronized void release() {
        held = false;
        ask(false);
    }

    /** Calls back once, from another thread, when somebody waits; the engine must not run. */
    public void watch(Runnable knock) {
        synchronized (this) {
            take();
            socket.ifPresent(listening -> {
                try {
                    // whatever the engine did to it when it ended
                    Native.listen(listening, BACKLOG);
                } catch (IOException closedMeanwhile) {
                    throw new IllegalStateException(closedMeanwhile);
                }
            });
            onKnock = Optional.of(knock);
        }
        keeper.changed();
    }

    public void unwatch() {
        synchronized (this) {
            onKnock = Optional.empty();
        }
        keeper.changed();
    }

    /** The next of those that wait, who is then the caller's to answer; the engine must not run. */
    public synchronized Optional<Guest> next() {
        if (socket.isEmpty()) {
            return Optional.empty();
        }
        int listening = socket.get();
        try {
            Native.blocking(listening, false);
            try {
                return Native.accept(listening).map(Guest::new);
            } finally {
                Native.blocking(listening, true);
            }
        } catch (IOException closedMeanwhile) {
            return Optional.empty();
        }
    }

    /** Gives up the port and the door. An engine that has the socket keeps it. */
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            onKnock = Optional.empty();
            release();
        }
        keeper.remove(this);
    }

    /** By the keeper's thread alone, so that nobody polls a number that is somebody else's by now. */
    synchronized void closeNow() {
        socket.ifPresent(Native::close);
        socket = Optional.empty();
        Native.close(letters);
        try {
            Files.deleteIfExists(path());
        } catch (IOException leftOver) {
            return;
        }
    }

    int letters() {
        return letters;
    }

    /** What to poll for somebody who knocks. */
    synchronized Optional<Integer> watched() {
        return onKnock.isPresent() ? socket : Optional.empty();
    }

    /** Somebody waits: tells once. */
    void knocked() {
        Optional<Runnable> told;
        synchronized (this) {
            told = onKnock;
            onKnock = Optional.empty();
        }
        told.ifPresent(knock -> Thread.ofVirtual().name("knock-" + port).start(knock));
    }

    /** Answers an engine that asks for the socket, or asks whether to take a connection and shows the socket. */
    synchronized void answer(int connection) {
        Optional<Integer> shown = Optional.empty();
        try {
            Optional<Native.Letter> letter = Native.receive(connection);
            if (letter.isEmpty()) {
                return;
            }
            shown = letter.get().descriptor();
            if (letter.get().word() == 'b') {
                take();
                Native.send(connection, 'b', socket);
            } else {
                if (socket.isEmpty() && shown.isPresent() && !closed) {
                    socket = shown;
                    shown = Optional.empty();
                    notifyAll();
                }
                Native.send(connection, held ? 'h' : 'g', Optional.empty());
            }
        } catch (IOException | HoldfastException cannot) {
            // the engine then binds for itself, and says what keeps it from that
            Doorkeeper.LOG
                    .atWarn()
                    .addKeyValue("port", port)
                    .setCause(cannot)
                    .log("an engine got no answer at its door");
        } finally {
            // also where the engine has gone: nobody else would ever give up the port
            shown.ifPresent(Native::close);
        }
    }

    private void ask(boolean yes) {
        try {
            if (yes) {
                Files.write(folder.resolve(ASK), new byte[0]);
            } else {
                Files.deleteIfExists(folder.resolve(ASK));
            }
        } catch (IOException cannot) {
            Doorkeeper.LOG.atWarn().addKeyValue("port", port).setCause(cannot).log("an engine cannot be asked to wait");
        }
    }
}
