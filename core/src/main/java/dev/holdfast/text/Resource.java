package dev.holdfast.text;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Files of the build itself. */
public final class Resource {
    private Resource() {}

    /** The file that lies beside the class, as text. */
    public static String beside(Class<?> type, String name) {
        try (InputStream in = type.getResourceAsStream(name)) {
            if (in == null) {
                throw new HoldfastException(Problem.of(
                        Code.HF9001,
                        name + " is not beside " + type.getName(),
                        "Please report this: the build left a file out."));
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
