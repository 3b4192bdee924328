package dev.holdfast.plan;

import java.util.Optional;

/**
 * One step of a plan, a value that can be printed, kept in a journal and done later. {@code where} is {@code
 * service/thing}. {@code statement} is in the engine's own words with secrets as {@code ${service/name}}, filled in only
 * when it is done. {@code undo} is empty where the step cannot be taken back.
 */
public record Change(String where, String summary, String statement, Risk risk, Optional<String> undo, String because) {

    /** What the step costs those who use the service now; the order is that of severity. */
    public enum Risk {
        NONE,
        RELOAD,
        RESTART,
        DATA
    }

    /** The word a person gives to allow a step that loses data: {@code holdfast apply --approve main/roles/app}. */
    public Optional<String> approval() {
        return risk == Risk.DATA ? Optional.of(where) : Optional.empty();
    }
}
