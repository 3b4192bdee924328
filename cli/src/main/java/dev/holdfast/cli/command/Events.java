package dev.holdfast.cli.command;

import dev.holdfast.cli.text.Amounts;
import dev.holdfast.cli.text.Paint;
import dev.holdfast.cli.text.ProblemText;
import dev.holdfast.cli.text.Progress;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Shows a stream of events to a person while it comes. What ends the stream is the command's own to show. */
public final class Events implements Consumer<Json>, AutoCloseable {
    private static final int LONGEST = 100;
    private static final int NAME = 10;

    private final Session session;
    private final Detail detail;
    private final Progress progress;
    private final boolean isShown;
    private final Thread onInterrupt;
    private final Set<String> begun = new HashSet<>();
    private final SortedMap<String, Integer> made = new TreeMap<>();

    /** How much of what comes is a line of its own. */
    public enum Detail {
        /** What is ready, and what nobody expected; the rest only while it goes on. */
        RESULTS,
        /** Also each step that is done. */
        STEPS,
        /** Everything, in full. */
        ALL
    }

    /** @param interrupted what to tell somebody who presses Ctrl-C: the daemon sees that we are gone */
    public Events(Session session, Detail detail, String interrupted) {
        this.session = session;
        this.detail = detail;
        this.isShown = session.showsProgress();
        this.progress = session.progress();
        if (isShown) {
            progress.ticking();
        }
        this.onInterrupt = new Thread(() -> {
            progress.close();
            session.remark(interrupted);
        });
        Runtime.getRuntime().addShutdownHook(onInterrupt);
    }

    @Override
    public void accept(Json event) {
        String kind = event.textAt("event").orElse("");
        if (kind.equals("change") && event.textAt("state").orElse("").equals("done")) {
            made.merge(owner(text(event, "where")), 1, Integer::sum);
        }
        if (!isShown) {
            return;
        }
        Paint paint = session.paint();
        switch (kind) {
            case "progress" -> progress(event);
            case "decision" -> decision(event);
            case "ready" ->
                progress.line(paint.good("✓") + " " + paint.strong(padded(text(event, "service"))) + " "
                        + padded(event.longAt("millis")
                                .map(millis -> Amounts.duration(Duration.ofMillis(millis)))
                                .orElse(""))
                        + " " + paint.faint(text(event, "because")));
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

    /** How many steps were done inside each service, by its name. */
    public Map<String, Integer> made() {
        return Map.copyOf(made);
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

    /** What is first decided about a member is what was asked for; what comes after that is news. */
    private void decision(Json event) {
        boolean isExpected = event.textAt("member").map(begun::add).orElse(false);
        if (detail == Detail.ALL || !isExpected) {
            progress.line("  " + text(event, "text"));
        } else if (session.surroundings().terminals().err()) {
            progress.at(text(event, "member"), text(event, "text"));
        }
    }

    private void change(Json event, Paint paint) {
        boolean isDone = event.textAt("state").orElse("").equals("done");
        if (isDone && detail != Detail.RESULTS) {
            progress.line(paint.good("✓") + " " + paint.strong(text(event, "where")) + "  " + summary(event));
        } else if (!isDone && session.surroundings().terminals().err()) {
            progress.at(text(event, "where"), summary(event));
        }
    }

    private String summary(Json event) {
        return detail == Detail.ALL ? text(event, "summary") : Amounts.shortened(text(event, "summary"), LONGEST);
    }

    private static String owner(String where) {
        int end = where.indexOf('/');
        return end < 0 ? where : where.substring(0, end);
    }

    private static String padded(String text) {
        return text + " ".repeat(Math.max(0, NAME - Paint.width(text)));
    }

    private static String text(Json event, String key) {
        return Quoting.visible(event.textAt(key).orElse(""));
    }

    /** The stream has ended: nothing is left on the line, and Ctrl-C is no longer ours to explain. */
    @Override
    public void close() {
        progress.close();
        try {
            Runtime.getRuntime().removeShutdownHook(onInterrupt);
        } catch (IllegalStateException ending) {
            // the process is ending already, and the hook says so
            progress.close();
        }
    }
}
