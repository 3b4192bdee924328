package dev.holdfast.targets.local.image;

/** Hands steps on one at a time, whichever thread they come from. */
final class Reporter {
    private final Progress progress;

    Reporter(Progress progress) {
        this.progress = progress;
    }

    synchronized void report(Progress.Phase phase, long done, long total, String what) {
        progress.report(new Progress.Step(phase, done, total, what));
    }

    void report(Progress.Phase phase, String what) {
        report(phase, 0, 0, what);
    }
}
