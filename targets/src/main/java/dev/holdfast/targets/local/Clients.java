package dev.holdfast.targets.local;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Who is connected to ports of this machine, as the kernel's table says; nobody is asked. */
final class Clients {
    private static final String ESTABLISHED = "01";
    private static final String LEFT_BY_CLIENT = "08";

    private Clients() {}

    /** The inodes of the clients' own sockets, in a table as /proc/net/tcp prints it; on loopback both ends are in it. */
    static Set<String> inodes(String table, Set<Integer> ports) {
        Set<String> inodes = new HashSet<>();
        for (String line : table.split("\n", -1)) {
            String[] fields = line.strip().split("\\s+", -1);
            if (fields.length > 9
                    && fields[3].equals(ESTABLISHED)
                    && ports.contains(port(fields[2]))
                    && !fields[9].equals("0")) {
                inodes.add(fields[9]);
            }
        }
        return inodes;
    }

    /** How many are connected that are none of these processes. */
    static int count(Set<Integer> ports, Set<Long> ownProcesses) {
        Set<String> connected = inodes(tables(), ports);
        if (connected.isEmpty() || ownProcesses.isEmpty()) {
            return connected.size();
        }
        // two looks: what one of our own opens or closes between the table and its descriptors is nobody else's
        Set<String> foreign = foreign(connected, ownProcesses);
        if (!foreign.isEmpty()) {
            foreign.retainAll(foreign(inodes(tables(), ports), ownProcesses));
        }
        return foreign.size();
    }

    private static Set<String> foreign(Set<String> connected, Set<Long> ownProcesses) {
        Set<String> foreign = new HashSet<>(connected);
        ownProcesses.forEach(pid -> foreign.removeAll(sockets(pid)));
        return foreign;
    }

    /** Connections to the port that nobody has closed on this side, whoever made them and whether he is still there. */
    static int queued(int port) {
        int count = 0;
        for (String line : tables().split("\n", -1)) {
            String[] fields = line.strip().split("\\s+", -1);
            boolean open = fields.length > 9 && (fields[3].equals(ESTABLISHED) || fields[3].equals(LEFT_BY_CLIENT));
            count += open && port(fields[1]) == port ? 1 : 0;
        }
        return count;
    }

    private static String tables() {
        return Processes.text(Path.of("/proc/net/tcp")).orElse("")
                + Processes.text(Path.of("/proc/net/tcp6")).orElse("");
    }

    private static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1).toLowerCase(Locale.ROOT), 16);
    }

    /** The inodes of the sockets that the process has open; none for one that has gone. */
    private static Set<String> sockets(long pid) {
        Set<String> inodes = new HashSet<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path descriptor : descriptors) {
                String target = target(descriptor);
                if (target.startsWith("socket:[")) {
                    inodes.add(target.substring("socket:[".length(), target.length() - 1));
                }
            }
        } catch (IOException goneOrNotOurs) {
            return inodes;
        }
        return inodes;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }
}
