package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;

/** Passwords, addresses and drift through the commands and the daemon, metrics and pooler running. */
@Tag("engines")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class RotationTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: rotation }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { memory: 512Mi }
                  pooler: { mode: transaction }
                  databases: { app: {} }
                  roles:
                    app: { can: [read, write, ddl], through: pooler }
                    reader: { can: [read] }
                metrics:
                  engine: prometheus
                  resources: { memory: 256Mi }
            """;

    private static Installation installation;
    private static RunningStack stack;

    @BeforeAll
    static void begin() {
        installation = Places.installation("rotate");
        stack = RunningStack.up(installation, Places.folder(installation, "rotate"), "rotation", YAML);
    }

    @AfterAll
    static void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    @Order(1)
    void twoPasswordsAreGoodUntilTheGraceIsOverWhichTheDaemonEnds() {
        String before = password("reader");
        Outcome begun = stack.run("rotate", "main", "reader", "--grace", "1s").orFail();
        assertThat(begun.out()).startsWith("reader: two passwords are good");
        assertThat(password("reader")).isNotEqualTo(before);
        assertThat(begun.text()).doesNotContain(before).doesNotContain(password("reader"));
        Await.until("the daemon ended the grace", SOON, () -> state("reader").equals("one"), () -> logins().pretty());
        assertThat(who("reader")).isEqualTo("reader");
        assertThat(stack.run("plan").orFail().out()).contains("nothing is to be done");
        Outcome twice = stack.run("rotate", "main", "reader", "--finish");
        assertThat(twice.status()).isEqualTo(5);
        assertThat(twice.err()).contains("[HF3506]");
    }

    @Test
    @Order(2)
    void everyLoginIsReplacedAndTheStackStaysReady() {
        Outcome all = stack.run("rotate", "main", "--all").orFail();
        assertThat(all.out())
                .contains("holdfast_pooler: only the new password is good")
                .contains("app: two passwords");
        stack.awaitReady(SOON);
        assertThat(who("app")).isEqualTo("app~1");
        stack.run("rotate", "main", "--all", "--finish").orFail();
        stack.awaitReady(SOON);
        assertThat(who("app")).isEqualTo("app");
        assertThat(logins().itemsAt("logins"))
                .allMatch(login -> login.textAt("state").orElse("").equals("one"));
        stack.run("restart", "main").orFail();
        stack.awaitReady(SOON);
        assertThat(stack.run("plan").orFail().out()).contains("nothing is to be done");
    }

    @Test
    @Order(3)
    void killedWithItsDaemonARotationGoesOn() throws Exception {
        for (int steps = 1; steps <= 3; steps++) {
            Path output = installation.home().resolve("rotate-" + steps + ".txt");
            long daemon = Machine.daemon(installation);
            Process rotate = installation.start(stack.folder(), output, "rotate", "main", "--all");
            Path secrets = installation.home().resolve("data/stacks/rotation/secrets.enc");
            long written = secrets.toFile().lastModified();
            int wanted = steps;
            Await.until(
                    "it is on its way",
                    SOON,
                    () -> !rotate.isAlive() || secrets.toFile().lastModified() > written + wanted,
                    () -> Machine.read(output));
            Machine.kill(daemon);
            assertThat(rotate.waitFor(60, TimeUnit.SECONDS)).isTrue();
            again("rotate", "main", "--all");
            again("rotate", "main", "--all", "--finish");
            stack.awaitReady(SOON);
            assertThat(stack.run("plan").orFail().out()).contains("nothing is to be done");
            assertThat(who("app")).isEqualTo("app");
        }
    }

    @Test
    @Order(4)
    void driftSaysWhoAndEndsOtherwiseThanWell() {
        assertThat(stack.run("drift").orFail().out()).contains("everything is as the file says");
        stack.run("connect", "main", "--role", "app", "--", "-c", "create table seen(n int)")
                .orFail();
        stack.run("connect", "main", "--role", "app", "--", "-c", "revoke select on seen from reader")
                .orFail();
        stack.run("connect", "main", "--role", "holdfast", "--", "-c", "create role handmade")
                .orFail();
        Outcome drift = stack.run("drift", "main");
        assertThat(drift.status()).as(drift.text()).isEqualTo(1);
        assertThat(drift.out())
                .contains("reader in app: grant SELECT on tables of public")
                .contains("by app from 127.0.0.1 with psql")
                .contains("revoke select on seen from reader")
                .contains("role handmade is not in the file");
        stack.run("apply", "--yes").orFail();
        Outcome mended = stack.run("drift");
        assertThat(mended.status()).as(mended.text()).isZero();
        assertThat(stack.run("drift", "--strict").status()).isEqualTo(1);
    }

    @Test
    @Order(5)
    void addressesAndAgesAreAppliedWithoutARestart() {
        long pid = stack.pid("main-0");
        stack.write(YAML.replace(
                "      roles:\n",
                "      passwords: { length: 33 }\n"
                        + "      allow: [ { roles: [reader], from: [loopback] }, { roles: [app], from: [127.0.0.2/32] } ]\n"
                        + "      roles:\n"));
        stack.run("apply", "--yes").orFail();
        stack.awaitReady(SOON);
        assertThat(stack.pid("main-0")).isEqualTo(pid);
        assertThat(stack.run("connect", "main", "--role", "reader", "--", "-c", "select 1")
                        .status())
                .isZero();
        assertThat(stack.run("connect", "main", "--role", "app", "--", "-c", "select 1")
                        .status())
                .isNotZero();
        assertThat(stack.run("status").out())
                .contains("the password of reader of main has 32 characters, and the file asks for 33");
        assertThat(stack.run("drift").status()).isEqualTo(1);
        stack.run("rotate", "main", "--all").orFail();
        stack.run("rotate", "main", "--all", "--finish").orFail();
        assertThat(stack.run("drift").out()).doesNotContain("characters");
        assertThat(password("reader")).hasSize(33);
    }

    /** The same command until it ends well: that is what it says after each interruption. */
    private static void again(String... command) {
        Await.until(
                String.join(" ", command),
                SOON,
                () -> stack.run(command).status() == 0,
                () -> stack.run(command).text());
    }

    private static Json logins() {
        return stack.run("rotate", "main", "--output", "json").orFail().json();
    }

    private static String state(String role) {
        return logins().itemsAt("logins").stream()
                .filter(login -> login.textAt("role").orElse("").equals(role))
                .findFirst()
                .flatMap(login -> login.textAt("state"))
                .orElse("");
    }

    /** The name that a client of the role is given now, and gets in with. */
    private static String who(String role) {
        return asked(role, "select session_user");
    }

    private static String password(String role) {
        return asked(role, "\\getenv given PGPASSWORD", "\\echo :given");
    }

    private static String asked(String role, String... words) {
        List<String> arguments = new ArrayList<>(List.of("connect", "main", "--role", role, "--", "-At"));
        for (String word : words) {
            arguments.addAll(List.of("-c", word));
        }
        return stack.run(arguments.toArray(new String[0])).orFail().out().strip();
    }
}
