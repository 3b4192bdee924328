package dev.holdfast.engines.postgres.doctor;

import dev.holdfast.apply.Tasks;
import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Doctor.Finding;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/** The way to the server: its name, and every address the name has. */
record Network(Address address, Duration patience) {
    /** @param answering the address that clients should use, if any answers */
    record Seen(List<Finding> findings, Optional<InetAddress> answering) {}

    Seen look() throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        List<InetAddress> all;
        try {
            Callable<List<InetAddress>> question = this::resolved;
            all = Tasks.all(List.of(question), patience).getFirst();
        } catch (TimeoutException late) {
            findings.add(Finding.bad(
                    "dns",
                    "the name " + address.host() + " was not resolved within " + seconds(),
                    "Look at /etc/resolv.conf and the VPN: the resolver does not answer."));
            return new Seen(findings, Optional.empty());
        }
        if (all.isEmpty()) {
            findings.add(Finding.bad(
                    "dns",
                    "the name " + address.host() + " does not exist for this machine's resolver",
                    "Correct the host. A private name (VPC, VPN, Compose) resolves only inside its network."));
            return new Seen(findings, Optional.empty());
        }
        findings.add(Finding.ok("dns", address.host() + " is " + listed(all)));
        List<Optional<String>> failures = failures(all);
        Optional<InetAddress> answering = Optional.empty();
        for (int i = 0; i < all.size(); i++) {
            if (failures.get(i).isEmpty() && answering.isEmpty()) {
                answering = Optional.of(all.get(i));
            }
        }
        findings.add(verdict(all, failures, answering));
        return new Seen(findings, answering);
    }

    private List<InetAddress> resolved() {
        try {
            return List.of(InetAddress.getAllByName(address.host()));
        } catch (UnknownHostException unknown) {
            return List.of();
        }
    }

    private List<Optional<String>> failures(List<InetAddress> all) throws InterruptedException {
        List<Callable<Optional<String>>> attempts = new ArrayList<>();
        for (InetAddress one : all) {
            attempts.add(() -> failure(one));
        }
        try {
            return Tasks.all(attempts, patience.plusSeconds(1));
        } catch (TimeoutException late) {
            return all.stream()
                    .map(any -> Optional.of("no answer within " + seconds()))
                    .toList();
        }
    }

    private Optional<String> failure(InetAddress one) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(one, address.port()), (int) patience.toMillis());
            return Optional.empty();
        } catch (SocketTimeoutException silent) {
            return Optional.of("no answer within " + seconds());
        } catch (ConnectException refused) {
            return Optional.of(String.valueOf(refused.getMessage()).contains("refused") ? "refused" : "unreachable");
        } catch (IOException other) {
            return Optional.of("unreachable");
        }
    }

    private Finding verdict(List<InetAddress> all, List<Optional<String>> failures, Optional<InetAddress> answering) {
        List<String> broken = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            String shown = all.get(i).getHostAddress();
            failures.get(i).ifPresent(why -> broken.add(shown + " " + why));
        }
        String port = "port " + address.port();
        if (broken.isEmpty()) {
            return Finding.ok("tcp", port + " is open" + (all.size() > 1 ? " at all of them" : ""));
        }
        if (answering.isPresent()) {
            boolean sixFirst = all.getFirst() instanceof Inet6Address
                    && failures.getFirst().isPresent();
            return Finding.warn(
                    "tcp",
                    port + " is open at " + answering.get().getHostAddress() + ", but not everywhere: "
                            + String.join(", ", broken),
                    sixFirst
                            ? "Clients try IPv6 first and lose that time at each connection: route it, remove the AAAA record, or name the IPv4 address."
                            : "Remove the address that does not answer from DNS, or see why it does not.");
        }
        boolean refused = failures.stream().allMatch(why -> why.equals(Optional.of("refused")));
        return refused
                ? Finding.bad(
                        "tcp",
                        port + " is closed: " + String.join(", ", broken),
                        "Nothing listens there: correct the port (5432, a pooler's 6432 or 6543), start the server, or set its listen_addresses.")
                : Finding.bad(
                        "tcp",
                        port + " does not answer: " + String.join(", ", broken),
                        "A firewall, a security group or an allow-list drops the packets: let this machine's address in, or connect the VPN.");
    }

    private static String listed(List<InetAddress> all) {
        return String.join(", ", all.stream().map(InetAddress::getHostAddress).toList());
    }

    private String seconds() {
        return patience.toSeconds() + " s";
    }
}
