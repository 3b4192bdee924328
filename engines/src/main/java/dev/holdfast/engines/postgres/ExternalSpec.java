package dev.holdfast.engines.postgres;

import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;

/** A server that somebody else runs. */
@Doc("A PostgreSQL that somebody else runs: Holdfast starts nothing and looks after what its rights allow.")
public record ExternalSpec(
        @Doc("Where the address is kept, password included: a file only you can read.")
        @Example("file:/run/secrets/main-url")
        String url) {}
