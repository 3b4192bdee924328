package dev.holdfast.engines.postgres;

import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Matches;
import dev.holdfast.language.Names;
import dev.holdfast.language.Range;
import dev.holdfast.language.Shorthand;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The migrations of one database. */
@Shorthand("folder")
@Doc("The files that bring the database's tables to their shape, in Flyway's conventions.")
public record MigrationsSpec(
        @Doc("The folder of the files, seen from the stack file.") @Example("sql/shop")
        String folder,

        @Doc("The role that runs them, and so owns what they make; the owner of the database where nothing is said.")
        Optional<String> role,

        @Doc("When they run: with every up and apply, or only when migrate up is asked.") @Default("up")
        When when,

        @Doc("The schema of the history table, and the first in which names are looked up.") @Default("public")
        String schema,

        @Doc("The history table.")
        @Default("flyway_schema_history")
        @Matches(value = "[A-Za-z_][A-Za-z0-9_$]{0,62}", rule = "the plain name of a table")
        String table,

        @Doc(
                "How long a statement may wait for a lock, and so keep others waiting behind it, before it steps back and tries again.")
        @Default("2s")
        @Range(least = "10ms", most = "1h")
        Duration lockTimeout,

        @Doc("How long a run keeps trying to get its locks.") @Default("5m") @Range(least = "1s", most = "1d")
        Duration patience,

        @Doc("How long a statement may run; without end where nothing is said.") @Range(least = "1s", most = "24d")
        Optional<Duration> statementTimeout,

        @Doc("How long a rehearsal may see any lock that blocks others held.")
        @Range(least = "1ms", most = "1d")
        @Example("200ms")
        Optional<Duration> maxLock,

        @Doc("What no pending file may do: check fails where its text says so, a rehearsal where it was seen to.")
        @Example("[rewrite, drop]")
        List<Forbidden> forbid,

        @Doc("Whether a file that came after a higher version was applied is run all the same.") @Default("false")
        boolean outOfOrder,

        @Doc("Whether counted versions may leap, as after V3 was given up.") @Default("false")
        boolean gaps,

        @Doc("What stands for ${name} in the files; no secrets, for the texts are kept in the database.")
        @Names(
                value = "[A-Za-z_][A-Za-z0-9_.-]*",
                rule = "letters, digits, '_', '-' and '.', beginning with a letter or '_'")
        SortedMap<String, String> placeholders) {
    public MigrationsSpec {
        forbid = List.copyOf(forbid);
        placeholders = Collections.unmodifiableSortedMap(new TreeMap<>(placeholders));
    }

    /** When pending files run. */
    public enum When {
        @Doc("With up and apply, those that may lose data only where apply was given their approval.")
        UP,
        @Doc("Only by migrate up.")
        ASKED
    }

    /** What a pending file must not do. */
    public enum Forbidden {
        @Doc("Write a whole table anew.")
        REWRITE,
        @Doc("Remove tables, columns, rows or anything else that holds data.")
        DROP,
        @Doc("Keep others from reading a table while it works on it.")
        BLOCK_READS,
        @Doc("Keep others from writing to a table while it works on it.")
        BLOCK_WRITES
    }
}
