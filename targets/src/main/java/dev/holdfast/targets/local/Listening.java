package dev.holdfast.targets.local;

import java.util.Set;

/** What the kernel knows of a member's ports without anybody connecting to them. */
public final class Listening {
    private Listening() {}

    /** Whether a process of the member itself, and not somebody else's, listens on the port now. */
    public static boolean isListening(Running running, int port) {
        Set<String> inodes = Sockets.listening(port);
        if (inodes.isEmpty()) {
            return false;
        }
        if (Sockets.holds(running.engine().pid(), inodes)) {
            return true;
        }
        // an engine of several processes: the whole of /proc is read only where the first one is not it
        return Processes.tree(Processes.all(), Set.of(running.engine().pid())).stream()
                .anyMatch(pid -> Sockets.holds(pid, inodes));
    }
}
