package dev.holdfast.cli.text;

import java.io.PrintStream;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What goes on while a command waits. On a terminal one line is drawn over and over, with the time it has taken so far;
 * elsewhere each thing is said once, in a line of its own, so that a log stays readable.
 */
public final class Progress implements AutoCloseable {
    private static final int BAR = 24;
    private static final String CLEAR = "\r\u001b[K";
    /** A line wider than the terminal is cut by the terminal itself: what had wrapped could not be drawn over. */
    private static final String CUT = "\u001b[?7l";

    private static final String WRAP = "\u001b[?7h";
    private static final long TICK_MILLIS = 100;
    private static final String[] TURNING = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};

    private final PrintStream to;
    private final boolean isTerminal;
    private final Paint paint;
    private final LongSupplier nanos;
    private final long begun;
    private String said = "";
    private String going = "";
    private boolean isDrawn;
    private boolean isOver;
    private boolean ticks;

    /** @param nanos the time as {@link System#nanoTime} gives it */
    public Progress(PrintStream to, boolean isTerminal, Paint paint, LongSupplier nanos) {
        this.to = to;
        this.isTerminal = isTerminal;
        this.paint = paint;
        this.nanos = nanos;
        this.begun = nanos.getAsLong();
    }

    /** From now on the line is also drawn when nothing happens: somebody who waits sees that it lives. */
    public synchronized Progress ticking() {
        if (isTerminal && !ticks) {
            ticks = true;
            Thread.ofPlatform().daemon().name("progress").start(this::tick);
        }
        return this;
    }

    /** Something goes on, and nobody knows how long. */
    public synchronized void at(String where, String text) {
        if (isTerminal) {
            going = where + "  " + text;
            draw();
        } else {
            once(where, text);
        }
    }

    /** Something goes on, and this much of it is done. */
    public synchronized void at(String where, String text, long done, long total, boolean isBytes) {
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
        going = where + "  " + bar + "  " + of + "  " + text;
        draw();
    }

    /** A line that stays. */
    public synchronized void line(String text) {
        clear();
        to.println(text);
        to.flush();
        if (!going.isEmpty()) {
            draw();
        }
    }

    /** Takes the line that is drawn away, before anything else is written. */
    private void clear() {
        if (isDrawn) {
            to.print(CLEAR);
            to.flush();
            isDrawn = false;
        }
    }

    /** Nothing goes on any more, and nothing of it is left on the terminal. */
    @Override
    public synchronized void close() {
        isOver = true;
        clear();
        notifyAll();
    }

    private void once(String where, String text) {
        String now = where + ": " + text;
        if (!now.equals(said)) {
            said = now;
            to.println(now);
            to.flush();
        }
    }

    private void draw() {
        if (isOver) {
            return;
        }
        Duration taken = Duration.ofNanos(nanos.getAsLong() - begun);
        String turning = TURNING[(int) (taken.toMillis() / TICK_MILLIS % TURNING.length)];
        to.print(CLEAR + CUT + paint.faint(turning + " " + Amounts.duration(taken) + "  " + going) + WRAP);
        to.flush();
        isDrawn = true;
    }

    private synchronized void tick() {
        try {
            while (!isOver) {
                if (!going.isEmpty()) {
                    draw();
                }
                wait(TICK_MILLIS);
            }
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        }
    }
}
