package dev.holdfast.problem;

/**
 * Every way Holdfast can refuse. A code never changes meaning and is never reused; its page is {@code
 * docs/problems/<code>.md}. The first digit says whose subject it is: 1 the stack file, 2 what is not offered, 3 the
 * machine, 4 what needs somebody's word, 9 a mistake of ours.
 */
public enum Code {
    HF1001(Kind.USER, "unknown key in the stack file"),
    HF1002(Kind.USER, "stack file not readable as YAML"),
    HF1003(Kind.USER, "duplicate key in the stack file"),
    HF1004(Kind.USER, "stack file not plain UTF-8 text"),
    HF1005(Kind.USER, "not exactly one document in the stack file"),
    HF1006(Kind.USER, "stack file too large or too deep"),
    HF1007(Kind.USER, "YAML feature that a stack file does not have"),
    HF1008(Kind.USER, "value of the wrong type"),
    HF1009(Kind.USER, "missing or unknown unit"),
    HF1010(Kind.USER, "value out of range"),
    HF1011(Kind.USER, "missing key"),
    HF1012(Kind.USER, "name not allowed"),
    HF1013(Kind.USER, "text of the wrong form"),
    HF1014(Kind.USER, "unknown word"),
    HF1015(Kind.USER, "key without a value"),
    HF1016(Kind.USER, "element twice in a list"),
    HF1017(Kind.USER, "not a stack file of this version"),
    HF1018(Kind.USER, "stack file cannot be opened"),
    HF1019(Kind.USER, "too many problems to show"),
    HF1101(Kind.USER, "unknown engine"),
    HF1102(Kind.USER, "unknown version of an engine"),
    HF1103(Kind.USER, "reference to an unknown service"),
    HF1104(Kind.USER, "reference to something the service does not have"),
    HF1105(Kind.USER, "clashing names"),
    HF1106(Kind.USER, "engine that is only a part of another's service"),
    HF1107(Kind.USER, "unknown environment"),
    HF1108(Kind.USER, "environment changes what is not there"),
    HF1501(Kind.USER, "name that PostgreSQL or Holdfast keeps for itself"),
    HF1502(Kind.USER, "name that the PostgreSQL service does not declare"),
    HF1503(Kind.USER, "extension that cannot be created"),
    HF1504(Kind.USER, "role through a pooler that is not there"),
    HF1505(Kind.USER, "role that could do nothing useful"),
    HF1506(Kind.USER, "unknown parameter of the server"),
    HF1507(Kind.USER, "value that a parameter does not take"),
    HF1508(Kind.USER, "parameter that Holdfast keeps"),
    HF1509(Kind.USER, "too little memory or storage for PostgreSQL"),
    HF1510(Kind.USER, "pooler opens more connections than the server allows"),
    HF1511(Kind.USER, "no such role of the PostgreSQL service"),
    HF1521(Kind.USER, "pooler with fewer clients than servers"),
    HF1601(Kind.USER, "role of a Redis service has a name that is taken"),
    HF1602(Kind.USER, "queue would be evicted"),
    HF1603(Kind.USER, "role may do nothing"),
    HF1604(Kind.USER, "too little memory for Redis"),
    HF1605(Kind.USER, "no such role"),
    HF1611(Kind.USER, "bucket name that S3 refuses"),
    HF1612(Kind.USER, "role of an object store that cannot be kept"),
    HF1613(Kind.USER, "too little memory for the object store"),
    HF1621(Kind.USER, "too little memory or storage for Prometheus"),
    HF2001(Kind.UNSUPPORTED, "facet not offered by this engine"),
    HF2002(Kind.UNSUPPORTED, "key that this build cannot serve yet"),
    HF2003(Kind.UNSUPPORTED, "engine that this build does not have yet"),
    HF2010(Kind.UNSUPPORTED, "standbys of PostgreSQL not offered yet"),
    HF2020(Kind.UNSUPPORTED, "Redis topology not offered yet"),
    HF3001(Kind.ENVIRONMENT, "host program missing"),
    HF3002(Kind.ENVIRONMENT, "package mirror not reachable"),
    HF3003(Kind.ENVIRONMENT, "no Debian mirror configured"),
    HF3004(Kind.ENVIRONMENT, "package signature not verified"),
    HF3005(Kind.ENVIRONMENT, "checksum differs"),
    HF3006(Kind.ENVIRONMENT, "package not available"),
    HF3007(Kind.ENVIRONMENT, "no space for engines"),
    HF3008(Kind.ENVIRONMENT, "engine cache not writable"),
    HF3009(Kind.ENVIRONMENT, "machine not supported"),
    HF3010(Kind.ENVIRONMENT, "installation interrupted"),
    HF3011(Kind.ENVIRONMENT, "pinned version no longer at the mirror"),
    HF3012(Kind.ENVIRONMENT, "package cannot be unpacked"),
    HF3013(Kind.REFUSED, "engine in use"),
    HF3014(Kind.USER, "no such engine image"),
    HF3015(Kind.ENVIRONMENT, "Maven artifact not available"),
    HF3016(Kind.ENVIRONMENT, "apt failed"),
    HF3017(Kind.ENVIRONMENT, "lock file of the engines not readable"),
    HF3021(Kind.ENVIRONMENT, "no sandbox possible"),
    HF3101(Kind.USER, "name that cannot be a folder of the local target"),
    HF3102(Kind.ENVIRONMENT, "state file that cannot be read"),
    HF3103(Kind.ENVIRONMENT, "stack in use by another process"),
    HF3104(Kind.ENVIRONMENT, "no space left"),
    HF3105(Kind.ENVIRONMENT, "file operation failed"),
    HF3106(Kind.ENVIRONMENT, "port held by another process"),
    HF3107(Kind.ENVIRONMENT, "no free port"),
    HF3108(Kind.ENVIRONMENT, "data folder could not be filled"),
    HF3109(Kind.ENVIRONMENT, "member did not start"),
    HF3110(Kind.ENVIRONMENT, "processes that could not be ended"),
    HF3111(Kind.ENVIRONMENT, "folder for the socket belongs to somebody else"),
    HF3112(Kind.REFUSED, "stack still runs"),
    HF3113(Kind.REFUSED, "data made by another version"),
    HF3114(Kind.ENVIRONMENT, "no folder for the files of Holdfast"),
    HF3115(Kind.ENVIRONMENT, "kernel too old to signal a process safely"),
    HF3116(Kind.ENVIRONMENT, "program beside a member did not end"),
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
    HF3301(Kind.USER, "command line not understood"),
    HF3302(Kind.USER, "no stack file"),
    HF3303(Kind.USER, "which stack is meant"),
    HF3304(Kind.REFUSED, "not confirmed"),
    HF3305(Kind.ENVIRONMENT, "the daemon does not start"),
    HF3306(Kind.ENVIRONMENT, "the daemon went away"),
    HF3307(Kind.ENVIRONMENT, "a program cannot be run"),
    HF3308(Kind.UNSUPPORTED, "no shell to connect with"),
    HF3310(Kind.ENVIRONMENT, "no JDK"),
    HF3311(Kind.ENVIRONMENT, "no Maven"),
    HF3312(Kind.ENVIRONMENT, "Holdfast cannot be built"),
    HF3401(Kind.ENVIRONMENT, "key file open to other users"),
    HF3402(Kind.ENVIRONMENT, "key file damaged"),
    HF3403(Kind.ENVIRONMENT, "secrets file of another key or another stack"),
    HF3404(Kind.ENVIRONMENT, "secrets file damaged"),
    HF3405(Kind.UNSUPPORTED, "secrets file of a newer version"),
    HF3406(Kind.ENVIRONMENT, "key file missing"),
    HF3407(Kind.ENVIRONMENT, "secrets cannot be read or written"),
    HF3408(Kind.ENVIRONMENT, "secrets locked by another process"),
    HF3411(Kind.ENVIRONMENT, "certificate or key unreadable"),
    HF3412(Kind.ENVIRONMENT, "certificate authority expired"),
    HF3421(Kind.ENVIRONMENT, "output folder holds files that were not rendered"),
    HF3422(Kind.ENVIRONMENT, "rendered file edited by hand"),
    HF3423(Kind.ENVIRONMENT, "output folder cannot be written"),
    HF3501(Kind.ENVIRONMENT, "PostgreSQL cannot be reached"),
    HF3502(Kind.ENVIRONMENT, "PostgreSQL refuses the login of Holdfast"),
    HF3503(Kind.ENVIRONMENT, "PostgreSQL refuses a statement"),
    HF3521(Kind.ENVIRONMENT, "Redis cannot be reached"),
    HF3522(Kind.ENVIRONMENT, "Redis refuses the login"),
    HF3523(Kind.ENVIRONMENT, "Redis refuses a command"),
    HF3531(Kind.ENVIRONMENT, "object store cannot be reached"),
    HF3532(Kind.ENVIRONMENT, "object store refuses the key"),
    HF3533(Kind.ENVIRONMENT, "object store refuses a request"),
    HF3534(Kind.REFUSED, "bucket is not empty"),
    HF3550(Kind.USER, "no such report of insight"),
    HF3551(Kind.ENVIRONMENT, "a question of insight is not answered"),
    HF3552(Kind.USER, "which database is meant"),
    HF3553(Kind.USER, "no statement that can be explained"),
    HF3554(Kind.USER, "query that cannot be planned or run"),
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
