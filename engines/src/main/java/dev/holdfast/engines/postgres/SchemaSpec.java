package dev.holdfast.engines.postgres;

import dev.holdfast.language.Doc;
import java.util.Optional;

/** A schema of one database. */
@Doc("A schema of the database. It is made, kept, and dropped only with an approval that names it.")
public record SchemaSpec(
        @Doc("The role that owns it; the database's owner where nothing is said.")
        Optional<String> owner) {}
