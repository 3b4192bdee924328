package dev.holdfast.blueprint;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import java.util.List;

/**
 * A file the workload reads at {@code /config/<name>}. {@code preamble} stands before the content as it is (a section
 * head, an include); it is empty where there is none.
 */
public record ConfigurationFile(String name, String preamble, Content content) {
    public ConfigurationFile(String name, Content content) {
        this(name, "", content);
    }

    public boolean isConfidential() {
        return content instanceof Content.Confidential;
    }

    /** The whole file as the engine reads it, each setting under the rule that gave its value. */
    public Redacted text() {
        String head = preamble.isEmpty() || preamble.endsWith("\n") ? preamble : preamble + "\n";
        return new Redacted(head
                + switch (content) {
                    case Content.Plain(String text, Setting.Effect _) -> text;
                    case Content.Confidential(Redacted text, Setting.Effect _) -> text.reveal();
                    case Content.Settings(Content.Syntax syntax, List<Setting> settings) -> {
                        StringBuilder lines = new StringBuilder();
                        for (Setting setting : settings) {
                            lines.append(lines(syntax, setting));
                        }
                        yield lines.toString();
                    }
                });
    }

    private String lines(Content.Syntax syntax, Setting setting) {
        if (hasLineEnd(setting.key()) || hasLineEnd(setting.value())) {
            throw new HoldfastException(Problem.of(
                    Code.HF9001,
                    "setting '" + setting.key().lines().findFirst().orElse("") + "' of " + name
                            + " would not stay on one line",
                    "Please report this: the stack file should have been refused."));
        }
        String because = setting.because().replaceAll("\\s+", " ").strip();
        String comment = because.isEmpty() ? "" : "# " + because + "\n";
        return comment + syntax.line(setting.key(), setting.value()) + "\n";
    }

    private static boolean hasLineEnd(String text) {
        return text.chars().anyMatch(c -> c == '\n' || c == '\r' || c == 0);
    }
}
