package dev.holdfast.stack;

/**
 * A block inside one engine's settings that is written in the words of another engine ({@code pooler:} of a Postgres is
 * read to PgBouncer's record), so that the two engines need not know each other.
 */
public record Embedded(String engine, Record settings) {}
