package dev.holdfast.reader;

import dev.holdfast.language.Doc;
import dev.holdfast.language.Names;
import dev.holdfast.language.NotYet;
import dev.holdfast.stack.Objectives;
import java.util.Map;
import java.util.Optional;

/** The keys of {@code spec}: their names and documentation; what stands below them is read piece by piece. */
@NotYet(
        key = "ingestion",
        because = "this build does not run ingestion yet",
        instead = "Remove 'ingestion'; the services it names can stay.")
record SpecKeys(
        @Doc("The databases of the stack, each under its name.") @Names(value = NAME, rule = NAME_RULE)
        Map<String, CommonKeys> services,

        @Doc("What the stack promises.") Optional<Objectives> objectives,

        @Doc(
                "What differs in one environment, under its name. It is laid over spec: maps merge, lists and single values "
                        + "replace, null removes.")
        @Names(value = NAME, rule = NAME_RULE)
        Map<String, Overlaid> environments) {

    static final String NAME = "^[a-z][a-z0-9-]{0,39}$";
    static final String NAME_RULE = "lower-case letters, digits and '-', beginning with a letter, at most 40 of them";

    /** What an environment may change. */
    record Overlaid(
            @Doc("Changed services, and those that only this environment has.") @Names(value = NAME, rule = NAME_RULE)
            Map<String, CommonKeys> services,

            @Doc("Changed promises.") Optional<Objectives> objectives) {}
}
