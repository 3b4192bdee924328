package dev.holdfast.apply;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One piece of work at a service, however many ask it something: what the first opened the next ones take over, and the end of the visit
 * closes it. A login costs more than most questions. Of one thread.
 */
public final class Visit {
    private static final ScopedValue<Visit> CURRENT = ScopedValue.newInstance();

    private final Map<Object, Deque<Kept>> idle = new HashMap<>();

    private Visit() {}

    /** What is kept open meanwhile. */
    public interface Kept {
        /** Never throws: whoever asked has his answer. */
        void close();
    }

    /** Within another visit it is a part of that one. */
    public static <T, X extends Throwable> T call(ScopedValue.CallableOp<T, X> body) throws X {
        if (CURRENT.isBound()) {
            return body.call();
        }
        Visit visit = new Visit();
        try {
            return ScopedValue.where(CURRENT, visit).call(body);
        } finally {
            visit.idle.values().forEach(all -> all.forEach(Kept::close));
        }
    }

    public static Optional<Visit> current() {
        return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
    }

    /** What was left under the key; it is the caller's until it is left again. */
    public Optional<Kept> take(Object key) {
        return Optional.ofNullable(idle.get(key)).map(Deque::poll);
    }

    public void leave(Object key, Kept kept) {
        idle.computeIfAbsent(key, any -> new ArrayDeque<>()).add(kept);
    }
}
