package dev.holdfast.blueprint;

/** One line of an engine's configuration, what it takes to change it, and the rule that gave its value. */
public record Setting(String key, String value, Effect effect, String because) {

    /** What it takes for a changed value to be in force. */
    public enum Effect {
        RELOAD,
        RESTART
    }
}
