package dev.holdfast.secret;

/** A value that is never shown: whoever needs it asks for it by {@link #reveal}, and that word can be searched for. */
public final class Redacted {
    private final String value;

    public Redacted(String value) {
        this.value = value;
    }

    public String reveal() {
        return value;
    }

    @Override
    public String toString() {
        return "***";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Redacted that && value.equals(that.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }
}
