package dev.holdfast.apply;

import java.util.random.RandomGenerator;

/** What is being done right now and for whom; bound once at the edge and read by whatever logs or journals. */
public record Operation(String id, String actor, String what) {
    private static final ScopedValue<Operation> CURRENT = ScopedValue.newInstance();

    /** The daemon's own doing, where nobody asked. */
    private static final Operation NOBODY = new Operation("daemon", "holdfast", "supervise");

    public static Operation of(RandomGenerator random, String actor, String what) {
        return new Operation(String.format(java.util.Locale.ROOT, "%08x", random.nextInt()), actor, what);
    }

    public static Operation current() {
        return CURRENT.orElse(NOBODY);
    }

    public <T, X extends Throwable> T call(ScopedValue.CallableOp<T, X> body) throws X {
        return ScopedValue.where(CURRENT, this).call(body);
    }

    public void run(Runnable body) {
        ScopedValue.where(CURRENT, this).run(body);
    }
}
