package dev.holdfast.problem;

/**
 * Every way Holdfast can refuse. A code never changes meaning and is never reused; its page is {@code
 * docs/problems/<code>.md}. The first digit says whose subject it is: 1 the stack file, 2 what is not offered, 3 the
 * machine, 4 what needs somebody's word, 9 a mistake of ours.
 */
public enum Code {
    HF1001(Kind.USER, "unknown key in the stack file"),
    HF2001(Kind.UNSUPPORTED, "facet not offered by this engine"),
    HF3201(Kind.ENVIRONMENT, "another daemon has this data folder"),
    HF3202(Kind.ENVIRONMENT, "the daemon does not answer"),
    HF3203(Kind.ENVIRONMENT, "state of a stack cannot be read"),
    HF3204(Kind.ENVIRONMENT, "the journal cannot be used"),
    HF3205(Kind.USER, "request not understood by the daemon"),
    HF3206(Kind.USER, "no such stack, service or member"),
    HF3207(Kind.ENVIRONMENT, "a member does not stay up"),
    HF3208(Kind.ENVIRONMENT, "not ready in time"),
    HF3209(Kind.USER, "the source of a stack is not where it was"),
    HF3210(Kind.USER, "the name belongs to another stack file"),
    HF3211(Kind.USER, "given up by the client"),
    HF3212(Kind.USER, "the stack is not up"),
    HF4001(Kind.REFUSED, "a change that loses data was not approved"),
    HF4002(Kind.REFUSED, "the stack is being changed by someone else"),
    HF4003(Kind.REFUSED, "purge without the name of the stack"),
    HF4004(Kind.ENVIRONMENT, "an apply stopped half way"),
    HF9001(Kind.BUG, "internal error");

    /** Whose move it is next; the exit status follows from it. */
    public enum Kind {
        USER(2),
        UNSUPPORTED(3),
        ENVIRONMENT(4),
        REFUSED(5),
        BUG(70);

        private final int exitStatus;

        Kind(int exitStatus) {
            this.exitStatus = exitStatus;
        }

        public int exitStatus() {
            return exitStatus;
        }
    }

    private final Kind kind;
    private final String title;

    Code(Kind kind, String title) {
        this.kind = kind;
        this.title = title;
    }

    public Kind kind() {
        return kind;
    }

    public String title() {
        return title;
    }
}
