package dev.holdfast.problem;

/**
 * Every way Holdfast can refuse. A code never changes meaning and is never reused; its page is {@code
 * docs/problems/<code>.md}. The first digit says whose subject it is: 1 the stack file, 2 what is not offered, 3 the
 * machine, 4 what needs somebody's word, 9 a mistake of ours.
 */
public enum Code {
    HF1001(Kind.USER, "unknown key in the stack file"),
    HF2001(Kind.UNSUPPORTED, "facet not offered by this engine"),
    HF3301(Kind.USER, "command line not understood"),
    HF3302(Kind.USER, "no stack file"),
    HF3303(Kind.USER, "which stack is meant"),
    HF3304(Kind.REFUSED, "not confirmed"),
    HF3305(Kind.ENVIRONMENT, "the daemon does not start"),
    HF3306(Kind.ENVIRONMENT, "the daemon went away"),
    HF3307(Kind.ENVIRONMENT, "a program cannot be run"),
    HF3308(Kind.ENVIRONMENT, "a result cannot be written"),
    HF3310(Kind.ENVIRONMENT, "no JDK"),
    HF3311(Kind.ENVIRONMENT, "no Maven"),
    HF3312(Kind.ENVIRONMENT, "Holdfast cannot be built"),
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
