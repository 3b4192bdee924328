package dev.holdfast.stack;

/** A share of processors in thousandths of a core: {@code 1}, {@code 0.5} or {@code 250m} in a stack file. */
public record Cpu(long millis) {
    public double cores() {
        return millis / 1000.0;
    }

    @Override
    public String toString() {
        return millis % 1000 == 0 ? Long.toString(millis / 1000) : millis + "m";
    }
}
