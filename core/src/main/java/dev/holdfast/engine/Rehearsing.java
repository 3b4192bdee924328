package dev.holdfast.engine;

import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What pending migrations do, seen on a copy that is thrown away afterwards: measured, and not guessed from their text. */
public interface Rehearsing<S extends Record> {
    /**
     * Runs what is pending in the copy as it would be run, and reports on each file until one fails. {@code bench} is that of the
     * copy: nothing else is asked of or done to any server.
     */
    Rehearsed rehearse(Service<S> service, String database, Bench bench) throws InterruptedException;

    /**
     * What was seen.
     *
     * @param copied how much data the copy holds
     * @param notes what the figures do not say
     */
    record Rehearsed(String database, long copied, List<File> files, List<String> notes) {
        public Rehearsed {
            files = List.copyOf(files);
            notes = List.copyOf(notes);
        }

        public List<Breach> breaches() {
            return files.stream().flatMap(file -> file.breaches().stream()).toList();
        }
    }

    /**
     * One file. Times are those of the server's work; what looking on cost is taken out of them.
     *
     * @param transactional whether all of it is one transaction, which then keeps its locks to the end
     * @param log bytes of write-ahead log
     * @param failure what the server said where it refused a statement; then nothing after that statement was seen
     */
    record File(
            String label,
            String script,
            boolean transactional,
            Duration took,
            long log,
            List<Statement> statements,
            List<Lock> locks,
            List<Rewrite> rewrites,
            List<Drop> drops,
            List<Rows> rows,
            Optional<String> failure,
            List<Breach> breaches) {
        public File {
            statements = List.copyOf(statements);
            locks = List.copyOf(locks);
            rewrites = List.copyOf(rewrites);
            drops = List.copyOf(drops);
            rows = List.copyOf(rows);
            breaches = List.copyOf(breaches);
        }

        public File withBreaches(List<Breach> found) {
            return new File(
                    label, script, transactional, took, log, statements, locks, rewrites, drops, rows, failure, found);
        }

        /** Of each table the one lock that hurts others most: who reads waits before who writes, and the longer before the shorter. */
        public List<Lock> hurting() {
            SortedMap<String, Lock> worst = new TreeMap<>();
            for (Lock lock : locks) {
                if (lock.blocksReads() || lock.blocksWrites()) {
                    worst.merge(lock.table(), lock, (one, other) -> worse(one, other) ? one : other);
                }
            }
            return List.copyOf(worst.values());
        }

        private static boolean worse(Lock one, Lock other) {
            if (one.blocksReads() != other.blocksReads()) {
                return one.blocksReads();
            }
            int longer = one.held().compareTo(other.held());
            return longer > 0 || (longer == 0 && one.index().isEmpty());
        }

        /** The longest time for which others were kept from reading a table. */
        public Duration readsBlocked() {
            return longest(locks.stream().filter(Lock::blocksReads).toList());
        }

        /** The longest time for which others were kept from writing to a table or to rows of it. */
        public Duration writesBlocked() {
            return longest(locks.stream().filter(Lock::blocksWrites).toList());
        }

        private static Duration longest(List<Lock> locks) {
            return locks.stream().map(Lock::held).max(Duration::compareTo).orElse(Duration.ZERO);
        }
    }

    /**
     * @param number the first is 1
     * @param line of the file
     * @param rows how many the server said it had changed or made
     */
    record Statement(int number, int line, String text, Duration took, long log, long rows) {}

    /**
     * A lock on a table that was there before.
     *
     * @param held for how long at most
     * @param statement the number of the one that took it
     * @param index the index of the table on which it was taken, where it was none on the table itself
     */
    record Lock(
            String table,
            Optional<String> index,
            String mode,
            Duration held,
            int statement,
            boolean blocksReads,
            boolean blocksWrites) {}

    /** A table written anew. */
    record Rewrite(String table, int statement, long bytes, String because) {}

    /**
     * Something that was there before and is gone.
     *
     * @param holdsData whether rows go with it
     */
    record Drop(String kind, String name, int statement, boolean holdsData) {}

    record Rows(String table, long inserted, long updated, long deleted) {}

    /**
     * What the stack file does not allow.
     *
     * @param rule the key or the word that says so: {@code maxLock}, {@code rewrite}
     */
    record Breach(String script, int line, String rule, String text, String remedy) {}
}
