package dev.holdfast.engines.postgres.insight;

/** How something that the server may refuse went. */
sealed interface Attempt<T> {
    record Done<T>(T result) implements Attempt<T> {}

    /** @param state the SQLSTATE */
    record Refused<T>(String because, String state) implements Attempt<T> {}
}
