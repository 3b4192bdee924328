package dev.holdfast.secret;

import java.util.function.Supplier;

/** A value that is never shown: whoever needs it asks for it by {@link #reveal}, and that word can be searched for. */
public final class Redacted {
    private final Supplier<String> value;

    public Redacted(String value) {
        this.value = () -> value;
    }

    private Redacted(Supplier<String> value) {
        this.value = value;
    }

    /** A value that is dear to compute and seldom asked for, such as a script full of SCRAM verifiers. */
    public static Redacted later(Supplier<String> value) {
        return new Redacted(value);
    }

    public String reveal() {
        return value.get();
    }

    @Override
    public String toString() {
        return "***";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Redacted that && reveal().equals(that.reveal());
    }

    @Override
    public int hashCode() {
        return reveal().hashCode();
    }
}
