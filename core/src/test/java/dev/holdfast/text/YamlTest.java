package dev.holdfast.text;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

import static org.assertj.core.api.Assertions.assertThat;

final class YamlTest {

    @Test
    void writesBlocksInTheOrderGiven() {
        Json value = Json.object()
                .put("b", 1)
                .put(
                        "a",
                        Json.array(List.of(
                                Json.object()
                                        .put("x", "1")
                                        .put("z", Json.texts(List.of()))
                                        .build(),
                                Json.text("plain"),
                                Json.array(List.of(Json.bool(true))))))
                .put("empty", Json.object().build())
                .build();
        assertThat(Yaml.write(value)).isEqualTo("""
                b: 1
                a:
                  - x: "1"
                    z: []
                  - plain
                  -
                    - true
                empty: {}
                """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "a b",
                "",
                " ",
                "17",
                "0.5",
                "1e3",
                "0x1f",
                "true",
                "No",
                "null",
                "~",
                "- a",
                "a: b",
                "a#b",
                "#a",
                "*a",
                "&a",
                "!a",
                "@a",
                "%a",
                "`a",
                "\"",
                "'",
                "{a}",
                "[a]",
                "a\nb",
                "\t",
                "5m",
                "2Gi",
                "1_000",
                "0o7",
                ".5",
                "-",
                "--",
                ".",
                "..",
                "...",
                "---",
                ".inf",
                ".NaN",
                "=",
                "<<",
                "y",
                "on",
                "12:30:45",
                "2026-01-01",
                "İı"
            })
    void textReadsBackAsTheSameText(String text) {
        Object read = new Load(LoadSettings.builder().build())
                .loadFromString(Yaml.write(Json.object().put("k", text).build()));
        assertThat(read).isEqualTo(java.util.Map.of("k", text));
    }
}
