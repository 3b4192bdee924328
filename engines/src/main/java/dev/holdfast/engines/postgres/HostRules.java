package dev.holdfast.engines.postgres;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engines.HostRule;
import dev.holdfast.engines.postgres.PostgresSpec.Role;
import dev.holdfast.stack.Service;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** From where who may come in: {@code pg_hba.conf}. Pure. */
final class HostRules {
    private static final List<String> LOOPBACK = List.of("127.0.0.0/8", "::1/128");
    private static final List<String> EVERYWHERE = List.of("0.0.0.0/0", "::/0");
    private static final List<String> EVERYTHING = List.of(HostRule.EVERY);
    private static final List<String> OWN =
            List.of(Declared.HOLDFAST, Declared.METRICS, Declared.POOLER, Declared.PROBE);

    private HostRules() {}

    /** The rules of the file with what it leaves out filled in. */
    static List<HostRule> declared(PostgresSpec spec, String service) {
        List<HostRule> rules = new ArrayList<>();
        SortedMap<String, Role> roles = spec.roles().isEmpty() ? app() : spec.roles();
        List<String> databases = spec.databases().isEmpty()
                ? List.of(service)
                : List.copyOf(spec.databases().keySet());
        for (AllowSpec allow : spec.allow()) {
            rules.add(new HostRule(
                    allow.databases().isEmpty() ? databases : allow.databases(),
                    HostRule.withTwins(allow.roles().isEmpty() ? roles.keySet() : allow.roles()),
                    allow.from().stream()
                            .flatMap(from -> networks(from).stream())
                            .toList(),
                    allow.refuse(),
                    allow.tls() == AllowSpec.Tls.VERIFY_CLIENT));
        }
        return rules;
    }

    private static SortedMap<String, Role> app() {
        return new TreeMap<>(Map.of("app", Role.of(List.of(), PostgresSpec.Door.DIRECT, List.of())));
    }

    static List<String> networks(String from) {
        return switch (from) {
            case "loopback" -> LOOPBACK;
            case "everywhere" -> EVERYWHERE;
            default -> List.of(from);
        };
    }

    /** Every line asks for a password; where the server listens on loopback only, nothing else is let in at all. */
    static String file(Service<PostgresSpec> service, Address listen, boolean closed) {
        boolean loopback = listen.host().equals("127.0.0.1") || listen.host().equals("::1");
        List<String> near = loopback ? List.of("127.0.0.1/32", "::1/128") : List.of("all");
        StringBuilder text = new StringBuilder("# type database role address method\nlocal all all scram-sha-256\n");
        PostgresSpec spec = service.settings();
        if (closed) {
            text.append("# nobody but Holdfast until the passwords that came with the data are replaced\n")
                    .append(new HostRule(EVERYTHING, HostRule.withTwins(OWN), near, false, false).lines());
            return text + copies(near);
        }
        if (spec.allow().isEmpty()) {
            text.append(new HostRule(EVERYTHING, EVERYTHING, near, false, false).lines());
            return text + copies(near);
        }
        text.append("# the roles of Holdfast itself\n")
                .append(new HostRule(EVERYTHING, HostRule.withTwins(OWN), near, false, false).lines())
                .append("# allow: of the stack file, in its order\n");
        declared(spec, service.name()).forEach(rule -> text.append(rule.lines()));
        if (spec.pooler().isPresent()) {
            List<String> roles = List.copyOf((spec.roles().isEmpty() ? app() : spec.roles()).keySet());
            text.append("# the pooler, which has asked its clients already and shows a certificate of the stack\n")
                    .append(new HostRule(EVERYTHING, HostRule.withTwins(roles), near, false, true).lines());
        }
        return text + copies(near);
    }

    /** The word all means every database, and not the door through which a server is copied. */
    private static String copies(List<String> near) {
        StringBuilder lines = new StringBuilder();
        for (String network : near) {
            lines.append("hostssl replication ")
                    .append(String.join(",", HostRule.withTwins(List.of(Declared.HOLDFAST))))
                    .append(' ')
                    .append(network)
                    .append(" scram-sha-256\n");
        }
        return lines.toString();
    }

    /** Whether every address of the second network is one of the first. */
    static boolean contains(String outer, String inner) {
        Network first = Network.of(outer);
        Network second = Network.of(inner);
        return first.width() == second.width()
                && first.bits() <= second.bits()
                && first.beginning(first.bits()).equals(second.beginning(first.bits()));
    }

    /** Why the text is no network, in words that follow its quotation; empty where it is one. */
    static String flaw(String cidr) {
        try {
            Network network = Network.of(cidr);
            if (network.bits() > network.width()) {
                return "has more bits than an address";
            }
            boolean whole = network.beginning(network.bits())
                    .shiftLeft(network.width() - network.bits())
                    .equals(network.address());
            return whole ? "" : "has address bits beyond its length";
        } catch (IllegalArgumentException e) {
            return "is no network";
        }
    }

    private record Network(BigInteger address, int width, int bits) {
        /** Nothing is looked up: a name is no literal. */
        static Network of(String cidr) {
            int slash = cidr.indexOf('/');
            byte[] address = InetAddress.ofLiteral(cidr.substring(0, slash)).getAddress();
            return new Network(
                    new BigInteger(1, address), address.length * 8, Integer.parseInt(cidr.substring(slash + 1)));
        }

        BigInteger beginning(int length) {
            return address.shiftRight(width - length);
        }
    }
}
