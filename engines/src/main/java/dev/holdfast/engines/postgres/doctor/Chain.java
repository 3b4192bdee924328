package dev.holdfast.engines.postgres.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A certificate chain as a server showed it, the server's own first. */
record Chain(List<X509Certificate> certificates) {
    private static final int DNS = 2;
    private static final int IP = 7;
    private static final Pattern COMMON_NAME = Pattern.compile("(?:^|,)\\s*CN=([^,]+)");

    X509Certificate own() {
        return certificates.getFirst();
    }

    boolean isExpired(Instant now) {
        return now.isAfter(own().getNotAfter().toInstant());
    }

    boolean isEarly(Instant now) {
        return now.isBefore(own().getNotBefore().toInstant());
    }

    long daysLeft(Instant now) {
        return Duration.between(now, own().getNotAfter().toInstant()).toDays();
    }

    /** As libpq has it: the alternative names, and the common name only where there are none. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        try {
            Collection<List<?>> alternatives =
                    Optional.ofNullable(own().getSubjectAlternativeNames()).orElse(List.of());
            for (List<?> alternative : alternatives) {
                if (alternative.getFirst() instanceof Integer kind && (kind == DNS || kind == IP)) {
                    names.add(String.valueOf(alternative.get(1)));
                }
            }
        } catch (CertificateParsingException unreadable) {
            return List.of();
        }
        if (names.isEmpty()) {
            Matcher matcher =
                    COMMON_NAME.matcher(own().getSubjectX500Principal().getName());
            if (matcher.find()) {
                names.add(matcher.group(1));
            }
        }
        return names;
    }

    boolean isFor(String host) {
        boolean literal = host.contains(":") || host.matches("[0-9.]+");
        return names().stream().anyMatch(name -> literal ? sameAddress(name, host) : matches(name, host));
    }

    /** Both are literals, so nobody is asked to resolve them. */
    private static boolean sameAddress(String name, String host) {
        if (!name.matches("[0-9A-Fa-f:.]+")) {
            return false;
        }
        try {
            return InetAddress.getByName(name).equals(InetAddress.getByName(host));
        } catch (UnknownHostException noLiteral) {
            return false;
        }
    }

    private static boolean matches(String pattern, String host) {
        String wanted = pattern.toLowerCase(Locale.ROOT);
        String name = host.toLowerCase(Locale.ROOT);
        if (!wanted.startsWith("*.")) {
            return wanted.equals(name);
        }
        int dot = name.indexOf('.');
        return dot > 0 && name.substring(dot).equals(wanted.substring(1));
    }

    /** Why the chain does not lead to one of the authorities in the file; its dates are judged apart. */
    Optional<String> distrusted(String authorityFile, Instant now) {
        try {
            Set<TrustAnchor> anchors = new HashSet<>();
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            try (InputStream file = Files.newInputStream(Path.of(authorityFile))) {
                for (Certificate certificate : factory.generateCertificates(file)) {
                    if (certificate.equals(own())) {
                        return Optional.empty();
                    }
                    anchors.add(new TrustAnchor((X509Certificate) certificate, null));
                }
            }
            if (anchors.isEmpty()) {
                return Optional.of("the file " + authorityFile + " holds no certificate");
            }
            List<X509Certificate> path = new ArrayList<>(certificates);
            X509Certificate last = path.getLast();
            if (last.getSubjectX500Principal().equals(last.getIssuerX500Principal())) {
                if (path.size() == 1) {
                    return Optional.of("it signed itself");
                }
                path.removeLast();
            }
            PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            boolean dated = isExpired(now) || isEarly(now);
            parameters.setDate(
                    Date.from(dated ? own().getNotBefore().toInstant().plusSeconds(1) : now));
            CertPathValidator.getInstance("PKIX").validate(factory.generateCertPath(path), parameters);
            return Optional.empty();
        } catch (CertPathValidatorException untrusted) {
            return Optional.of("its issuer '"
                    + certificates.getLast().getIssuerX500Principal().getName() + "' is not among the authorities of "
                    + authorityFile);
        } catch (IOException unreadable) {
            return Optional.of("the file " + authorityFile + " cannot be read");
        } catch (GeneralSecurityException e) {
            return Optional.of("the authorities of " + authorityFile + " cannot be used: " + e.getMessage());
        }
    }
}
