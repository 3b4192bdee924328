/**
 * What a record says about how it is written in a stack file. One source for the reader, the JSON Schema and the
 * reference page.
 *
 * <p>A record component is a key of the same name ({@link Key} says otherwise, where Java does not allow the word).
 * A component without a {@link Default} is required, except that {@code Optional}, {@code List} and {@code Map} are empty,
 * and a nested record is read from nothing where nothing in it is required. Types: {@code String}, {@code int}, {@code
 * long}, {@code boolean}, an enum (words in kebab case), {@code Duration}, {@code Bytes}, {@code Cpu}, {@code Reference},
 * {@code Embedded} with {@link WordsOf}, a record, {@code List}, {@code Map} and {@code SortedMap} by {@code String},
 * {@code Optional} and its relatives.
 */
@NullMarked
package dev.holdfast.language;

import org.jspecify.annotations.NullMarked;
