package dev.holdfast.engines.postgres.doctor;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Doctor.Finding;
import dev.holdfast.engine.Doctor.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What the answer to a request for TLS means for clients that are as strict as the address says.
 *
 * @param sslmode of the address; empty where it says nothing
 */
record TlsJudge(Address address, Optional<String> sslmode, String authorityFile, Instant now) {
    private static final long SOON_DAYS = 14;
    private static final Set<String> PLAIN = Set.of("disable", "allow", "prefer");

    /** @param mode how to log in; empty where it must not be tried */
    record Judged(List<Finding> findings, Optional<String> mode) {}

    Judged judge(Handshake.Outcome outcome) {
        return switch (outcome) {
            case Handshake.Outcome.Encrypted(String protocol, String cipher, var chain) ->
                encrypted(protocol, cipher, new Chain(chain));
            case Handshake.Outcome.Refused() -> plain();
            case Handshake.Outcome.Strange(String because, boolean silent) ->
                new Judged(
                        List.of(Finding.bad(
                                "tls",
                                "asked for TLS, " + address + " gave " + because,
                                silent
                                        ? "It takes connections and says nothing: a stopped process, a proxy without a server behind it, or a port of something else."
                                        : "Make sure that a PostgreSQL server listens there, and read its log.")),
                        Optional.empty());
        };
    }

    private Judged plain() {
        String mode = sslmode.orElse("prefer");
        if (!PLAIN.contains(mode)) {
            return new Judged(
                    List.of(
                            Finding.bad(
                                    "tls",
                                    "the server offers no TLS, and the address demands it (sslmode=" + mode + ")",
                                    "Set ssl = on with a certificate at the server. Only where the network between is yours alone: sslmode=disable.")),
                    Optional.empty());
        }
        return new Judged(
                List.of(Finding.warn(
                        "tls",
                        "the server offers no TLS: whoever can listen on the way reads every row",
                        "Set ssl = on with a certificate at the server, then add sslmode=verify-full to the address.")),
                Optional.of("disable"));
    }

    private Judged encrypted(String protocol, String cipher, Chain chain) {
        List<Finding> findings = new ArrayList<>();
        boolean old = !protocol.equals("TLSv1.3") && !protocol.equals("TLSv1.2");
        findings.add(
                old
                        ? Finding.bad(
                                "tls",
                                "the best the server speaks is " + protocol,
                                "Set ssl_min_protocol_version = 'TLSv1.2' at the server, and renew its OpenSSL.")
                        : Finding.ok("tls", "offered, " + protocol + " with " + cipher));
        Optional<String> distrusted = chain.distrusted(authorityFile, now);
        findings.addAll(certificate(chain, distrusted));
        boolean named = chain.isFor(address.host()) || sslmode.equals(Optional.of("verify-ca"));
        boolean sure = named && distrusted.isEmpty() && !chain.isExpired(now) && !chain.isEarly(now);
        String mode = sslmode.orElse("prefer");
        if (mode.equals("disable")) {
            findings.add(Finding.warn(
                    "tls",
                    "the address says sslmode=disable, though the server offers TLS",
                    "Write sslmode=verify-full in its place."));
            return new Judged(findings, Optional.of("disable"));
        }
        if (!mode.startsWith("verify-")) {
            findings.add(
                    Finding.warn(
                            "tls",
                            (sslmode.isEmpty()
                                            ? "the address says no sslmode, which is 'prefer' to libpq"
                                            : "the address says sslmode=" + mode)
                                    + ": clients do not look whose certificate it is, so anyone on the way can pose as the server",
                            sure
                                    ? "Add sslmode=verify-full: the certificate stands up to it."
                                    : "Put the certificate right, then add sslmode=verify-full and sslrootcert=<the authority's file>."));
            return new Judged(findings, Optional.of(sure ? "verify-full" : "require"));
        }
        return new Judged(findings, sure ? Optional.of(mode) : Optional.empty());
    }

    private List<Finding> certificate(Chain chain, Optional<String> distrusted) {
        List<Finding> findings = new ArrayList<>();
        if (chain.isExpired(now)) {
            findings.add(doubt(
                    "it expired on " + day(chain.own().getNotAfter().toInstant()),
                    "Renew it at the server, and have it renewed by a machine from then on."));
        } else if (chain.isEarly(now)) {
            findings.add(doubt(
                    "it is not valid before " + day(chain.own().getNotBefore().toInstant()),
                    "Check the clock of this machine and of the one that issued it."));
        } else if (chain.daysLeft(now) < SOON_DAYS && lifetime(chain) > 2 * SOON_DAYS) {
            findings.add(
                    Finding.warn("certificate", "it ends in " + chain.daysLeft(now) + " days", "Renew it before."));
        }
        if (!chain.isFor(address.host())) {
            List<String> names = chain.names();
            boolean strict = sslmode.equals(Optional.of("verify-full"));
            findings.add(new Finding(
                    "certificate",
                    strict ? Verdict.BAD : Verdict.WARN,
                    "it is not for " + address.host() + " but for "
                            + (names.isEmpty() ? "nobody by name" : String.join(", ", names)),
                    Optional.of("Use one of those names in the address, or issue a certificate that has this one.")));
        }
        distrusted.ifPresent(
                why -> findings.add(
                        doubt(
                                why,
                                "Get the authority's certificate from whoever runs the server and add sslrootcert=<its file> to the address.")));
        if (findings.isEmpty()) {
            findings.add(Finding.ok(
                    "certificate",
                    "for " + address.host() + ", by "
                            + chain.own().getIssuerX500Principal().getName() + ", " + chain.daysLeft(now)
                            + " days left"));
        }
        return findings;
    }

    private static long lifetime(Chain chain) {
        return java.time.Duration.between(
                        chain.own().getNotBefore().toInstant(),
                        chain.own().getNotAfter().toInstant())
                .toDays();
    }

    /** What strict clients refuse and others do not even see. */
    private Finding doubt(String evidence, String remedy) {
        boolean strict = sslmode.orElse("prefer").toLowerCase(Locale.ROOT).startsWith("verify-");
        return strict ? Finding.bad("certificate", evidence, remedy) : Finding.warn("certificate", evidence, remedy);
    }

    private static String day(Instant instant) {
        return instant.toString().substring(0, 10);
    }
}
