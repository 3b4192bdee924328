package dev.holdfast.text;

/** The text is not JSON. Whoever reads a file or an answer turns this into a Problem that names the place. */
public final class JsonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public JsonException(String cause, int offset) {
        super(cause + " at offset " + offset);
    }
}
