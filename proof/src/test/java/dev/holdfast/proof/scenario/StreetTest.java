package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;

/** The starter stack from nothing to running, changed, stopped, started again and purged, as a user would do it. */
@Tag("engines")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class StreetTest {
    private static Installation installation;
    private static RunningStack starter;

    @BeforeAll
    static void bringTheStarterUp() throws IOException {
        installation = Places.installation("street");
        String yaml = Files.readString(Places.root().resolve("stacks/starter/stack.yaml"));
        starter = RunningStack.up(installation, Places.folder(installation, "starter"), "starter", yaml);
    }

    @AfterAll
    static void leaveNothing() {
        installation.close();
    }

    @Test
    @Order(1)
    void everyServiceIsReadyAndSaysByWhat() {
        Json status = starter.status();

        assertThat(status.isAt("ready")).as(status.pretty()).isTrue();
        assertThat(status.itemsAt("services"))
                .extracting(s -> s.textAt("engine").orElseThrow())
                .containsExactlyInAnyOrder("postgres", "redis", "s3", "prometheus");
        for (Json service : status.itemsAt("services")) {
            assertThat(service.textAt("because")).as(service.pretty()).isNotEmpty();
            for (Json member : service.itemsAt("members")) {
                assertThat(member.longAt("pid")).as(member.pretty()).isPresent();
                assertThat(member.longAt("rssBytes").orElse(0L)).isGreaterThan(1_000_000);
            }
        }
    }

    @Test
    @Order(2)
    void theDoorsServeWhoIsDeclared() {
        assertThat(starter.shell("main", "-At", "-c", "select 40 + 2")
                        .orFail()
                        .out()
                        .strip())
                .isEqualTo("42");
        assertThat(starter.shell("cache", "SET", "greeting", "hello")
                        .orFail()
                        .out()
                        .strip())
                .isEqualTo("OK");
        assertThat(starter.shell("cache", "GET", "greeting").orFail().out().strip())
                .contains("hello");
        assertThat(starter.run("connect", "main", "--role", "nobody").err())
                .contains("nobody")
                .contains("fix:");
    }

    @Test
    @Order(3)
    void nothingIsToBeDoneAfterUp() {
        Json plan = starter.run("plan", "--output", "json").orFail().json();
        assertThat(plan.itemsAt("changes")).isEmpty();
        assertThat(plan.compact())
                .as("what the edition at hand cannot do is said each time")
                .contains("keeps no versions");
        assertThat(starter.run("apply").orFail().out()).containsIgnoringCase("nothing");
        assertThat(starter.run("up").orFail().text()).isNotBlank();
    }

    @Test
    @Order(4)
    void aChangedFileIsPlannedAppliedAndThenDone() throws IOException {
        String before = Files.readString(starter.folder().resolve("stack.yaml"));
        String after = before.replace("roles:", "roles:\n        auditor: { can: [read] }");
        assertThat(after).isNotEqualTo(before);
        starter.write(after);

        List<Json> changes =
                starter.run("plan", "--output", "json").orFail().json().itemsAt("changes");
        assertThat(changes).isNotEmpty();
        for (Json change : changes) {
            assertThat(change.textAt("where")).isPresent();
            assertThat(change.textAt("summary")).isPresent();
            assertThat(change.textAt("risk")).isPresent();
            assertThat(change.textAt("because")).isPresent();
        }

        starter.run("apply", "--yes").orFail();

        assertThat(starter.run("plan", "--output", "json").orFail().json().itemsAt("changes"))
                .isEmpty();
        assertThat(starter.run("connect", "main", "--role", "auditor", "--", "-Atc", "select current_user")
                        .orFail()
                        .out()
                        .strip())
                .isEqualTo("auditor");
    }

    @Test
    @Order(5)
    void dataOutlivesDownAndUp() {
        starter.run("connect", "main", "--role", "migrator", "--", "-c", "create table kept(n int)")
                .orFail();
        // what the migrator makes is open to the app without another apply
        starter.shell("main", "-c", "insert into kept values (7)").orFail();
        starter.run("down").orFail();
        starter.run("up").orFail();

        assertThat(starter.shell("main", "-At", "-c", "select n from kept")
                        .orFail()
                        .out()
                        .strip())
                .isEqualTo("7");
        assertThat(starter.shell("cache", "GET", "greeting").orFail().out()).contains("hello");
    }

    @Test
    @Order(6)
    void purgeAsksForTheNameAndLeavesNothing() {
        Outcome refused = starter.run("down", "--purge");
        assertThat(refused.status()).isEqualTo(5);
        assertThat(refused.err()).contains("starter").contains("fix:");

        Outcome wrong = starter.run("down", "--purge", "--confirm", "other");
        assertThat(wrong.status()).isEqualTo(5);

        starter.awaitReady(Duration.ofSeconds(20));
        starter.run("down", "--purge", "--confirm", "starter").orFail();
        assertThat(installation.home().resolve("data/stacks/starter")).doesNotExist();
    }
}
