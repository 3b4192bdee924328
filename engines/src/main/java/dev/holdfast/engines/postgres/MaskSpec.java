package dev.holdfast.engines.postgres;

import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Range;
import dev.holdfast.language.Shorthand;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What becomes of the values of one column in a copy. */
@Doc("What becomes of the values of a column; its word alone where it needs no more. NULL stays NULL.")
@Shorthand("rule")
public record MaskSpec(
        @Doc("How the values are replaced.") Rule rule,

        @Doc("constant: the value that all rows get, as PostgreSQL reads it.") @Example("\"2000-01-01\"")
        Optional<String> value,

        @Doc(
                "expression: SQL over the columns of the row; functions that are not PostgreSQL's own are named with their schema.")
        @Example("\"left(city, 1) || '.'\"")
        Optional<String> sql,

        @Doc("noise: by how much a number changes at most, up or down.") @Range(least = "1", most = "1000")
        OptionalInt percent,

        @Doc("noise: by how much a date or time changes at most, before or after.")
        @Range(least = "1s", most = "36500d")
        @Example("30d")
        Optional<Duration> within,

        @Doc("truncate: how many characters of a text are kept.") @Range(least = "0", most = "10000")
        OptionalInt characters,

        @Doc("truncate: what a date or time is cut to.") Optional<Unit> unit,

        @Doc("truncate: the step that a number is cut to.") @Range(least = "1") @Example("1000")
        OptionalLong step) {

    /** How values are replaced. */
    public enum Rule {
        @Doc("They stay as they are.")
        KEEP,
        @Doc("They become NULL.")
        ERASE,
        @Doc("All become the one that value: says.")
        CONSTANT,
        @Doc(
                "A keyed hash: the same value becomes the same hash in every table, so that joins hold, and without the key nobody can try values.")
        HASH,
        @Doc("An address at example.com, the same one for the same value; no two values share one.")
        EMAIL,
        @Doc("A first and a last name, the same ones for the same value.")
        NAME,
        @Doc("A first name, the same one for the same value.")
        FIRST_NAME,
        @Doc("A last name, the same one for the same value.")
        LAST_NAME,
        @Doc("The last seven digits are replaced, and letters become x; no two numbers become one.")
        PHONE,
        @Doc(
                "Every digit is replaced, of a text or of a whole number, and all else stays: a card, an IBAN, an id. No two values become one.")
        DIGITS,
        @Doc("They change places among the rows.")
        SHUFFLE,
        @Doc("Numbers and dates move at random, by percent: or within: at most.")
        NOISE,
        @Doc("They are cut: a text to characters:, a date to its unit:, a number to its step:.")
        TRUNCATE,
        @Doc("They become what sql: says.")
        EXPRESSION;

        /** As the file writes it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** What a date is cut to. */
    public enum Unit {
        YEAR,
        QUARTER,
        MONTH,
        WEEK,
        DAY,
        HOUR;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** One that says no more than its rule. */
    public static MaskSpec of(Rule rule) {
        return new MaskSpec(
                rule,
                Optional.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                OptionalLong.empty());
    }

    public boolean changes() {
        return rule != Rule.KEEP;
    }

    /** Whether equal values become equal ones, wherever they stand. */
    public boolean isDeterministic() {
        return switch (rule) {
            case KEEP, ERASE, CONSTANT, HASH, EMAIL, NAME, FIRST_NAME, LAST_NAME, PHONE, DIGITS, TRUNCATE, EXPRESSION ->
                true;
            case SHUFFLE, NOISE -> false;
        };
    }
}
