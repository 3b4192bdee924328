package dev.holdfast.engines;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One line of who may come from where, with every name written out. PostgreSQL and PgBouncer read the same form.
 *
 * @param networks in CIDR form, or {@code all}
 * @param certificate whether a client also shows a certificate of the stack's authority
 */
public record HostRule(
        List<String> databases, List<String> roles, List<String> networks, boolean refuse, boolean certificate) {
    /** Stands for all databases or roles; no name of a stack file can be that. */
    public static final String EVERY = "*";

    public HostRule {
        databases = List.copyOf(databases);
        roles = List.copyOf(roles);
        networks = List.copyOf(networks);
    }

    /** A service whose file says from where its roles may come in. */
    public interface Source {
        /** In the order in which they decide; empty where every place may. */
        List<HostRule> hostRules(String service);
    }

    /** The roles and the twins that each of them may have. */
    public static List<String> withTwins(Iterable<String> roles) {
        List<String> names = new ArrayList<>();
        roles.forEach(role -> {
            names.add(role);
            names.addAll(Login.twinsOf(role));
        });
        return names;
    }

    /** A line of pg_hba.conf for each network. */
    public String lines() {
        StringBuilder lines = new StringBuilder();
        for (String network : networks) {
            lines.append("hostssl ")
                    .append(list(databases))
                    .append(' ')
                    .append(list(roles))
                    .append(' ')
                    .append(network)
                    .append(refuse ? " reject" : " scram-sha-256")
                    .append(certificate && !refuse ? " clientcert=verify-ca" : "")
                    .append('\n');
        }
        return lines.toString();
    }

    /** Quoted, a name loses every special meaning, such as that of {@code all} or {@code +}. */
    private static String list(List<String> names) {
        return names.stream()
                .map(name -> name.equals(EVERY) ? "all" : '"' + name + '"')
                .collect(Collectors.joining(","));
    }
}
