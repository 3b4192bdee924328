package dev.holdfast.engines.pgbouncer;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Context;
import dev.holdfast.engines.ExternalPostgres;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.secret.GivenFile;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The server behind a pooler.
 *
 * @param database where the pooler looks up verifiers
 * @param authority the certificates to show the pooler, where they are not the stack's own
 */
record PgBouncerServer(Address address, String database, String mode, String protocols, Optional<String> authority) {
    static final String AUTHORITY = "server-ca.crt";

    static PgBouncerServer of(Service<PgBouncerSpec> service, Context context) {
        Service<?> parent = context.stack().services().get(PgBouncerNames.parent(service));
        if (parent == null || !Elsewhere.is(parent)) {
            return new PgBouncerServer(
                    context.inside(PgBouncerNames.server(service), PgBouncerNames.SERVER_PORT),
                    PgBouncerNames.SERVER_DATABASE,
                    "verify-full",
                    "tlsv1.3",
                    Optional.empty());
        }
        try {
            return ExternalPostgres.of(parent).map(PgBouncerServer::of).orElseThrow();
        } catch (HoldfastException unreadable) {
            // the server's own probe and every plan say what is wrong with its address; a stack must come down without
            // it
            return new PgBouncerServer(
                    new Address("external.invalid", 5432),
                    PgBouncerNames.SERVER_DATABASE,
                    "verify-full",
                    "secure",
                    Optional.empty());
        }
    }

    private static PgBouncerServer of(ExternalPostgres external) {
        String file = external.trust().authorityFile();
        return new PgBouncerServer(
                external.address(),
                external.database(),
                external.trust().mode(),
                "secure",
                file.isEmpty()
                        ? Optional.empty()
                        : Optional.of(GivenFile.of(Path.of(file)).text()));
    }

    String authorityPath() {
        return authority.isPresent() ? "/config/" + AUTHORITY : "/tls/ca.crt";
    }

    /** The database of an external server that every role may enter, or at least is asked for. */
    static String entered(Service<?> service, Context context) {
        Service<?> parent = context.stack().services().get(PgBouncerNames.parent(service));
        return parent == null
                ? PgBouncerNames.SERVER_DATABASE
                : ExternalPostgres.of(parent).map(ExternalPostgres::database).orElse(PgBouncerNames.SERVER_DATABASE);
    }
}
