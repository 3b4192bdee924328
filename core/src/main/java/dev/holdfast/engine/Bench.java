package dev.holdfast.engine;

import java.util.function.Consumer;

/**
 * What an engine has at hand while it does something a person asked for, beyond keeping the service as its file says: the
 * place, a voice, and its own programs.
 */
public interface Bench {
    Context context();

    /** Tells whoever waits what is being done now. */
    void say(String text);

    /** The same, with how much of it is done; {@code unit} is {@code bytes} or a plain word. */
    void say(String text, long done, long total, String unit);

    /** Throws where the one who asked has gone. Ask between two steps that can be told apart afterwards. */
    void requireWanted();

    /** Runs the program to its end and hands on each line it writes; ends it where the thread is interrupted. */
    Errand.Ran run(Errand errand, Consumer<String> onLine) throws InterruptedException;
}
