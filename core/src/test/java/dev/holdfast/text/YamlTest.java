package dev.holdfast.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;
import org.snakeyaml.engine.v2.schema.JsonSchema;

import static org.assertj.core.api.Assertions.assertThat;

final class YamlTest {
    private static final String ODD = "ab:#-?,[]{}&*!|>'\"%@`~ \t\n\r\\0.1e+_=<\u0000\u0007\u007f\u0085\u00a0\u00e9"
            + "\u0130\u2028\u2029\ufeff\ufffd\ufffe\uffff\ue000";

    @Test
    void writesBlocksInTheOrderGiven() {
        Json value = Json.object()
                .put("name", "demo")
                .put("count", 3)
                .put("empty", Json.object().build())
                .put("none", Json.texts(List.of()))
                .put(
                        "items",
                        Json.array(List.of(
                                Json.object().put("a", true).put("b", "x: y").build(),
                                Json.texts(List.of("1", "two")))))
                .build();

        assertThat(Yaml.write(value)).isEqualTo("""
                        name: demo
                        count: 3
                        empty: {}
                        none: []
                        items:
                          - a: true
                            b: "x: y"
                          -
                            - "1"
                            - two
                        """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "~",
                "null",
                "NULL",
                "True",
                "yes",
                "No",
                "ON",
                "off",
                "y",
                "N",
                ".nan",
                ".Inf",
                "-.inf",
                "1",
                "0x1f",
                "0o17",
                "017",
                "1_000",
                "1e3",
                ".5",
                "1:30",
                "2026-01-01",
                "-",
                "--- ",
                "---",
                "...",
                "- a",
                "? b",
                "a: b",
                "a #b",
                "#",
                "&a",
                "*a",
                "!t",
                "|",
                ">",
                "%d",
                "@",
                "`",
                "{",
                "}",
                "[",
                "]",
                ",",
                "<<",
                "=",
                "a\n",
                "\ud83d\ude00",
                "\u0085",
                "\ufeff",
                "$",
                "'",
                "\"",
                "\\",
                "a\tb",
                "trailing ",
                "5m",
                "2Gi",
                "/a/b",
                "-x"
            })
    void whateverLooksLikeSomethingElseIsText(String text) {
        assertRoundTrip(text);
    }

    @Test
    void anyTextComesBackAsItWas() {
        Random random = new Random(17);
        for (int round = 0; round < 1_000; round++) {
            StringBuilder text = new StringBuilder();
            int length = random.nextInt(24);
            for (int i = 0; i < length; i++) {
                switch (random.nextInt(4)) {
                    case 0 -> text.append((char) (' ' + random.nextInt(95)));
                    case 1 -> text.appendCodePoint(0x10000 + random.nextInt(0x100000));
                    default -> text.append(ODD.charAt(random.nextInt(ODD.length())));
                }
            }
            assertRoundTrip(text.toString());
        }
    }

    /** As key, as value and as item, read by the strict and by the lax schema and through UTF-8. */
    private static void assertRoundTrip(String text) {
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("before", text);
        expected.put(text, List.of(text, "after"));
        List<Json> items = new ArrayList<>(List.of(Json.text(text), Json.text("after")));
        String yaml = Yaml.write(
                Json.object().put("before", text).put(text, Json.array(items)).build());
        String carried = new String(yaml.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);

        for (LoadSettings settings : List.of(
                LoadSettings.builder().build(),
                LoadSettings.builder().setSchema(new JsonSchema()).build(),
                LoadSettings.builder().setSchema(new FailsafeSchema()).build())) {
            assertThat(new Load(settings).loadFromString(carried)).isEqualTo(expected);
        }
    }
}
