package dev.holdfast.daemon.supervise;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;

/** Why a service does not sleep, or does not wake. */
final class SleepProblems {
    private SleepProblems() {}

    /** What the clients are told. */
    static String words(String service, String cause) {
        return "service '" + service + "' cannot be woken because " + cause;
    }

    static HoldfastException neverSleeps(String service) {
        return new HoldfastException(Problem.of(
                Code.HF3251,
                "service '" + service + "' cannot sleep because the stack file does not say after how long it may",
                "Give it 'suspend: 5m', or 1d for one that is only to sleep when asked, and run 'holdfast apply':"
                        + " its engine needs a door from its start, behind which clients wait while it sleeps."));
    }

    static HoldfastException worked(String service) {
        return new HoldfastException(Problem.of(
                Code.HF3252,
                "service '" + service + "' is being worked on, so it cannot sleep now",
                "Wait for the command that works on it to end; see 'holdfast why " + service + "'."));
    }

    static HoldfastException onItsWay(String service) {
        return new HoldfastException(Problem.of(
                Code.HF3252,
                "service '" + service + "' is just being woken or put to sleep, so that cannot be asked of it now",
                "Wait for its end; see 'holdfast why " + service + "'."));
    }

    static HoldfastException hasClients(String service, int clients) {
        return new HoldfastException(Problem.of(
                Code.HF3252,
                "service '" + service + "' has " + Math.max(1, clients) + (clients > 1 ? " clients" : " client")
                        + ", whom sleeping would cut off",
                "Have them disconnect, or run it with --disconnect."));
    }

    static HoldfastException cannotWake(String service, String cause) {
        return new HoldfastException(Problem.of(
                Code.HF3253,
                "service '" + service + "' slept and could not be woken because " + cause,
                "See 'holdfast why " + service + "', remove the cause, then run 'holdfast up'."));
    }

    static HoldfastException stillWaking(String service, String because) {
        return new HoldfastException(Problem.of(
                Code.HF3253,
                "service '" + service + "' slept and does not serve yet because " + because,
                "It goes on starting: see 'holdfast why " + service + "', and run the command again when it serves."));
    }
}
