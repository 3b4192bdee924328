package dev.holdfast.stack;

import java.util.Optional;
import java.util.regex.Pattern;

/** A thing of another service, written {@code service/thing} in a stack file ({@code objects/backups}). */
public record Reference(String service, String thing) {
    /** The form for JSON Schema; {@link #parse} takes exactly what it matches. */
    public static final String PATTERN = "^[a-z][a-z0-9-]{0,39}/[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}$";

    private static final Pattern FORM = Pattern.compile(PATTERN);

    public static Optional<Reference> parse(String text) {
        if (!FORM.matcher(text).matches()) {
            return Optional.empty();
        }
        int slash = text.indexOf('/');
        return Optional.of(new Reference(text.substring(0, slash), text.substring(slash + 1)));
    }

    @Override
    public String toString() {
        return service + "/" + thing;
    }
}
