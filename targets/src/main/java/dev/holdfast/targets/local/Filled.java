package dev.holdfast.targets.local;

import dev.holdfast.engine.Filling;

/** Told how a filling goes on. */
public interface Filled {
    void begins(Filling.Step step);

    /** From the thread that reads what the step's program says. */
    void reached(Filling.Step step, Filling.Amount amount);
}
