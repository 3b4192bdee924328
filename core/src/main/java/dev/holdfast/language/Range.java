package dev.holdfast.language;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The least and the most a number, an amount or a duration may be, each as the file would write it; empty is no limit,
 * except that a number without a least is at least 0.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Range {
    String least() default "";

    String most() default "";
}
