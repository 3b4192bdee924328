package dev.holdfast.engine;

import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import java.util.List;

/**
 * What makes a copy of a service fit for other eyes: the personal values in it are replaced, by the rules of the file, before anybody
 * but Holdfast is let in. Nothing of it is ever done to what is no copy.
 */
public interface Masking<S extends Record> {
    /** Whether the file has rules for the service. Pure. */
    boolean isDeclared(Service<S> service);

    /**
     * What keeps the rules from being followed on the server at hand: what they name and is not there, what a column cannot take,
     * what has no rule and must have one. Empty where nothing is declared. Reads the server's catalogue and changes nothing.
     */
    List<Problem> problems(Service<S> service, Context context);

    /** Columns without a rule that look personal, by their names and by a sample that never leaves the server. */
    List<Suspect> suspects(Service<S> service, Bench bench) throws InterruptedException;

    /**
     * Replaces what the rules name, and removes what would still tell of it. Asked once, of the first server of a derived stack as
     * soon as it answers; the doors are closed to all others while it is done, by itself. Where it throws, the copy holds old values
     * still and is to be removed.
     */
    Masked mask(Service<S> service, Bench bench) throws InterruptedException;

    /** @param table with its schema; {@code rule} as the file writes it */
    record Column(String database, String table, String column, String rule, long rows) {}

    /** What has been done. {@code notes} are sentences on what no rule reaches. */
    record Masked(List<Column> columns, List<String> notes) {
        public Masked {
            columns = List.copyOf(columns);
            notes = List.copyOf(notes);
        }
    }

    /**
     * @param because such as {@code its name says email}
     * @param rule the rule that would fit
     */
    record Suspect(String database, String table, String column, String because, String rule) {}
}
