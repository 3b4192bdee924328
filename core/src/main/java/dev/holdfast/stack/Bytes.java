package dev.holdfast.stack;

/** An amount of memory or storage, always written with its unit in a stack file ({@code 2Gi}, {@code 512Mi}). */
public record Bytes(long count) implements Comparable<Bytes> {
    public static final long KIBI = 1L << 10;
    public static final long MEBI = 1L << 20;
    public static final long GIBI = 1L << 30;

    public static Bytes mebi(long count) {
        return new Bytes(Math.multiplyExact(count, MEBI));
    }

    public long inMebi() {
        return count / MEBI;
    }

    @Override
    public int compareTo(Bytes other) {
        return Long.compare(count, other.count);
    }

    /** The shortest exact form in binary units, as a stack file writes it. */
    @Override
    public String toString() {
        if (count != 0 && count % GIBI == 0) {
            return count / GIBI + "Gi";
        }
        if (count != 0 && count % MEBI == 0) {
            return count / MEBI + "Mi";
        }
        return count != 0 && count % KIBI == 0 ? count / KIBI + "Ki" : count + "B";
    }
}
