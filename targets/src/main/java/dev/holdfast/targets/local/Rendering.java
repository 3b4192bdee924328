package dev.holdfast.targets.local;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Setting;
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
        switch (file.content()) {
            case Content.Plain(String plain, Setting.Effect effect) ->
                facts.put("", new Fact(Digest.of(plain), effect, false, ""));
            case Content.Confidential(var secret, Setting.Effect effect) ->
                facts.put("", new Fact(Digest.of(secret.reveal()), effect, false, ""));
            case Content.Settings(var _, var settings) ->
                settings.forEach(setting -> facts.merge(
                        setting.key(),
                        new Fact(setting.value(), setting.effect(), true, setting.because()),
                        Rendering::both));
        }
        String text = file.text().reveal();
        return new Rendering(text, new FileFacts(Digest.of(text), facts));
    }

    /** A key may stand on several lines (Redis's save): they are one fact. */
    private static Fact both(Fact first, Fact next) {
        return new Fact(
                first.value() + ", " + next.value(),
                first.effect() == Setting.Effect.RESTART ? first.effect() : next.effect(),
                true,
                first.because());
    }
}
