package dev.holdfast.engines.postgres.timeseries;

import dev.holdfast.engines.postgres.tenancy.Table;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a database has of time series.
 *
 * @param policies the lines of tables, as {@link Series#policy} writes them
 * @param aggregates by name
 * @param jobs of this database, by name
 */
record ActualSeries(
        String mark,
        boolean there,
        Edition edition,
        SortedMap<Table, Held> tables,
        SortedMap<String, List<String>> policies,
        SortedMap<String, Kept> aggregates,
        SortedMap<String, Job> jobs) {

    static ActualSeries fresh(Edition edition) {
        return new ActualSeries("", false, edition, new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    /** What the server at hand has to serve time series with. */
    enum Edition {
        PLAIN("partitions"),
        APACHE("the Apache edition of TimescaleDB"),
        COMMUNITY("the community edition of TimescaleDB");

        private final String title;

        Edition(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /**
     * A declared table that is there.
     *
     * @param guarded whether rows of a time without a partition have a place
     * @param hyper how many seconds a new chunk of its hypertable spans; empty where it is none
     * @param doors how many of it and its partitions do not say what is changed in them
     * @param older whether rows are there that the declared retention would remove
     */
    record Held(
            String kind,
            String owner,
            boolean byRange,
            boolean byTime,
            boolean guarded,
            String type,
            boolean filled,
            boolean secured,
            String hyper,
            long doors,
            boolean older) {
        boolean isHyper() {
            return !hyper.isEmpty();
        }

        boolean isTable() {
            return kind.equals("r") || kind.equals("p");
        }
    }

    /** @param frozen whether it holds what no rows are there for any longer */
    record Kept(String source, String digest, String mark, boolean shown, boolean frozen) {}

    record Job(String schedule, String command, String database, String role, boolean active) {}
}
