package dev.holdfast.proof.engines;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Errand;
import java.util.function.Consumer;

/** A bench on which nobody listens. At a given word it ends everything, as the death of the daemon would. */
record QuietBench(RealStack stack, String deadly) implements Bench {

    /** What stands for the end of the process: no code of ours catches it. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    static QuietBench of(RealStack stack) {
        return new QuietBench(stack, "never said");
    }

    @Override
    public Context context() {
        return stack;
    }

    @Override
    public void say(String text) {
        if (text.contains(deadly)) {
            throw new Killed();
        }
    }

    @Override
    public void say(String text, long done, long total, String unit) {
        say(text);
    }

    @Override
    public void requireWanted() {
        say("wanted");
    }

    @Override
    public Errand.Ran run(Errand errand, Consumer<String> onLine) {
        throw new UnsupportedOperationException();
    }
}
