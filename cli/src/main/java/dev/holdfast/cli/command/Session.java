package dev.holdfast.cli.command;

import dev.holdfast.cli.text.Paint;
import dev.holdfast.cli.text.Progress;
import dev.holdfast.text.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** One command at work: where it writes, what it asks. */
public final class Session {
    private final Surroundings surroundings;
    private final Options options;
    private final Paint paint;

    /** What all commands take. */
    public record Options(boolean isJson, boolean isQuiet, boolean isColoured) {}

    public Session(Surroundings surroundings, Options options) {
        this.surroundings = surroundings;
        this.options = options;
        this.paint = options.isColoured() ? Paint.COLOURED : Paint.PLAIN;
    }

    public Surroundings surroundings() {
        return surroundings;
    }

    public boolean isJson() {
        return options.isJson();
    }

    public boolean isQuiet() {
        return options.isQuiet();
    }

    public Paint paint() {
        return paint;
    }

    /** An answer on standard output. */
    public void line(String text) {
        surroundings.out().println(text);
    }

    public void json(Json value) {
        text(value.pretty());
    }

    /** Text as it is, its own line end included; written as UTF-8 whatever the locale says. */
    public void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        surroundings.out().write(bytes, 0, bytes.length);
    }

    /** Something beside the answer, on standard error. */
    public void remark(String text) {
        if (!options.isQuiet()) {
            surroundings.out().flush();
            surroundings.err().println(text);
        }
    }

    /** Whether a person can be asked: input is a terminal, and so is the place where the question is shown. */
    public boolean canAsk() {
        return !options.isJson()
                && surroundings.terminals().in()
                && surroundings.terminals().err();
    }

    /** Progress on standard error; silent where the answer is for a program or quiet was asked for. */
    public Progress progress() {
        return new Progress(surroundings.err(), surroundings.terminals().err(), paint, System::nanoTime);
    }

    public boolean showsProgress() {
        return !options.isQuiet() && !options.isJson();
    }

    /** A path as it was written, made absolute. */
    public Path path(String written) {
        return surroundings.directory().resolve(written).normalize();
    }
}
