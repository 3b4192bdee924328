package dev.holdfast.targets.local;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Who listens on this machine's loopback address. */
final class Sockets {
    private static final String LISTENING = "0A";

    private Sockets() {}

    /** The process that listens; its pid is empty where it belongs to another user. */
    record Holder(Optional<Long> pid) {
        /** Lower case, to stand in a cause. */
        String text() {
            return pid.map(id -> "process " + id + " (" + Processes.name(id) + ")")
                    .orElse("a process of another user");
        }

        Problem problem(String member, String name, int number) {
            String end = pid.map(id -> "End process " + id).orElse("End the server that listens there");
            return Problem.of(
                    Code.HF3106,
                    "port " + number + " (" + name + " of " + member + ") is held by " + text(),
                    end + ", or give the stack other ports with 'holdfast up --new-ports'.");
        }
    }

    /** Whether a server could bind it now on 127.0.0.1. */
    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // as every server does: a connection that is only waiting to be forgotten does not hold the port
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port), 1);
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    static Holder holder(int port) {
        Set<String> inodes = listening(port);
        for (long pid : Processes.all().keySet()) {
            if (holds(pid, inodes)) {
                return new Holder(Optional.of(pid));
            }
        }
        return new Holder(Optional.empty());
    }

    /** The inodes of the sockets that listen on the port now; empty where nobody does. */
    static Set<String> listening(int port) {
        Set<String> inodes = new HashSet<>();
        inodes.addAll(listening(Processes.text(Path.of("/proc/net/tcp")).orElse(""), port));
        inodes.addAll(listening(Processes.text(Path.of("/proc/net/tcp6")).orElse(""), port));
        return inodes;
    }

    /** The inodes of the sockets that listen on the port, in a table as /proc/net/tcp prints it. */
    static Set<String> listening(String table, int port) {
        String wanted = String.format(java.util.Locale.ROOT, ":%04X", port);
        Set<String> inodes = new HashSet<>();
        for (String line : table.split("\n", -1)) {
            String[] fields = line.strip().split("\\s+", -1);
            if (fields.length > 9 && fields[1].endsWith(wanted) && fields[3].equals(LISTENING)) {
                inodes.add(fields[9]);
            }
        }
        return inodes;
    }

    static boolean holds(long pid, Set<String> inodes) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path descriptor : descriptors) {
                if (inodes.stream().anyMatch(inode -> target(descriptor).equals("socket:[" + inode + "]"))) {
                    return true;
                }
            }
        } catch (IOException goneOrNotOurs) {
            return false;
        }
        return false;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }
}
