package dev.holdfast.language;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A key the language has but this build cannot serve: refused with a sentence of its own, never as unknown. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(NotYet.All.class)
public @interface NotYet {
    String key();

    /** Lower case, no full stop. */
    String because();

    /** A whole sentence: what to do instead. */
    String instead();

    /** What repeated annotations are kept in. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface All {
        NotYet[] value();
    }
}
