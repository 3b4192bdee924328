package dev.holdfast.cli.command;

import dev.holdfast.cli.text.Amounts;
import dev.holdfast.cli.text.Paint;
import dev.holdfast.cli.text.ProblemText;
import dev.holdfast.cli.text.Progress;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.util.function.Consumer;

/** Shows a stream of events to a person while it comes. What ends the stream is the command's own to show. */
public final class Events implements Consumer<Json>, AutoCloseable {
    private final Session session;
    private final Progress progress;
    private final boolean isShown;
    private final Thread onInterrupt;

    /** @param interrupted what to tell somebody who presses Ctrl-C: the daemon sees that we are gone */
    public Events(Session session, String interrupted) {
        this.session = session;
        this.progress = session.progress();
        this.isShown = session.showsProgress();
        this.onInterrupt = new Thread(() -> {
            progress.clear();
            session.remark(interrupted);
        });
        Runtime.getRuntime().addShutdownHook(onInterrupt);
    }

    @Override
    public void accept(Json event) {
        if (!isShown) {
            return;
        }
        Paint paint = session.paint();
        switch (event.textAt("event").orElse("")) {
            case "progress" -> progress(event);
            case "decision" -> progress.line("  " + text(event, "text"));
            case "ready" ->
                progress.line(paint.good("✓") + " " + paint.strong(text(event, "service")) + "  "
                        + text(event, "because")
                        + event.longAt("millis")
                                .map(millis -> paint.faint("  " + Amounts.duration(Duration.ofMillis(millis))))
                                .orElse(""));
            case "change" -> change(event, paint);
            case "problem" ->
                event.at("problem")
                        .ifPresent(problem -> ProblemText.lines(
                                        Refusals.problem(problem),
                                        session.surroundings().directory(),
                                        paint)
                                .forEach(progress::line));
            default -> {
                // a newer daemon may say more than this build understands
            }
        }
    }

    private void progress(Json event) {
        String where = text(event, "where");
        String text = text(event, "text");
        if (event.longAt("total").isPresent()) {
            progress.at(
                    where,
                    text,
                    event.longAt("done").orElse(0L),
                    event.longAt("total").get(),
                    event.textAt("unit").orElse("").equals("bytes"));
        } else {
            progress.at(where, text);
        }
    }

    private void change(Json event, Paint paint) {
        if (event.textAt("state").orElse("").equals("done")) {
            progress.line(paint.good("✓") + " " + paint.strong(text(event, "where")) + "  " + text(event, "summary"));
        } else {
            progress.at(text(event, "where"), text(event, "summary"));
        }
    }

    private static String text(Json event, String key) {
        return Quoting.visible(event.textAt(key).orElse(""));
    }

    /** The stream has ended: nothing is left on the line, and Ctrl-C is no longer ours to explain. */
    @Override
    public void close() {
        progress.clear();
        try {
            Runtime.getRuntime().removeShutdownHook(onInterrupt);
        } catch (IllegalStateException ending) {
            // the process is ending already, and the hook says so
            progress.clear();
        }
    }
}
