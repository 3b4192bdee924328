package dev.holdfast.engine;

import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;

/** Who changed what in one database of a service, and whether what was written down of it is still whole. */
public interface Audit<S extends Record> {
    /** @param before and {@code after} as JSON; {@code client} is empty for a connection without an address */
    record Entry(
            long number,
            String at,
            String table,
            String action,
            String user,
            String role,
            String application,
            Optional<String> client,
            Optional<String> tenant,
            Optional<String> before,
            Optional<String> after) {}

    /** What to show: the newest first. */
    record Wanted(Optional<String> table, Optional<String> tenant, Optional<String> user, int most) {}

    /**
     * @param sealed how many entries the chain covers, {@code open} how many came since it was closed last
     * @param pruned how many were let go because of their age, which the chain notes
     * @param head what the chain comes to: kept elsewhere, it proves later that nothing before it was changed
     * @param gaps each a sentence; empty where all is whole
     */
    record Verified(
            String database, long sealed, long open, long pruned, String head, OptionalLong last, List<String> gaps) {
        public Verified {
            gaps = List.copyOf(gaps);
        }
    }

    List<Entry> log(Service<S> service, Optional<String> database, Wanted wanted, Bench bench);

    /**
     * Compares every entry with the chain and closes the chain over those that came since.
     *
     * @param expected a head that was kept elsewhere
     */
    Verified verify(Service<S> service, Optional<String> database, Optional<String> expected, Bench bench);

    /** Whether the file asks for anything to be let go after a time. Pure. */
    boolean isPruned(Service<S> service);

    /**
     * Lets go what every audited database has kept for longer than its file asks for; what is left stays verifiable. Refuses where
     * what would go is not whole.
     *
     * @return how many entries went, by database; those that had none to let go are left out
     */
    SortedMap<String, Long> prune(Service<S> service, Context context);
}
