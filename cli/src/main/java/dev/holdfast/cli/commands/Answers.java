package dev.holdfast.cli.commands;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What a person types when asked. */
final class Answers {
    private Answers() {}

    /** One line without its end, at most so many bytes; empty at the end of the input. */
    static String line(InputStream in, int longest) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            for (int next = in.read(); next >= 0 && next != '\n' && line.size() < longest; next = in.read()) {
                line.write(next);
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return line.toString(StandardCharsets.UTF_8).strip();
    }
}
