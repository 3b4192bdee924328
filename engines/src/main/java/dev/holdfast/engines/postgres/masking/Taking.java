package dev.holdfast.engines.postgres.masking;

import dev.holdfast.engines.postgres.MaskSpec;
import dev.holdfast.engines.postgres.masking.Relation.Field;
import java.util.Optional;

/** Which types a rule knows. Pure. */
final class Taking {
    private Taking() {}

    static String option(MaskSpec mask) {
        return mask.percent().isPresent()
                ? " by percent:"
                : mask.within().isPresent()
                        ? " by within:"
                        : mask.characters().isPresent()
                                ? " by characters:"
                                : mask.unit().isPresent()
                                        ? " by unit:"
                                        : mask.step().isPresent() ? " by step:" : "";
    }

    /** What to do in place of a rule that the type does not allow; empty where it does. */
    static Optional<String> instead(Field field, MaskSpec mask) {
        String general = "Write erase, constant, shuffle or expression.";
        boolean fits = switch (mask.rule()) {
            case KEEP, ERASE, CONSTANT, SHUFFLE, EXPRESSION -> true;
            case HASH ->
                field.isText()
                        || field.base().equals("uuid")
                        || field.base().equals("bytea")
                        || field.base().equals("inet");
            case EMAIL -> field.isText() && field.characters() >= Replacing.LONGEST_EMAIL;
            case NAME, FIRST_NAME, LAST_NAME, PHONE -> field.isText();
            case DIGITS -> field.isText() || field.isWhole();
            case NOISE -> mask.percent().isPresent() ? field.isNumber() : field.isDate();
            case TRUNCATE ->
                mask.characters().isPresent()
                        ? field.isText()
                        : mask.unit().isPresent() ? field.isDate() : field.isNumber();
        };
        if (fits) {
            return Optional.empty();
        }
        return Optional.of(
                switch (mask.rule()) {
                    case EMAIL ->
                        field.isText()
                                ? "Write hash, which is cut to fit: an address has up to " + Replacing.LONGEST_EMAIL
                                        + " characters."
                                : general;
                    case HASH ->
                        field.isWhole() ? "Write digits, which replaces whole numbers and keeps joins." : general;
                    case NOISE, TRUNCATE ->
                        field.isNumber()
                                ? "Write percent: or step: for a number."
                                : field.isDate() ? "Write within: or unit: for a date." : general;
                    case KEEP, ERASE, CONSTANT, NAME, FIRST_NAME, LAST_NAME, PHONE, DIGITS, SHUFFLE, EXPRESSION ->
                        general;
                });
    }
}
