package dev.holdfast.daemon;

import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The keys that others build on, as docs/reference/output.md promises them: none missing, none called otherwise. */
final class KeysTest {
    @TempDir
    private Path folder;

    private House house;

    @BeforeEach
    void begin() {
        house = new House(folder).start();
        house.file("stack.json", House.stackOf(House.service("main", House.IDLE, ",\"things\":[\"one\"]")));
    }

    @AfterEach
    void end() {
        house.close();
    }

    @Test
    void statusOfARunningStack() {
        house.up(folder.resolve("stack.json"));

        Json status = house.get("/v1/stacks/test/status");

        assertThat(keys(status))
                .containsExactly(
                        "stack",
                        "environment",
                        "desired",
                        "derived",
                        "ready",
                        "services",
                        "notes",
                        "backups",
                        "problems");
        Json service = status.itemsAt("services").getFirst();
        assertThat(keys(service))
                .containsExactly("name", "engine", "version", "ready", "because", "members", "endpoints", "compute");
        assertThat(keys(service.itemsAt("members").getFirst()))
                .containsExactly(
                        "name",
                        "role",
                        "state",
                        "ready",
                        "asleep",
                        "because",
                        "next",
                        "pid",
                        "rssBytes",
                        "restarts",
                        "since");
        for (Json endpoint : service.itemsAt("endpoints")) {
            assertThat(keys(endpoint)).containsExactly("name", "host", "port", "url");
        }
    }

    @Test
    void statusOfAStackThatIsDown() {
        house.up(folder.resolve("stack.json"));
        Json down = house.stream("/v1/stacks/test/down", Json.object().build()).getLast();

        assertThat(keys(down)).containsExactly("event", "stack", "purged", "stopped", "services", "untouched");
        assertThat(keys(down.itemsAt("services").getFirst())).containsExactly("name", "stopped");
        Json status = house.get("/v1/stacks/test/status");
        assertThat(keys(status))
                .containsExactly(
                        "stack",
                        "environment",
                        "desired",
                        "derived",
                        "ready",
                        "services",
                        "notes",
                        "backups",
                        "problems");
        assertThat(keys(status.itemsAt("services").getFirst()))
                .containsExactly("name", "engine", "version", "ready", "because", "members", "endpoints", "compute");
    }

    @Test
    void planOfARunningStack() {
        house.up(folder.resolve("stack.json"));
        house.file("stack.json", House.stackOf(House.service("main", House.IDLE, ",\"things\":[\"one\",\"two\"]")));

        Json plan = post("/v1/stacks/test/plan", "{}");

        assertThat(keys(plan)).containsExactly("stack", "known", "changes", "notes", "unseen", "interrupted");
        assertThat(plan.isAt("known")).isTrue();
        assertThat(keys(plan.itemsAt("changes").getFirst()))
                .containsExactly("where", "summary", "statement", "risk", "undo", "because", "approval");
    }

    @Test
    void planOfAStackThatWasNeverStartedMakesNothing() {
        Json plan = post("/v1/plan", "{\"source\":\"" + folder.resolve("stack.json") + "\"}");

        assertThat(keys(plan)).containsExactly("stack", "known", "changes", "notes", "unseen", "interrupted");
        assertThat(plan.isAt("known")).isFalse();
        assertThat(plan.itemsAt("changes"))
                .extracting(change -> change.textAt("where").orElse(""))
                .containsExactly("main/main-0", "main/one");
        assertThat(house.home().stack("test").root()).doesNotExist();
        assertThat(house.get("/v1/stacks").itemsAt("stacks")).isEmpty();
    }

    @Test
    void whyOfAServiceAndOfAMember() {
        house.up(folder.resolve("stack.json"));

        for (String what : List.of("main", "main-0")) {
            Json why = house.get("/v1/stacks/test/why/" + what);
            assertThat(keys(why))
                    .containsExactly("stack", "service", "ready", "state", "decisions", "changes", "evidence", "next");
            assertThat(keys(why.itemsAt("decisions").getFirst())).containsExactly("at", "member", "text");
        }
        assertThat(keys(house.get("/v1/stacks/test/why/main").itemsAt("changes").getFirst()))
                .containsExactly("at", "where", "summary");
    }

    private Json post(String path, String body) {
        return Json.parse(house.client().post(path, body, House.SECONDS).body());
    }

    private static List<String> keys(Json json) {
        assertThat(json).isInstanceOf(Json.Members.class);
        Map<String, Json> values = ((Json.Members) json).values();
        return List.copyOf(values.keySet());
    }
}
