package dev.holdfast.engines.postgres;

import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;

/** The migrations of one database. */
@Doc("The files that bring the database's tables to their shape, in Flyway's conventions.")
public record MigrationsSpec(
        @Doc("The folder of the files, seen from the stack file.") @Example("sql/shop")
        String folder) {}
