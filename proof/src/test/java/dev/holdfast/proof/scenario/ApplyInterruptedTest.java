package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** An apply that is killed goes on where it stopped, at whichever of its steps that was. */
@Tag("engines")
final class ApplyInterruptedTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private static Installation installation;
    private static RunningStack stack;
    private static int round;

    @BeforeAll
    static void begin() {
        installation = Places.installation("apply");
        stack = RunningStack.up(installation, Places.folder(installation, "apply"), "apply", yaml(0));
        stack.shell("main", "-c", "create table kept(n int); insert into kept values (7)")
                .orFail();
    }

    @AfterAll
    static void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    /** The seed is the test's name: a failure can be run again. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void killedWithItsDaemonItIsResumedByTheNextApply(long seed) throws Exception {
        round++;
        stack.write(yaml(round));
        List<String> planned = wheres();
        // the kill comes after that many steps were journaled, begun or done
        int steps = new Random(seed).nextInt(1, planned.size() * 2);
        long journaled = steps();
        Path output = installation.home().resolve("apply-" + seed + ".txt");
        long daemon = Machine.daemon(installation);

        Process apply = installation.start(stack.folder(), output, "apply", "--yes");
        Await.until(
                steps + " steps are journaled",
                SOON,
                () -> !apply.isAlive() || steps() >= journaled + steps,
                () -> Machine.read(output));
        Machine.kill(daemon);
        assertThat(apply.waitFor(60, TimeUnit.SECONDS)).isTrue();

        String told = Machine.read(output);
        if (apply.exitValue() != 0) {
            assertThat(told).contains("[HF3306]").contains("fix:").contains("again");
        }
        Json status = stack.status();
        for (Json service : status.itemsAt("services")) {
            assertThat(service.textAt("because")).as(status.pretty()).isPresent();
        }
        Outcome second = stack.run("apply", "--yes");
        assertThat(second.status())
                .as("killed after " + steps + ": " + told + second.text())
                .isZero();
        if (apply.exitValue() != 0 && !second.out().contains("nothing")) {
            assertThat(second.text()).contains("from where the last apply stopped");
        }
        requireDone();
    }

    @Test
    void anApplyWhoseClientIsKilledStopsBetweenTwoStepsAndIsResumed() throws Exception {
        round++;
        stack.write(yaml(round));
        long journaled = steps();
        Path output = installation.home().resolve("apply-client.txt");

        Process apply = installation.start(stack.folder(), output, "apply", "--yes");
        Await.until(
                "a step is journaled", SOON, () -> !apply.isAlive() || steps() > journaled, () -> Machine.read(output));
        apply.destroyForcibly();
        assertThat(apply.waitFor(60, TimeUnit.SECONDS)).isTrue();

        Await.until(
                "the step at hand has ended and the stack can be changed again",
                SOON,
                () -> stack.run("apply", "--yes").status() == 0,
                () -> stack.run("apply", "--yes").text());
        requireDone();
    }

    private static void requireDone() {
        stack.awaitReady(SOON);
        assertThat(wheres()).isEmpty();
        assertThat(stack.run("apply").orFail().out()).contains("nothing was to be done");
        assertThat(stack.run("plan", "--output", "json").orFail().json().at("interrupted"))
                .isEmpty();
        for (String role : List.of("app", "auditor" + round, "clerk" + round)) {
            assertThat(stack.run("connect", "main", "--role", role, "--", "-Atc", "select current_user")
                            .orFail()
                            .out())
                    .contains(role);
        }
        assertThat(stack.run("connect", "main", "--role", "app", "--", "-Atc", "show work_mem")
                        .orFail()
                        .out())
                .contains((4 + round) + "MB");
        assertThat(stack.shell("main", "-Atc", "select n from kept").orFail().out())
                .contains("7");
        assertThat(stack.shell("cache", "PING").orFail().out()).contains("PONG");
    }

    private static List<String> wheres() {
        return stack.run("plan", "--output", "json").orFail().json().itemsAt("changes").stream()
                .map(change -> change.textAt("where").orElseThrow())
                .toList();
    }

    private static long steps() {
        Path journal = installation.home().resolve("data/stacks/apply/journal.ndjson");
        return Files.exists(journal)
                ? Machine.read(journal)
                        .lines()
                        .filter(line -> line.contains("\"change-"))
                        .count()
                : 0;
    }

    /** Each round adds two roles and users, and changes a setting that reloads and one that restarts. */
    private static String yaml(int number) {
        String roles = String.join(
                "\n",
                IntStream.rangeClosed(1, number)
                        .mapToObj(each ->
                                "        auditor%d: { can: [read], connections: 1 }\n        clerk%d: { can: [read, write], connections: 1 }"
                                        .formatted(each, each))
                        .toList());
        return """
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: apply }
                spec:
                  services:
                    main:
                      engine: postgres
                      resources: { memory: %dMi }
                      databases: { app: {} }
                      parameters: { work_mem: %dMB }
                      roles:
                        app: { can: [read, write, ddl] }
                %s
                    cache:
                      engine: redis
                      resources: { memory: %dMi }
                """.formatted(512 + 64 * number, 4 + number, roles, 128 + 32 * number);
    }
}
