package dev.holdfast.engines.pgbouncer;

import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Range;
import dev.holdfast.stack.Pool;
import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

@Doc("A PgBouncer in front of a PostgreSQL service: many clients share few connections to the server.")
public record PgBouncerSpec(
        @Doc("How long a client keeps the server connection it was given.") @Default("transaction")
        Mode mode,

        @Doc("How many clients may be connected.") @Default("1000") @Range(least = "1", most = "100000")
        int clients,

        @Doc("How many connections to the server are opened for each database, at most.")
        @Default("20")
        @Range(least = "1", most = "5000")
        int servers,

        @Doc("How long a client waits for a server connection before it is refused.")
        @Default("2m")
        @Range(least = "1s", most = "24h")
        Duration queryWait,

        @Doc("When a server connection that nobody uses is closed.") @Default("10m") @Range(least = "1s", most = "24h")
        Duration serverIdle,

        @Doc("Settings of PgBouncer that Holdfast does not compute, or computes otherwise than wished.")
        @Example("{tcp_keepidle: \"60\"}")
        SortedMap<String, String> parameters)
        implements Pool {
    public PgBouncerSpec {
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
    }

    /** How long a client keeps the server connection it was given. */
    public enum Mode {
        @Doc("Until its transaction ends. SET, LISTEN and advisory locks of a session do not last.")
        TRANSACTION,
        @Doc("Until it disconnects: everything works, and little is shared.")
        SESSION,
        @Doc("Until its statement ends: transactions of several statements are refused.")
        STATEMENT
    }
}
