package dev.holdfast.engines;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engines.PostgresUrl.Read;
import dev.holdfast.engines.PostgresUrl.Remark;
import dev.holdfast.engines.PostgresWire.Trust;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.GivenFile;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A PostgreSQL that somebody else runs, as its address says it now: the file is read anew each time, so that a password
 * changed in it is taken up without a restart.
 *
 * @param database where Holdfast goes in for what belongs to no database
 */
public record ExternalPostgres(Address address, String role, Redacted password, String database, Trust trust) {
    /** Far away, and perhaps asleep. */
    private static final int SECONDS = 10;

    /** Where systems keep the authorities they trust, each with all of them in one file. */
    private static final List<String> BUNDLES = List.of(
            "/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/ssl/ca-bundle.pem",
            "/etc/ssl/cert.pem");

    /** Empty where the service is one that Holdfast runs. */
    public static Optional<ExternalPostgres> of(Service<?> service) {
        return Elsewhere.of(service).map(place -> read(service, place));
    }

    private static ExternalPostgres read(Service<?> service, Elsewhere.Place place) {
        Position at = service.positions().of("external.url");
        Read read = PostgresUrl.read(GivenFile.of(place.url(), at).secret().reveal());
        List<Problem> bad = read.remarks().stream()
                .filter(Remark::bad)
                .map(remark -> Problem.of(
                                Code.HF1524,
                                "the address of external server '" + service.name() + "' cannot be used: "
                                        + remark.cause(),
                                remark.remedy())
                        .at(at))
                .toList();
        if (!bad.isEmpty() || !(read instanceof Read.Understood(PostgresUrl url, var _))) {
            throw new HoldfastException(bad);
        }
        return new ExternalPostgres(
                url.address(),
                part(url.user(), "user", service, at),
                url.password().orElseThrow(() -> lacks("password", service, at)),
                url.database().orElse("postgres"),
                trust(service, place, url));
    }

    private static String part(Optional<String> found, String what, Service<?> service, Position at) {
        return found.orElseThrow(() -> lacks(what, service, at));
    }

    private static HoldfastException lacks(String what, Service<?> service, Position at) {
        return new HoldfastException(Problem.of(
                        Code.HF1524,
                        "the address of external server '" + service.name() + "' names no " + what,
                        "Write it as postgresql://user:password@host:5432/database into the file.")
                .at(at));
    }

    /** What of the way there is open to others, because the address says so; empty where all is verified. */
    public Optional<String> weakness() {
        return switch (trust.mode()) {
            case "disable" ->
                Optional.of(
                        "nothing on the way to it is encrypted (sslmode=disable): whoever is on that way reads the password's exchange and every row, and can change them");
            case "allow", "prefer" ->
                Optional.of("it is encrypted only where nobody on the way objects (sslmode=" + trust.mode()
                        + "): whoever is on that way can have all of it sent in the clear");
            case "require" ->
                Optional.of(
                        "it is encrypted, but not to whom (sslmode=require): whoever is on the way can answer in the server's place and be given what is meant for it");
            case "verify-ca" ->
                Optional.of(
                        "any server with a certificate of the same authority is believed, whatever its name (sslmode=verify-ca)");
            default -> Optional.empty();
        };
    }

    /** What the address says, and otherwise the most that TLS can do. */
    private static Trust trust(Service<?> service, Elsewhere.Place place, PostgresUrl url) {
        String mode = url.sslmode().orElse("verify-full");
        boolean verifies = mode.startsWith("verify-");
        Optional<String> named = place.authority()
                .map(reference -> GivenFile.of(reference, service.positions().of("external.ca"))
                        .path()
                        .toString())
                .or(() -> Optional.ofNullable(url.options().get("sslrootcert")).filter(file -> !file.equals("system")));
        String authority = verifies ? named.orElseGet(ExternalPostgres::systemAuthorities) : named.orElse("");
        if (verifies && !Files.isReadable(Path.of(authority))) {
            throw new HoldfastException(Problem.of(
                            Code.HF3541,
                            "the file " + authority + " with the authority of external server '" + service.name()
                                    + "' cannot be read",
                            "Correct external.ca, or put the provider's CA certificate there.")
                    .at(service.positions().of("external")));
        }
        return new Trust(mode, authority, SECONDS);
    }

    /** The file with the authorities this system trusts. */
    public static String systemAuthorities() {
        return systemAuthorities(BUNDLES);
    }

    static String systemAuthorities(List<String> bundles) {
        return bundles.stream()
                .filter(file -> Files.isReadable(Path.of(file)))
                .findFirst()
                .orElseThrow(
                        () -> new HoldfastException(
                                Problem.of(
                                        Code.HF3543,
                                        "this machine has no file of trusted authorities (" + String.join(", ", bundles)
                                                + ")",
                                        "Install the package ca-certificates, or name the server's authority: external: { ca: file:… }.")));
    }
}
