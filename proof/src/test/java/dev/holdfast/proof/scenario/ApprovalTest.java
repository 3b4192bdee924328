package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;

/** What loses data is done only with a word that says what is lost, and what a person made is never proposed. */
@Tag("engines")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class ApprovalTest {
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: approval }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { memory: 512Mi }
                  databases:
                    app: {}
                    extra: {}
                  roles:
                    app: { can: [read, write] }
                    clerk: { can: [read, write, ddl] }
                objects:
                  engine: s3
                  resources: { memory: 256Mi }
                  buckets:
                    full: {}
                    empty: {}
                cache:
                  engine: redis
                  resources: { memory: 128Mi }
            """;

    private static Installation installation;
    private static RunningStack stack;

    @BeforeAll
    static void begin() {
        installation = Places.installation("approval");
        stack = RunningStack.up(installation, Places.folder(installation, "approval"), "approval", YAML);
        stack.run("connect", "main", "--role", "holdfast", "--", "-c", "create role handmade")
                .orFail();
        stack.run("connect", "main", "--role", "holdfast", "--", "-c", "create database handmade")
                .orFail();
        stack.run("connect", "main", "--role", "clerk", "--", "-d", "extra", "-c", "create table lost(n int)")
                .orFail();
        Buckets.of(stack, "objects").put("full", "report.txt", "kept");
        Buckets.of(stack, "objects").create("handmade");
    }

    @AfterAll
    static void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    @Order(1)
    void whatAPersonMadeIsNoDifference() {
        assertThat(stack.run("plan", "--output", "json").orFail().json().itemsAt("changes"))
                .isEmpty();
        assertThat(stack.run("apply").orFail().out()).containsIgnoringCase("nothing");
    }

    @Test
    @Order(2)
    void thePlanSaysWhatWouldBeLostAndByWhichWordItIsAllowed() {
        stack.write(without("extra: {}", "clerk: { can: [read, write, ddl] }", "full: {}", "empty: {}"));

        Map<String, Json> changes = changes();

        for (String lossy : List.of("main/databases/extra", "main/roles/clerk", "objects/buckets/full")) {
            Json change = changes.get(lossy);
            assertThat(change).as(lossy + " in " + changes.keySet()).isNotNull();
            assertThat(change.textAt("risk")).contains("DATA");
            assertThat(change.textAt("approval")).contains(lossy);
            assertThat(change.textAt("because").orElse("")).contains("declare");
        }
        assertThat(changes.get("objects/buckets/empty").textAt("risk")).contains("NONE");
        assertThat(changes.get("objects/buckets/empty").textAt("undo")).isPresent();
        assertThat(changes.keySet()).noneMatch(where -> where.contains("handmade"));
    }

    @Test
    @Order(3)
    void applyWithoutTheWordChangesNothingAndNamesTheCommand() {
        Outcome refused = stack.run("apply", "--yes");

        assertThat(refused.status()).as(refused.text()).isEqualTo(5);
        assertThat(refused.err())
                .contains("[HF4001]")
                .contains("holdfast apply --stack approval --yes --approve 'main/databases/extra'"
                        + " --approve 'main/roles/clerk' --approve 'objects/buckets/full'");
        assertThat(changes()).containsKeys("main/databases/extra", "main/roles/clerk", "objects/buckets/full");
        assertThat(databases()).contains("extra");
        Outcome one = stack.run("apply", "--yes", "--approve", "main/roles/clerk");
        assertThat(one.status()).as(one.text()).isEqualTo(5);
        assertThat(one.err()).contains("main/databases/extra");
        assertThat(databases()).contains("extra");
    }

    @Test
    @Order(4)
    void withTheWordsItIsDoneAndNothingElse() {
        Outcome done = stack.run(
                "apply",
                "--yes",
                "--approve",
                "main/databases/extra",
                "--approve",
                "main/roles/clerk",
                "--approve",
                "objects/buckets/full");

        done.orFail();
        assertThat(databases()).doesNotContain("extra").contains("handmade").contains("app");
        assertThat(stack.run("connect", "main", "--role", "clerk").status()).isNotZero();
        assertThat(Buckets.of(stack, "objects").names()).contains("handmade").doesNotContain("full", "empty");
        assertThat(changes()).isEmpty();
    }

    @Test
    @Order(5)
    void aServiceThatIsTakenOutKeepsItsDataUntilItIsPurgedByName() {
        stack.shell("cache", "SET", "greeting", "hello").orFail();
        String before = without("extra: {}", "clerk: { can: [read, write, ddl] }", "full: {}", "empty: {}");
        stack.write(before.substring(0, before.indexOf("    cache:")));

        Map<String, Json> changes = changes();
        assertThat(changes).containsKey("cache-0");
        assertThat(changes.get("cache-0").textAt("undo").orElse("")).contains("data");
        stack.run("apply", "--yes").orFail();
        assertThat(stack.status().itemsAt("services"))
                .extracting(service -> service.textAt("name").orElseThrow())
                .doesNotContain("cache");

        stack.write(before);
        stack.run("apply", "--yes").orFail();
        assertThat(stack.shell("cache", "GET", "greeting").orFail().out()).contains("hello");
    }

    private static String without(String... words) {
        return YAML.lines()
                        .filter(line -> List.of(words).stream().noneMatch(line.strip()::equals))
                        .collect(Collectors.joining("\n"))
                        .replace("buckets:\n", "buckets: {}\n")
                + "\n";
    }

    private static Map<String, Json> changes() {
        return stack.run("plan", "--output", "json").orFail().json().itemsAt("changes").stream()
                .collect(Collectors.toMap(change -> change.textAt("where").orElseThrow(), Function.identity()));
    }

    private static List<String> databases() {
        return stack.run("connect", "main", "--role", "app", "--", "-Atc", "select datname from pg_database")
                .orFail()
                .out()
                .lines()
                .toList();
    }
}
