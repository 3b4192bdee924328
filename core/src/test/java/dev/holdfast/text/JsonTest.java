package dev.holdfast.text;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class JsonTest {
    @Test
    void readsWhatItWrites() {
        Json value = Json.object()
                .put("name", "a \"b\" \\ \n \u0001 ğ 🙂")
                .put("count", 12L)
                .put("ready", true)
                .put("because", Optional.empty())
                .put("items", Json.array(List.of(Json.text("x"), Json.object().build())))
                .build();

        assertThat(Json.parse(value.compact())).isEqualTo(value);
        assertThat(Json.parse(value.pretty())).isEqualTo(value);
    }

    @Test
    void asksForMembersWithoutCaringWhetherTheyAreThere() {
        Json value = Json.parse("{\"a\":{\"b\":7},\"n\":null,\"t\":\"x\",\"l\":[1,2]}");

        assertThat(value.at("a").flatMap(a -> a.longAt("b"))).contains(7L);
        assertThat(value.at("n")).isEmpty();
        assertThat(value.textAt("t")).contains("x");
        assertThat(value.textAt("l")).isEmpty();
        assertThat(value.itemsAt("l")).hasSize(2);
        assertThat(value.itemsAt("t")).isEmpty();
        assertThat(value.isAt("t")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1,]",
                "{\"a\":1,}",
                "01",
                "1.",
                "+1",
                "tru",
                "\"a",
                "\"\\x\"",
                "\"\\u12\"",
                "{\"a\":1,\"a\":2}",
                "1 2",
                "'a'",
                "\"\n\"",
                "nul",
                "-",
                "{a:1}",
                "\u0000"
            })
    void refusesWhatIsNotJson(String text) {
        assertThatThrownBy(() -> Json.parse(text))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining(" at offset ");
    }

    @Test
    void refusesDeepNestingBeforeTheStackEnds() {
        assertThatThrownBy(() -> Json.parse("[".repeat(1_000_000)))
                .isInstanceOf(JsonException.class)
                .hasMessageStartingWith("nested more than 200 levels");
    }

    @Test
    void anyDamageIsEitherReadOrRefused() {
        SplittableRandom random = new SplittableRandom(7);
        String seed = "{\"a\":[1,-2.5e3,true,null,\"x\\u00e9\"],\"b\":{\"c\":\"\\n\"}}";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder damaged = new StringBuilder(seed);
            for (int hit = random.nextInt(4); hit >= 0; hit--) {
                damaged.setCharAt(random.nextInt(damaged.length()), (char) random.nextInt(128));
            }
            try {
                Json value = Json.parse(damaged.toString());
                assertThat(Json.parse(value.compact())).isEqualTo(value);
            } catch (JsonException refused) {
                assertThat(refused).hasMessageContaining("offset");
            }
        }
    }
}
