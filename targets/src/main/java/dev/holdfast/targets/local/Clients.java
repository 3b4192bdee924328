package dev.holdfast.targets.local;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Who is connected to ports of this machine, as the kernel's table says; nobody is asked. */
final class Clients {
    private static final String ESTABLISHED = "01";

    private Clients() {}

    /** The clients' ends, each the address as the table prints it, of connections to these ports. */
    static List<String> ends(String table, Set<Integer> ports) {
        List<String> ends = new ArrayList<>();
        for (String line : table.split("\n", -1)) {
            String[] fields = line.strip().split("\\s+", -1);
            if (fields.length > 9 && fields[3].equals(ESTABLISHED) && ports.contains(port(fields[1]))) {
                ends.add(mapped(fields[2]));
            }
        }
        return ends;
    }

    /** How many are connected that are none of these processes. */
    static int count(Set<Integer> ports, Set<Long> ownProcesses) {
        String table = tables();
        List<String> ends = ends(table, ports);
        if (ends.isEmpty()) {
            return 0;
        }
        Set<String> own = new HashSet<>();
        ownProcesses.forEach(pid -> own.addAll(sockets(pid)));
        Set<String> ownEnds = new HashSet<>();
        for (String line : table.split("\n", -1)) {
            String[] fields = line.strip().split("\\s+", -1);
            if (fields.length > 9 && own.contains(fields[9])) {
                ownEnds.add(mapped(fields[1]));
            }
        }
        return (int) ends.stream().filter(end -> !ownEnds.contains(end)).count();
    }

    private static String tables() {
        return Processes.text(Path.of("/proc/net/tcp")).orElse("")
                + Processes.text(Path.of("/proc/net/tcp6")).orElse("");
    }

    /** A program that speaks IPv6 has the IPv4 address of loopback inside one of IPv6. */
    private static String mapped(String address) {
        int colon = address.lastIndexOf(':');
        return address.substring(Math.max(0, colon - 8));
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
