package dev.holdfast.proof.scenario;

import dev.holdfast.daemon.api.Client;
import dev.holdfast.daemon.api.NotAnswering;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A restored copy takes its source's place: with a history of its own, and whole whenever the daemon is killed meanwhile. */
@Tag("engines")
final class PromotionTest {
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: vault }
            spec:
              services:
                main: { engine: postgres, version: "17", databases: { shop: {} }, backups: { to: objects/backups } }
                objects: { engine: s3, buckets: { backups: {} } }
            """;

    private Installation installation;
    private RunningStack vault;

    @BeforeEach
    void begin() {
        installation = Places.installation("promotion");
        vault = RunningStack.up(installation, Places.folder(installation, "vault"), "vault", YAML);
        sql("vault", "CREATE TABLE items (word text)");
        vault.run("backup", "create", "main", "--type", "full").orFail();
    }

    @AfterEach
    void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    void oneOfTwoCopiesWithTheSameTimelineIsPromotedAndTheOtherRefused() {
        restore("one");
        restore("two");
        promote("one").orFail();
        sql("vault", "INSERT INTO items VALUES ('after one')");

        Outcome second = promote("two");

        assertThat(second.status()).as(second.text()).isEqualTo(2);
        assertThat(second.err()).contains("[HF3640]").contains("timeline 2").contains("holdfast restore main");
        assertThat(words("vault")).isEqualTo("after one");
        sql("vault@two", "INSERT INTO items VALUES ('still serves')");
        vault.run("down", "vault@two").orFail();
        assertThat(promote("two").err()).contains("[HF3641]").contains("holdfast up --name vault@two");

        // restored now, a copy knows of the other's history
        restore("three");
        sql("vault@three", "INSERT INTO items VALUES ('in three')");
        promote("three").orFail();
        assertThat(words("vault")).isEqualTo("after one, in three");
        assertThat(vault.status().isAt("ready")).isTrue();
    }

    @Test
    void aPromotionWhoseDaemonIsKilledIsAskedForAgainAndLosesNothing() {
        List<String> steps =
                List.of("handing vault@", "stopping vault@", "stopping main-0", "moving the data of", "starting main");
        String expected = "";
        for (String step : steps) {
            String name = "at-" + steps.indexOf(step);
            restore(name);
            sql("vault@" + name, "INSERT INTO items VALUES ('" + name + "')");
            expected = expected.isEmpty() ? name : expected + ", " + name;

            killedAt(step, name);
            Json promoted = promote(name, "--output", "json").orFail().json();

            assertThat(words("vault")).as(step).isEqualTo(expected);
            assertThat(promoted.itemsAt("aside")).as(step).hasSize(1);
            assertThat(Path.of(((Json.Text) promoted.itemsAt("aside").getFirst()).value()))
                    .isDirectory();
            assertThat(vault.run("stacks").out()).doesNotContain("vault@");
        }
        assertThat(vault.run("backup", "verify", "main").orFail().out())
                .contains("tables are there, as when it was saved");
    }

    private void killedAt(String step, String name) {
        long daemon = vault.run("daemon", "status", "--output", "json")
                .orFail()
                .json()
                .longAt("pid")
                .orElseThrow();
        AtomicBoolean killed = new AtomicBoolean();
        try {
            Client.at(installation.home().resolve("run/daemon.sock")).stream(
                    "POST",
                    Client.path("/v1/stacks/{}/{}/main", "vault", "promote"),
                    Json.object()
                            .put("copy", "vault@" + name)
                            .put("approve", Json.texts(List.of("vault/main")))
                            .build()
                            .compact(),
                    line -> {
                        if (line.contains(step) && killed.compareAndSet(false, true)) {
                            Machine.run("kill", "-KILL", Long.toString(daemon));
                        }
                    });
        } catch (NotAnswering gone) {
            // it is
        }
        assertThat(killed).as(step).isTrue();
    }

    private void restore(String name) {
        vault.run("restore", "main", "--as", name).orFail();
    }

    private Outcome promote(String name, String... more) {
        List<String> command = new ArrayList<>(List.of("promote", "vault@" + name, "--approve", "vault/main"));
        command.addAll(List.of(more));
        return vault.run(command.toArray(new String[0]));
    }

    private String words(String stack) {
        return sql(stack, "SELECT string_agg(word, ', ' ORDER BY word) FROM items");
    }

    private String sql(String stack, String statement) {
        return vault.sql(stack, "shop", statement);
    }
}
