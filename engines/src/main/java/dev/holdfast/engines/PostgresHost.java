package dev.holdfast.engines;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engines.PostgresUrl.Remark;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** The part of an address between the password and the database. What is wrong with it goes to {@code remarks}. */
record PostgresHost(List<Remark> remarks) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");
    private static final Pattern SIX = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9]+)?");
    private static final Map<Integer, String> PORTS = Map.of(
            3306, "MySQL", 6379, "Redis", 27017, "MongoDB", 1433, "SQL Server", 80, "HTTP", 443, "HTTPS", 22, "SSH");

    /** Empty where there is no address to go to. */
    Optional<Address> address(String written, Optional<String> fallbackPort) {
        String first = written;
        if (written.indexOf(',') >= 0) {
            remarks.add(new Remark(
                    false,
                    "it names several hosts; the first is looked at",
                    "Look at each of the others by itself, too."));
            first = written.substring(0, written.indexOf(','));
        }
        String host = first;
        String port = fallbackPort.orElse("");
        int bracket = first.indexOf(']');
        if (first.startsWith("[") && bracket > 0) {
            host = first.substring(1, bracket);
            String after = first.substring(bracket + 1);
            port = after.isEmpty() ? port : after.substring(after.startsWith(":") ? 1 : 0);
        } else if (first.indexOf(':') != first.lastIndexOf(':')) {
            bad(
                    "the host has several colons and no brackets",
                    "Write [address]:port for an IPv6 address, or name one port.");
        } else if (first.indexOf(':') >= 0) {
            host = first.substring(0, first.indexOf(':'));
            port = first.substring(first.indexOf(':') + 1);
            if (port.isEmpty()) {
                bad("there is a colon after the host and no port", "Write the port, or remove the colon.");
            }
        }
        if (host.isEmpty()
                || host.startsWith("/")
                || host.toLowerCase(Locale.ROOT).startsWith("%2f")) {
            bad("no host is named, or a Unix socket", "Write the host's name: postgresql://user@host/database.");
            return Optional.empty();
        }
        if (!SIX.matcher(host).matches() && !NAME.matcher(host).matches()) {
            boolean unfilled = PostgresUrlReader.PLACEHOLDER.matcher(first).find();
            bad(
                    unfilled
                            ? "the host is a placeholder that nobody filled in"
                            : "the host has a character that no host's name has",
                    "Write the host's name, and escape what belongs to the password before it.");
            return Optional.empty();
        }
        String named = host;
        return port(port).map(number -> new Address(named, number));
    }

    private Optional<Integer> port(String written) {
        if (written.isEmpty()) {
            return Optional.of(PostgresUrl.STANDARD_PORT);
        }
        int port = written.matches("[0-9]{1,5}") ? Integer.parseInt(written) : 0;
        if (port == 0 || port > 65_535) {
            bad(
                    "what stands where the port should be is no number from 1 to 65535",
                    "Write the port, as in host:5432.");
            return Optional.empty();
        }
        Optional.ofNullable(PORTS.get(port))
                .ifPresent(product -> remarks.add(new Remark(
                        false,
                        "port " + port + " is the usual one of " + product,
                        "Make sure that PostgreSQL is meant; its own is 5432, a pooler's 6432 or 6543.")));
        return Optional.of(port);
    }

    private void bad(String cause, String remedy) {
        remarks.add(new Remark(true, cause, remedy));
    }
}
