package dev.holdfast.engines.postgres;

import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import java.util.Optional;

/** A server that somebody else runs. */
@Doc("A PostgreSQL that somebody else runs: Holdfast starts nothing and looks after what its rights allow.")
public record ExternalSpec(
        @Doc(
                "The file whose first line is the server's address, password included: postgresql://user:password@host:5432/database. Only its owner may read it; a relative path begins at the stack file. TLS is verified (sslmode=verify-full) unless the address says otherwise.")
        @Example("file:secrets/main-url")
        String url,

        @Doc(
                "The file with the certificate of the authority that signed the server's; what the system trusts otherwise.")
        @Example("file:certificates/provider-ca.pem")
        Optional<String> ca) {}
