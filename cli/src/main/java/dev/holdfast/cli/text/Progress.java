package dev.holdfast.cli.text;

import java.io.PrintStream;

/**
 * What goes on while a command waits. On a terminal one line is drawn over and over; elsewhere each thing is said once, in a
 * line of its own, so that a log stays readable.
 */
public final class Progress {
    private static final int BAR = 24;
    private static final String CLEAR = "\r\u001b[K";

    private final PrintStream to;
    private final boolean isTerminal;
    private final Paint paint;
    private String said = "";
    private boolean isDrawn;

    public Progress(PrintStream to, boolean isTerminal, Paint paint) {
        this.to = to;
        this.isTerminal = isTerminal;
        this.paint = paint;
    }

    /** Something goes on, and nobody knows how long. */
    public void at(String where, String text) {
        if (isTerminal) {
            draw(where + "  " + text);
        } else {
            once(where, text);
        }
    }

    /** Something goes on, and this much of it is done. */
    public void at(String where, String text, long done, long total, boolean isBytes) {
        if (!isTerminal) {
            once(where, text);
            return;
        }
        int filled = total <= 0 ? 0 : (int) Math.min(BAR, done * BAR / total);
        StringBuilder bar = new StringBuilder("[")
                .repeat('#', filled)
                .repeat('-', BAR - filled)
                .append(']');
        String of = isBytes ? Amounts.bytes(done) + " of " + Amounts.bytes(total) : done + " of " + total;
        draw(where + "  " + bar + "  " + of + "  " + text);
    }

    /** A line that stays. */
    public void line(String text) {
        clear();
        to.println(text);
        to.flush();
    }

    /** Takes the line that is drawn away, before anything else is written. */
    public void clear() {
        if (isDrawn) {
            to.print(CLEAR);
            to.flush();
            isDrawn = false;
        }
    }

    private void once(String where, String text) {
        String now = where + ": " + text;
        if (!now.equals(said)) {
            said = now;
            to.println(now);
            to.flush();
        }
    }

    private void draw(String text) {
        to.print(CLEAR + paint.faint(text));
        to.flush();
        isDrawn = true;
    }
}
