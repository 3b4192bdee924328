package dev.holdfast.daemon.supervise;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The states of all members of a stack, and the news that one has changed. */
public final class Board {
    private final Map<String, MemberState> states = new ConcurrentHashMap<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Consumer<String> onReadiness;

    /** @param onReadiness told the name of a member that became ready or ceased to be */
    Board(Consumer<String> onReadiness) {
        this.onReadiness = onReadiness;
    }

    public MemberState get(String member) {
        MemberState state = states.get(member);
        if (state == null) {
            throw new IllegalArgumentException("no member '" + member + "'");
        }
        return state;
    }

    public SortedMap<String, MemberState> all() {
        return new TreeMap<>(states);
    }

    void put(String member, MemberState state) {
        MemberState before = states.put(member, state);
        signal();
        if (before == null || before.isReady() != state.isReady() || before.isServing() != state.isServing()) {
            onReadiness.accept(member);
        }
    }

    void remove(String member) {
        states.remove(member);
        signal();
    }

    Optional<String> firstNotServing(Set<String> members) {
        return members.stream()
                .sorted()
                .filter(member -> !states.containsKey(member) || !get(member).isServing())
                .findFirst();
    }

    /** Has those who wait look again, for a reason that is not a member's state. */
    public void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until it holds; false at the deadline. */
    public boolean await(BooleanSupplier condition, Duration deadline) throws InterruptedException {
        long left = deadline.toNanos();
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
