package dev.holdfast.reader;

import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Matches;

/** The keys of {@code metadata}. */
record MetadataKeys(
        @Doc("The name of the stack; data, secrets and everything rendered are kept under it.")
        @Matches(value = SpecKeys.NAME, rule = SpecKeys.NAME_RULE)
        @Example("neuroedge")
        String name) {}
