package dev.holdfast.daemon.api;

/** Nobody listens at the socket, or whoever listened went away before the answer was whole. */
public final class NotAnswering extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NotAnswering(String message, Throwable cause) {
        super(message, cause);
    }

    public NotAnswering(String message) {
        super(message);
    }
}
