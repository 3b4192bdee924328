package dev.holdfast.stack;

/**
 * What a pooler's settings tell the server behind it, so that the server can be sized for it without knowing which
 * pooler it is.
 */
public interface Pool {
    /** Connections to the server for each database, at most. */
    int servers();

    /** Connections of clients, at most. */
    int clients();
}
