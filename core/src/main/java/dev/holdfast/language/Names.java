package dev.holdfast.language;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The form of the names in a map. Without it a name begins with a letter or {@code _}, goes on with letters, digits,
 * {@code _} and {@code -}, and ends within 63 characters.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Names {
    /** A regular expression for the whole name, one that JSON Schema reads alike. */
    String value();

    String rule();
}
