package dev.holdfast.proof.scenario;

import dev.holdfast.engines.Engines;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.reader.StackReader;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A name or a value is data wherever it ends up: it is refused where it stands, or it means itself. */
@Tag("engines")
final class NamesTest {
    private static final List<String> HOSTILE = List.of(
            "a b",
            "it's",
            "say \"so\"",
            "größe",
            "../../../tmp/out",
            "/etc/passwd",
            "$(touch /tmp/holdfast-was-here)",
            "`touch /tmp/holdfast-was-here`",
            "a\nb",
            "a; drop table kept; --",
            "x' or '1'='1",
            "a\u0000b",
            "--help",
            "%n%s",
            "a\u001b[31mred",
            "a\u202Eb",
            "");
    private static final String HEAD = "apiVersion: holdfast.dev/v1\nkind: Stack\n";
    private static final Path TRACE = Path.of("/tmp/holdfast-was-here");

    /** Where a name can stand; the mark is replaced by the name, quoted. */
    private static final Map<String, String> PLACES = Map.ofEntries(
            Map.entry("metadata.name", "metadata: { name: @ }\nspec: { services: { cache: { engine: redis } } }"),
            Map.entry("service", named("@: { engine: redis }")),
            Map.entry("engine", named("cache: { engine: @ }")),
            Map.entry("version", named("cache: { engine: redis, version: @ }")),
            Map.entry("postgres role", named("main: { engine: postgres, roles: { @: { can: [read] } } }")),
            Map.entry("redis role", named("cache: { engine: redis, roles: { @: { can: [read] } } }")),
            Map.entry("database", named("main: { engine: postgres, databases: { @: {} } }")),
            Map.entry("owner", named("main: { engine: postgres, databases: { app: { owner: @ } } }")),
            Map.entry("bucket", named("objects: { engine: s3, buckets: { @: {} } }")),
            Map.entry("queue", named("cache: { engine: redis, queues: [@] }")),
            Map.entry("extension", named("main: { engine: postgres, extensions: [@] }")),
            Map.entry("parameter", named("main: { engine: postgres, parameters: { @: on } }")),
            Map.entry("command", named("cache: { engine: redis, roles: { app: { commands: [@] } } }")),
            Map.entry(
                    "environment",
                    named("cache: { engine: redis }") + "\n  environments: { @: { services: { cache: {} } } }"));

    private Installation installation;

    @BeforeEach
    void begin() throws IOException {
        installation = Places.installation("names");
        Files.deleteIfExists(TRACE);
    }

    @AfterEach
    void nothingEscaped() {
        installation.close();
        Machine.awaitNoProcess(installation);
        assertThat(TRACE).doesNotExist();
    }

    @Test
    void aHostileNameInTheFileIsRefusedWhereItStands() {
        StackReader reader = new StackReader(Engines.register());
        List<String> mistakes = new ArrayList<>();
        PLACES.forEach((place, yaml) -> {
            for (String hostile : HOSTILE) {
                try {
                    reader.read("stack.yaml", HEAD + yaml.replace("@", quoted(hostile)) + "\n", Optional.empty());
                    mistakes.add(place + " takes " + quoted(hostile));
                } catch (HoldfastException refused) {
                    boolean isPlaced = refused.problems().stream()
                            .anyMatch(problem -> problem.position().isPresent()
                                    && problem.code().kind() != Code.Kind.BUG);
                    if (!isPlaced) {
                        mistakes.add(place + " " + quoted(hostile) + ": " + refused.problems());
                    }
                }
            }
        });
        assertThat(mistakes).isEmpty();
    }

    @Test
    void allHostileNamesAreToldAtOnceWithoutHarmToTheTerminal() throws IOException {
        Path folder = Files.createDirectories(Places.folder(installation, "names"));
        String roles = HOSTILE.stream().map(name -> quoted(name) + ": {}").collect(Collectors.joining(", "));
        Files.writeString(
                folder.resolve("stack.yaml"), HEAD + named("main: { engine: postgres, roles: { " + roles + " } }"));

        Outcome outcome = installation.run(folder, "validate");

        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.err().lines().filter(line -> line.matches("stack\\.yaml:\\d+:\\d+: .*\\[HF\\d{4}].*")))
                .as(outcome.err())
                .hasSize(HOSTILE.size());
        assertThat(hasControls(outcome.text())).as(outcome.text()).isFalse();
    }

    @Test
    void aHostileNameOnTheCommandLineIsRefusedAndReachesNothing() {
        RunningStack stack =
                RunningStack.up(installation, Places.folder(installation, "redis"), "redis", SmallStack.redis("redis"));
        List<String> mistakes = new ArrayList<>();
        for (String hostile :
                List.of("it's a b", "../elsewhere", "$(touch " + TRACE + ")", "a\n\u001b[31mred", "red%69s")) {
            for (List<String> command : List.of(
                    List.of("up", "--name", hostile),
                    List.of("up", "--env", hostile),
                    List.of("validate", "--env", hostile),
                    List.of("status", hostile),
                    List.of("down", hostile),
                    List.of("down", hostile, "--purge", "--confirm", hostile),
                    List.of("plan", hostile),
                    List.of("apply", hostile),
                    List.of("ps", hostile),
                    List.of("env", hostile),
                    List.of("logs", hostile),
                    List.of("why", hostile),
                    List.of("restart", hostile),
                    List.of("connect", hostile),
                    List.of("connect", "cache", "--role", hostile),
                    List.of("engines", "remove", hostile))) {
                Outcome outcome = stack.run(command.toArray(new String[0]));
                if (outcome.status() < 2
                        || outcome.status() > 5
                        || !outcome.err().contains("[HF")
                        || !outcome.err().contains("fix:")
                        || hasControls(outcome.text())) {
                    mistakes.add(command + " → " + outcome.status() + " " + outcome.text());
                }
            }
        }
        assertThat(mistakes).isEmpty();
        assertThat(stack.status().isAt("ready")).isTrue();
        assertThat(installation
                        .run(installation.home(), "stacks", "--output", "json")
                        .orFail()
                        .json()
                        .itemsAt("stacks"))
                .hasSize(1);
    }

    @Test
    void wordsOfTheEnginesAndValuesWithQuotesMeanThemselves() {
        Map<String, String> parameters = new TreeMap<>(
                Map.of("search_path", "\"it's $(touch " + TRACE + ") \\ # \"", "cluster_name", "a'b\\c; fsync = off"));
        RunningStack stack = RunningStack.up(installation, Places.folder(installation, "words"), "words", """
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: words }
                spec:
                  services:
                    main:
                      engine: postgres
                      resources: { memory: 512Mi }
                      pooler: { mode: transaction }
                      databases: { select: {}, Order-By: {} }
                      roles:
                        user: { can: [read, write, ddl] }
                        Grant-All: { can: [read], through: pooler }
                      parameters:
                        search_path: %s
                        cluster_name: %s
                    cache:
                      engine: redis
                      resources: { memory: 128Mi }
                      roles:
                        "on": { can: [read, write], keys: ["it's", 'a"b', "$HOME", "../x", "#x"] }
                """.formatted(
                        quoted(parameters.get("search_path")), quoted(parameters.get("cluster_name"))));

        parameters.forEach((name, value) -> assertThat(sql(stack, "user", "select", "show " + name))
                .as(name)
                .isEqualTo(value));
        assertThat(sql(stack, "user", "select", "show fsync")).isEqualTo("on");
        for (String database : List.of("select", "Order-By")) {
            for (String role : List.of("user", "Grant-All")) {
                assertThat(sql(stack, role, database, "select current_user || ' in ' || current_database()"))
                        .isEqualTo(role + " in " + database);
            }
        }
        for (String key : List.of("it's", "a\"b", "$HOME", "../x", "#x")) {
            assertThat(stack.shell("cache", "SET", key, "1").orFail().out()).contains("OK");
        }
        assertThat(stack.shell("cache", "SET", "other", "1").text()).contains("NOPERM");
        assertThat(stack.run("plan", "--output", "json").orFail().json().itemsAt("changes"))
                .isEmpty();
    }

    @Test
    void aValueThatWouldBeASecondLineOfAConfigurationFileIsRefused() throws IOException {
        Path folder = Files.createDirectories(Places.folder(installation, "lines"));
        for (String value : List.of("a\nfsync = off", "a\r\nfsync = off", "a\u0000b", "a\u2028b")) {
            Files.writeString(
                    folder.resolve("stack.yaml"),
                    HEAD
                            + named("main: { engine: postgres, parameters: { cluster_name: " + quoted(value) + " } }")
                            + "\n");
            Outcome outcome = installation.run(folder, "validate");

            assertThat(outcome.status()).as(quoted(value) + outcome.text()).isEqualTo(2);
            assertThat(outcome.err()).containsPattern("stack\\.yaml:\\d+:\\d+: .*\\[HF");
        }
    }

    @Test
    void aHomeAndAFolderOfAnyNameWork() throws IOException {
        Path odd = Files.createDirectories(installation.home().resolve("it's a \"home\" $(x) %41 #?"));
        try (Installation own = new Installation(Places.launcher(), odd.resolve("h"), Places.cache())) {
            RunningStack stack = RunningStack.up(own, odd.resolve("my stack; ls"), "pair", SmallStack.pair("pair"));

            assertThat(stack.status().isAt("ready")).isTrue();
            Json environment = stack.environment();
            assertThat(stack.shell("main", environment.textAt("DATABASE_URL").orElseThrow(), "-Atc", "select 1")
                            .text())
                    .contains("1");
            Outcome outside =
                    program("psql", environment.textAt("DATABASE_URL_DIRECT").orElseThrow(), "-Atc", "select 40 + 2");
            assertThat(outside.text()).contains("42");
            stack.run("down", "--purge", "--confirm", "pair").orFail();
        }
    }

    private static String sql(RunningStack stack, String role, String database, String statement) {
        return stack.run("connect", "main", "--role", role, "--", "-d", database, "-Atc", statement)
                .orFail()
                .out()
                .lines()
                .findFirst()
                .orElse("");
    }

    private static Outcome program(String... command) {
        return new Outcome(0, Machine.run(command), "");
    }

    private static String named(String service) {
        return "metadata: { name: names }\nspec:\n  services: { " + service + " }";
    }

    /** As YAML and JSON quote it alike. */
    private static String quoted(String text) {
        return Json.text(text).compact();
    }

    /** Characters that a terminal would act on. */
    private static boolean hasControls(String text) {
        return text.codePoints()
                .anyMatch(c -> (Character.isISOControl(c) && c != '\n' && c != '\t') || c == 0x202E || c == 0x2028);
    }
}
