package dev.holdfast.engine;

import dev.holdfast.stack.Service;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The tenants of one database of a service: people who share its tables and never see one another's rows. That they are kept
 * apart is declared state; this is what is done with each of them. Whatever is interrupted can be asked for again.
 */
public interface Tenancy<S extends Record> {
    /** One database of a service; {@code database} is empty where the service has one with tenants. */
    record At<S extends Record>(Service<S> service, Optional<String> database) {}

    /**
     * Which tenant is meant: a word that is its name or its key, or its key for sure. A word that could mean two tenants is
     * refused.
     */
    record Which(String word, boolean isKey) {
        public static Which asked(String word) {
            return new Which(word, false);
        }

        public static Which key(String key) {
            return new Which(key, true);
        }
    }

    /** @param key as the database writes it; {@code rows} and {@code bytes} only where they were asked for */
    record Tenant(String key, String name, Optional<Size> size) {}

    /** Of all its rows as they are, without indexes. */
    record Size(long rows, long bytes) {}

    record Created(List<Tenant> made, List<Tenant> there) {
        public Created {
            made = List.copyOf(made);
            there = List.copyOf(there);
        }
    }

    /** @param tables in the order in which they can be filled again, the list of tenants first */
    record Shown(String database, Tenant tenant, List<Part> tables) {
        public Shown {
            tables = List.copyOf(tables);
        }
    }

    record Part(String table, Size size) {}

    record Archived(Path file, Tenant tenant, List<Part> tables) {
        public Archived {
            tables = List.copyOf(tables);
        }
    }

    /** @param isCopied false where an earlier attempt had copied it; {@code isGone} where the source has it no more */
    record Moved(Tenant tenant, boolean isCopied, boolean isGone) {}

    /** Makes those that are not there yet, in few transactions. */
    Created create(At<S> at, List<String> names, Bench bench);

    List<Tenant> list(At<S> at, boolean sized, Bench bench);

    Shown show(At<S> at, Which tenant, Bench bench);

    /** All rows of the tenant as of one moment, in a file that {@link #bring} takes. */
    Archived export(At<S> at, Which tenant, Path file, Bench bench);

    /** The tenant of an archive, whole or not at all, and compared with what the archive says of it. */
    Shown bring(At<S> at, Path file, Bench bench);

    /** Copies and compares; where {@code gone}, then removes it from the source, unless it was written to meanwhile. */
    Moved move(At<S> from, At<S> to, Which tenant, boolean gone, Bench bench);

    /**
     * Removes every row of the tenant, and it from the list. Where there is to be an archive, exactly the rows that are in it:
     * it is on the disk before, and a row written since it was made keeps all of them.
     */
    Shown drop(At<S> at, Which tenant, Optional<Path> archive, Bench bench);
}
