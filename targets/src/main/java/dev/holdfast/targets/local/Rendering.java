package dev.holdfast.targets.local;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Facts.Fact;
import dev.holdfast.targets.local.Facts.FileFacts;
import java.util.SortedMap;
import java.util.TreeMap;

/** A configuration file as the engine reads it, and the facts that a plan compares. Equal files give equal bytes. */
record Rendering(String text, FileFacts facts) {
    private static final String PREAMBLE = "(preamble)";

    static Rendering of(ConfigurationFile file) {
        SortedMap<String, Fact> facts = new TreeMap<>();
        if (!file.preamble().isEmpty()) {
            facts.put(PREAMBLE, new Fact(Digest.of(file.preamble()), Setting.Effect.RESTART, false, ""));
        }
        String text = switch (file.content()) {
            case Content.Plain(String plain, Setting.Effect effect) -> {
                facts.put("", new Fact(Digest.of(plain), effect, false, ""));
                yield preamble(file) + plain;
            }
            case Content.Confidential(var secret, Setting.Effect effect) -> {
                facts.put("", new Fact(Digest.of(secret.reveal()), effect, false, ""));
                yield preamble(file) + secret.reveal();
            }
            case Content.Settings(Content.Syntax syntax, var settings) -> {
                StringBuilder lines = new StringBuilder(preamble(file));
                for (Setting setting : settings) {
                    lines.append(lines(file.name(), syntax, setting));
                    // a key may stand on several lines (Redis's save): they are one fact
                    facts.merge(
                            setting.key(),
                            new Fact(setting.value(), setting.effect(), true, setting.because()),
                            (first, next) -> new Fact(
                                    first.value() + ", " + next.value(),
                                    first.effect() == Setting.Effect.RESTART ? first.effect() : next.effect(),
                                    true,
                                    first.because()));
                }
                yield lines.toString();
            }
        };
        return new Rendering(text, new FileFacts(Digest.of(text), facts));
    }

    static String line(Content.Syntax syntax, String key, String value) {
        return switch (syntax) {
            // in postgresql.conf a backslash escapes inside quotes, and a quote is doubled
            case QUOTED -> key + " = '" + value.replace("\\", "\\\\").replace("'", "''") + "'";
            case SPACED -> key + " " + value;
            case PLAIN -> key + " = " + value;
        };
    }

    private static String lines(String file, Content.Syntax syntax, Setting setting) {
        if (hasLineEnd(setting.key()) || hasLineEnd(setting.value())) {
            throw new HoldfastException(Problem.of(
                    Code.HF9001,
                    "setting '" + setting.key().lines().findFirst().orElse("") + "' of " + file
                            + " would not stay on one line",
                    "Please report this: the stack file should have been refused."));
        }
        String because = setting.because().replaceAll("\\s+", " ").strip();
        String comment = because.isEmpty() ? "" : "# " + because + "\n";
        return comment + line(syntax, setting.key(), setting.value()) + "\n";
    }

    private static String preamble(ConfigurationFile file) {
        String preamble = file.preamble();
        return preamble.isEmpty() || preamble.endsWith("\n") ? preamble : preamble + "\n";
    }

    private static boolean hasLineEnd(String text) {
        return text.chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0);
    }
}
