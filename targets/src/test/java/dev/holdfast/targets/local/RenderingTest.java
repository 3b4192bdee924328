package dev.holdfast.targets.local;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Content.Syntax;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Setting.Effect;
import dev.holdfast.secret.Redacted;
import dev.holdfast.text.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class RenderingTest {
    private static Rendering settings(Syntax syntax, Setting... settings) {
        return Rendering.of(new ConfigurationFile("a.conf", "[head]", new Content.Settings(syntax, List.of(settings))));
    }

    @Test
    void everySyntaxAndItsReasons() {
        Setting plain = new Setting("work_mem", "4MB", Effect.RELOAD, "memory / connections\n  / 4");
        Setting odd = new Setting("name", "it's \\ so", Effect.RESTART, "");
        assertThat(settings(Syntax.QUOTED, plain, odd).text()).isEqualTo("""
                [head]
                # memory / connections / 4
                work_mem = '4MB'
                name = 'it''s \\\\ so'
                """);
        assertThat(settings(Syntax.SPACED, odd).text()).isEqualTo("[head]\nname it's \\ so\n");
        assertThat(settings(Syntax.PLAIN, odd).text()).isEqualTo("[head]\nname = it's \\ so\n");
    }

    @Test
    void aKeyOnSeveralLinesIsOneFact() {
        Rendering rendering = settings(
                Syntax.SPACED,
                new Setting("save", "900 1", Effect.RELOAD, "often"),
                new Setting("save", "300 10", Effect.RESTART, "seldom"));
        assertThat(rendering.facts().settings().get("save"))
                .isEqualTo(new Facts.Fact("900 1, 300 10", Effect.RESTART, true, "often"));
    }

    @Test
    void aValueCannotBecomeASecondLine() {
        assertThatThrownBy(() -> settings(Syntax.PLAIN, new Setting("a", "b\nc = d", Effect.RELOAD, "")))
                .hasMessageContaining("setting 'a' of a.conf would not stay on one line [HF9001]");
        assertThatThrownBy(() -> settings(Syntax.QUOTED, new Setting("a\rb", "c", Effect.RELOAD, "")))
                .hasMessageContaining("HF9001");
    }

    @Test
    void factsOfASecretHoldOnlyItsDigest() {
        Rendering rendering = Rendering.of(
                new ConfigurationFile("users", new Content.Confidential(new Redacted("hunter2"), Effect.RELOAD)));
        Facts facts = new Facts(new TreeMap<>(Map.of("config/users", rendering.facts())));
        assertThat(facts.json().pretty()).doesNotContain("hunter2");
        assertThat(Facts.of(Json.parse(facts.json().pretty()))).isEqualTo(facts);
        assertThat(rendering.text()).isEqualTo("hunter2");
    }
}
