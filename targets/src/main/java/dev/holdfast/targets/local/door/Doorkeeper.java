package dev.holdfast.targets.local.door;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits at all doors of a daemon with one thread, which the kernel wakes: however many services sleep, it costs nothing. */
public final class Doorkeeper implements AutoCloseable {
    static final Logger LOG = LoggerFactory.getLogger(Doorkeeper.class);

    private static final int PATIENCE_MILLIS = 1000;

    private final List<Door> doors = new ArrayList<>();
    private final Set<Door> leaving = new HashSet<>();
    private final int event;
    private boolean ended;

    public Doorkeeper() {
        try {
            event = Native.event();
        } catch (IOException tooManyFiles) {
            throw new IllegalStateException(tooManyFiles);
        }
        Thread.ofPlatform().name("doorkeeper").daemon().start(this::keep);
    }

    /** A door in a folder that exists. What an earlier daemon left there is replaced. */
    public Door open(Path folder, int port) throws IOException {
        Files.deleteIfExists(folder.resolve(Integer.toString(port)));
        Files.deleteIfExists(folder.resolve("ask"));
        Door door = new Door(this, folder, port, Native.unix(folder, Integer.toString(port)));
        synchronized (this) {
            doors.add(door);
        }
        changed();
        return door;
    }

    synchronized void remove(Door door) {
        if (doors.remove(door)) {
            leaving.add(door);
        }
        changed();
    }

    void changed() {
        try {
            Native.raise(event);
        } catch (IOException full) {
            // it is raised already
            return;
        }
    }

    private void keep() {
        while (true) {
            List<Door> now;
            synchronized (this) {
                leaving.forEach(Door::closeNow);
                leaving.clear();
                if (ended) {
                    doors.forEach(Door::closeNow);
                    doors.clear();
                    Native.close(event);
                    return;
                }
                now = List.copyOf(doors);
            }
            try {
                once(now);
            } catch (IOException | RuntimeException failed) {
                LOG.atError().setCause(failed).log("the doors could not be watched");
                pause();
            }
        }
    }

    private void once(List<Door> now) throws IOException {
        List<Door> watched =
                now.stream().filter(door -> door.watched().isPresent()).toList();
        int[] descriptors = new int[1 + now.size() + watched.size()];
        descriptors[0] = event;
        for (int i = 0; i < now.size(); i++) {
            descriptors[1 + i] = now.get(i).letters();
        }
        for (int i = 0; i < watched.size(); i++) {
            descriptors[1 + now.size() + i] = watched.get(i).watched().orElse(-1);
        }
        boolean[] found = Native.poll(descriptors, (short) Native.READABLE, -1);
        if (found[0]) {
            var _ = Native.read(event, new byte[8], 0, 8);
        }
        for (int i = 0; i < now.size(); i++) {
            if (found[1 + i]) {
                admit(now.get(i));
            }
        }
        for (int i = 0; i < watched.size(); i++) {
            if (found[1 + now.size() + i]) {
                watched.get(i).knocked();
            }
        }
    }

    /** An engine has come to the door: what it asks is there at once or it is not one of ours. */
    private static void admit(Door door) throws IOException {
        Optional<Integer> connection = Native.accept(door.letters());
        if (connection.isEmpty()) {
            return;
        }
        try {
            if (Native.poll(new int[] {connection.get()}, (short) Native.READABLE, PATIENCE_MILLIS)[0]) {
                door.answer(connection.get());
            }
        } finally {
            Native.close(connection.get());
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PATIENCE_MILLIS);
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes every door; engines that run keep their sockets. */
    @Override
    public void close() {
        synchronized (this) {
            ended = true;
        }
        changed();
    }
}
