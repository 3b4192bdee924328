package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Several stacks and several homes on one machine, none in the way of another. */
@Tag("engines")
final class TwoStacksTest {
    private Installation here;
    private Installation there;

    @BeforeEach
    void begin() {
        here = Places.installation("two-a");
        there = Places.installation("two-b");
    }

    @AfterEach
    void leaveNothing() {
        here.close();
        there.close();
        Machine.awaitNoProcess(here);
        Machine.awaitNoProcess(there);
    }

    @Test
    void portsDifferBetweenStacksAndHomesAndAreKept() {
        RunningStack blue = up(here, "blue");
        RunningStack green = up(here, "green");
        RunningStack other = up(there, "blue");
        List<Long> ports = List.of(port(blue), port(green), port(other));
        assertThat(ports).doesNotHaveDuplicates().allMatch(port -> port > 1024 && port < 32768);

        blue.shell("cache", "SET", "who", "blue").orFail();
        green.shell("cache", "SET", "who", "green").orFail();
        other.shell("cache", "SET", "who", "other").orFail();
        // brought back in the other order, each takes its own ports and no other's
        blue.run("down").orFail();
        green.run("down").orFail();
        other.run("down").orFail();
        other.run("up").orFail();
        green.run("up").orFail();
        blue.run("up").orFail();

        assertThat(List.of(port(blue), port(green), port(other))).isEqualTo(ports);
        assertThat(blue.shell("cache", "GET", "who").orFail().out()).contains("blue");
        assertThat(green.shell("cache", "GET", "who").orFail().out()).contains("green");
        assertThat(other.shell("cache", "GET", "who").orFail().out()).contains("other");
    }

    @Test
    void aCommandThatCouldMeanSeveralStacksIsRefusedWithTheirNames() {
        RunningStack blue = up(here, "blue");
        up(here, "green");

        for (List<String> command : List.of(
                List.of("status"),
                List.of("down"),
                List.of("apply"),
                List.of("plan"),
                List.of("logs"),
                List.of("env"),
                List.of("why", "cache"),
                List.of("restart", "cache"),
                List.of("connect", "cache", "--url"))) {
            Outcome refused = here.run(here.home(), command.toArray(new String[0]));

            assertThat(refused.status()).as(command + refused.text()).isEqualTo(2);
            assertThat(refused.err())
                    .as(command.toString())
                    .contains("blue")
                    .contains("green")
                    .contains("[HF")
                    .contains("fix:");
        }
        Set<String> names = new TreeSet<>();
        here.run(here.home(), "stacks", "--output", "json")
                .orFail()
                .json()
                .itemsAt("stacks")
                .forEach(stack -> names.add(stack.textAt("name").orElseThrow()));
        assertThat(names).containsExactly("blue", "green");
        // in a stack's folder it is clear which one is meant, and another can still be named
        assertThat(blue.run("status").orFail().out()).contains("blue").doesNotContain("green");
        assertThat(blue.run("status", "green").orFail().out()).contains("green");
        assertThat(there.run(there.home(), "stacks").orFail().out())
                .doesNotContain("blue")
                .doesNotContain("green");
    }

    private static RunningStack up(Installation installation, String name) {
        return RunningStack.up(installation, Places.folder(installation, name), name, SmallStack.redis(name));
    }

    private static long port(RunningStack stack) {
        return stack.endpoints("cache").getFirst().longAt("port").orElseThrow();
    }
}
