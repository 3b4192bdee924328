package dev.holdfast.cli;

import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class CommandsTest extends CommandLineTest {
    private static final String READY = """
            {"stack":"starter","desired":"up","ready":true,"services":[{"name":"cache","engine":"redis","version":"8.0",\
            "ready":true,"because":"ready","members":[{"name":"cache-0","role":"primary","state":"running","ready":true,\
            "because":"answered PING in 1 ms","pid":12,"rssBytes":9437184}],"endpoints":[{"name":"direct",\
            "host":"127.0.0.1","port":6379,"url":"rediss://127.0.0.1:6379/0?x=y"}]}],"problems":[]}""";

    @BeforeEach
    void oneStackRuns() {
        daemon().answers(
                        "GET /v1/stacks",
                        200,
                        "{\"stacks\":[{\"name\":\"starter\",\"desired\":\"up\",\"environment\":\"dev\","
                                + "\"source\":\"/a/stack.yaml\",\"sourceState\":\"changed\",\"members\":6,\"running\":5}]}")
                .answers("GET /v1/stacks/starter/status", 200, READY);
    }

    @Test
    void statusIsZeroWhenReadyAndPassesTheJsonOn() {
        Run run = run("status", "--output", "json");

        assertThat(run.status()).isZero();
        assertThat(Json.parse(run.out())).isEqualTo(Json.parse(READY));
    }

    @Test
    void statusIsFourWhenSomethingIsNotReady() {
        daemon().answers("GET /v1/stacks/starter/status", 200, READY.replace("\"ready\":true", "\"ready\":false"));

        assertThat(run("status", "starter").status()).isEqualTo(4);
        assertThat(run("status", "--quiet").out()).isEmpty();
    }

    @Test
    void theDaemonsRefusalIsShownAsItsOwn() {
        Run run = run("status", "other");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo("nothing is at GET /v1/stacks/other/status [HF3303]\n  fix: Ask for something else.\n");
    }

    @Test
    void upSendsTheAbsoluteFileAndShowsWhatComes() throws IOException {
        Files.writeString(folder().resolve("stack.yaml"), "");
        daemon().streams(
                        "POST /v1/up",
                        "{\"event\":\"accepted\",\"operation\":\"1\",\"stack\":\"starter\"}",
                        "{\"event\":\"progress\",\"where\":\"image\",\"text\":\"unpacking\",\"done\":1,\"total\":2}",
                        "{\"event\":\"decision\",\"member\":\"cache-0\",\"text\":\"started cache-0 because it was asked for\"}",
                        "{\"event\":\"change\",\"where\":\"cache/roles/app\",\"summary\":\"create user 'app'\",\"state\":\"begun\"}",
                        "{\"event\":\"change\",\"where\":\"cache/roles/app\",\"summary\":\"create user 'app'\",\"state\":\"done\"}",
                        "{\"event\":\"ready\",\"service\":\"cache\",\"because\":\"answered PING in 1 ms\",\"millis\":310}",
                        "{\"event\":\"decision\",\"member\":\"cache-0\",\"text\":\"restarted cache-0 because it exited with status 1\"}",
                        "{\"event\":\"done\",\"stack\":\"starter\",\"outcome\":\"started\",\"millis\":2417,\"status\":"
                                + READY + "}");

        Run run = run("up", "--env", "dev", "--name", "other");

        assertThat(daemon().asked())
                .first()
                .isEqualTo("POST /v1/up {\"source\":\"" + folder()
                        + "/stack.yaml\",\"environment\":\"dev\",\"name\":\"other\"}");
        assertThat(run.status()).isZero();
        assertThat(run.err())
                .isEqualTo("image: unpacking\n✓ cache      310 ms     answered PING in 1 ms\n"
                        + "  restarted cache-0 because it exited with status 1\n");
        assertThat(run.out()).isEqualTo("""
                          made inside: cache 1 thing (--verbose names them)
                        starter is ready after 2.4 s: 1 service, 1 member

                          cache  direct  rediss://127.0.0.1:6379/0

                        next: holdfast connect cache --stack starter, eval "$(holdfast env --stack starter)", holdfast status --stack starter
                        """);
    }

    @Test
    void everyProblemOfAFailedStreamIsShown() throws IOException {
        Files.writeString(folder().resolve("stack.yaml"), "");
        daemon().streams(
                        "POST /v1/up",
                        "{\"event\":\"failed\",\"exitStatus\":2,\"problems\":["
                                + "{\"code\":\"HF1001\",\"cause\":\"unknown key 'a'\",\"remedy\":\"Remove it.\","
                                + "\"position\":{\"source\":\"" + folder() + "/stack.yaml\",\"line\":3,\"column\":5}},"
                                + "{\"code\":\"HF8888\",\"cause\":\"something newer\",\"remedy\":\"Upgrade.\"}]}");

        Run run = run("up");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("""
                        stack.yaml:3:5: unknown key 'a' [HF1001]
                          fix: Remove it.
                        something newer (HF8888) [HF3306]
                          fix: Upgrade.
                        """);
    }

    @Test
    void aStreamThatIsCutIsNoSuccess() throws IOException {
        Files.writeString(folder().resolve("stack.yaml"), "");
        daemon().streams("POST /v1/up", "{\"event\":\"accepted\",\"operation\":\"1\",\"stack\":\"starter\"}");

        Run run = run("up");

        assertThat(run.status()).isEqualTo(4);
        assertThat(run.err()).startsWith("the daemon stopped before it had finished [HF3306]\n");
    }

    @Test
    void purgeWantsTheStacksName() {
        daemon().streams(
                        "POST /v1/stacks/starter/down",
                        "{\"event\":\"done\",\"stack\":\"starter\",\"purged\":true,\"stopped\":[\"cache-0\"],"
                                + "\"services\":[{\"name\":\"cache\",\"stopped\":[\"cache-0\"]}]}");

        Run refused = run("down", "--purge");
        Run wrong = run("down", "--purge", "--confirm", "other");
        Run confirmed = run("down", "--purge", "--confirm", "starter");
        types("starter\n");
        Run typed = run("down", "--purge");

        assertThat(refused.status()).isEqualTo(5);
        assertThat(refused.err())
                .isEqualTo("deleting the data of stack 'starter' was not confirmed [HF3304]\n"
                        + "  fix: Say the stack's name: holdfast down --stack starter --purge --confirm starter.\n");
        assertThat(wrong.status()).isEqualTo(5);
        assertThat(confirmed.out()).isEqualTo("✓ cache  stopped cache-0\nstarter is gone, with its data\n");
        assertThat(typed.status()).isZero();
        assertThat(daemon().asked().stream().filter(line -> line.startsWith("POST")))
                .containsExactly(
                        "POST /v1/stacks/starter/down {\"purge\":true,\"confirm\":\"starter\"}",
                        "POST /v1/stacks/starter/down {\"purge\":true,\"confirm\":\"starter\"}");
    }

    @Test
    void variablesAreQuotedForWhoeverReadsThem() {
        daemon().answers(
                        "GET /v1/stacks/starter/environment?role=app",
                        200,
                        "{\"variables\":{\"REDIS_URL\":\"rediss://x\",\"DATABASE_URL\":\"p&q='$1'\"}}");

        assertThat(run("env", "-r", "app").out())
                .isEqualTo("export DATABASE_URL='p&q='\\''$1'\\'''\nexport REDIS_URL=rediss://x\n");
        assertThat(run("env", "-r", "app", "--format", "dotenv").out())
                .isEqualTo("DATABASE_URL=\"p&q='\\$1'\"\nREDIS_URL=\"rediss://x\"\n");
        assertThat(Json.parse(run("env", "-r", "app", "-o", "json").out()).textAt("REDIS_URL"))
                .contains("rediss://x");
    }

    @Test
    void logsAreShownByMember() {
        daemon().streams(
                        "GET /v1/stacks/starter/logs?tail=2&service=cache&follow=true",
                        "{\"event\":\"line\",\"member\":\"cache-0\",\"text\":\"ready \\u001b[31m\"}",
                        "{\"event\":\"done\",\"stack\":\"starter\"}");

        assertThat(run("logs", "cache", "-f", "-n", "2").out()).isEqualTo("cache-0  ready \ufffd[31m\n");
        assertThat(run("logs", "cache", "-n", "many").err())
                .isEqualTo("'many' is no number of lines [HF3301]\n  fix: Give -n a whole number from 0 to 10000.\n");
    }

    @Test
    void connectPrintsTheUrl() {
        daemon().answers(
                        "GET /v1/stacks/starter/connect/my%20db?role=reader",
                        200, "{\"command\":[\"/x/psql\"],\"environment\":{},\"url\":\"postgres://reader:pw@h/db\"}");

        assertThat(run("connect", "my db", "--role", "reader", "--url").out()).isEqualTo("postgres://reader:pw@h/db\n");
    }

    @Test
    void aProgramThatIsNotThereIsRefusedWithItsName() {
        daemon().answers(
                        "GET /v1/stacks/starter/connect/main",
                        200,
                        "{\"command\":[\"/nowhere/psql\"],\"environment\":{\"PGPASSWORD\":\"pw\"},\"url\":\"\"}");

        Run run = run("connect", "main");

        assertThat(run.status()).isEqualTo(4);
        assertThat(run.err())
                .isEqualTo("'/nowhere/psql' cannot be run: it is not there [HF3307]\n"
                        + "  fix: Run 'holdfast engines verify'; it says what is missing of the engine's programs.\n");
    }

    @Test
    void whatIsMeantForTheShellNeverBecomesTheProgram() {
        daemon().answers(
                        "GET /v1/stacks/starter/connect/main",
                        200,
                        "{\"command\":[],\"environment\":{},\"engine\":\"s3\",\"url\":\"https://viewer:secret@127.0.0.1:9443/a\"}");

        Run run = run("connect", "main", "--", "rm");

        assertThat(run.status()).isEqualTo(3);
        assertThat(run.err()).isEqualTo("""
                service 'main' (s3) has no shell of its own [HF3308]
                  fix: It answers at https://127.0.0.1:9443/a; a client of yours finds all it needs in: eval "$(holdfast env --stack starter)"
                """);
    }

    @Test
    void applyAsksBeforeItInterruptsAndNotBeforeItReloads() {
        String done = "{\"event\":\"done\",\"stack\":\"starter\",\"applied\":1,\"changes\":[],\"resumed\":false}";
        daemon().answers("POST /v1/stacks/starter/plan", 200, plan("RELOAD"))
                .streams("POST /v1/stacks/starter/apply", done);
        assertThat(run("apply").out()).isEqualTo("1 change done\n");

        daemon().answers("POST /v1/stacks/starter/plan", 200, plan("RESTART"));
        Run refused = run("apply");
        assertThat(refused.status()).isEqualTo(5);
        assertThat(refused.err())
                .isEqualTo("applying to 'starter' would interrupt it: cache/redis.conf: set x [HF3304]\n"
                        + "  fix: Read 'holdfast plan --stack starter' and run the command with --yes.\n");
        assertThat(run("apply", "--yes", "--approve", "a/b", "--approve", "c").status())
                .isZero();
        assertThat(daemon().asked()).contains("POST /v1/stacks/starter/apply {\"approve\":[\"a/b\",\"c\"]}");

        types("n\n");
        assertThat(run("apply").status()).isEqualTo(5);
        types("y\n");
        assertThat(run("apply").out()).isEqualTo("1 change done\n");
    }

    @Test
    void stacksShowWhatTheirFilesAreLike() {
        assertThat(run("stacks").out()).isEqualTo("""
                        STACK    ENVIRONMENT  WANTED  RUNNING  FILE
                        starter  dev          up      5 of 6   /a/stack.yaml (changed since it was applied)
                        """);
    }

    @Test
    void psListsTheMembersOfAllStacks() {
        assertThat(run("ps").out()).isEqualTo("""
                        STACK    MEMBER   ROLE     STATE    PID  MEMORY
                        starter  cache-0  primary  running  12   9.0 MiB
                        """);
    }

    @Test
    void whyTellsTheStory() {
        daemon().answers(
                        "GET /v1/stacks/starter/why/main",
                        200,
                        "{\"stack\":\"starter\",\"service\":\"main\",\"ready\":false,\"state\":\"main is not ready because it starts\","
                                + "\"decisions\":[{\"at\":\"2020-11-20T09:00:00Z\",\"member\":\"main-0\",\"text\":\"restarted main-0\"}],"
                                + "\"changes\":[{\"at\":\"2020-11-20T09:00:01Z\",\"where\":\"main/roles/app\",\"summary\":\"create role app\"}],"
                                + "\"evidence\":[{\"member\":\"main-0\",\"lines\":[\"FATAL: x\"]}],\"next\":\"Wait.\"}");

        assertThat(run("why", "main").out())
                .startsWith("main is not ready because it starts\n  2020-11-20 0")
                .containsPattern("\n  2020-11-20 0\\d:00:00  \\d+ days ago  restarted main-0\n"
                        + "  2020-11-20 0\\d:00:01  \\d+ days ago  main/roles/app: create role app\n"
                        + "  main-0 wrote:\n    FATAL: x\nnext: Wait.\n");
    }

    @Test
    void aStackFileHereDecidesWhichStackIsMeant() throws IOException {
        Files.writeString(folder().resolve("stack.yaml"), "");

        Run run = run("status");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo("the stack of " + folder() + "/stack.yaml was never started; known are: starter [HF3303]\n"
                        + "  fix: Start it with 'holdfast up', or name another one with --stack.\n");
    }

    @Test
    void severalStacksAreNotGuessedAt() {
        daemon().answers(
                        "GET /v1/stacks",
                        200,
                        "{\"stacks\":[{\"name\":\"a\",\"desired\":\"up\"},{\"name\":\"b\",\"desired\":\"up\"},{\"name\":\"c\",\"desired\":\"down\"}]}");

        assertThat(run("status").err())
                .isEqualTo("it is not clear which stack is meant: a, b [HF3303]\n"
                        + "  fix: Name it with --stack a, or run the command in the folder of its stack file.\n");
    }

    @Test
    void theDaemonIsLookedAtAndStopped() {
        daemon().answers("POST /v1/shutdown", 200, "{\"stopping\":true,\"pid\":7}");

        assertThat(run("daemon").out())
                .isEqualTo("the daemon runs: process 7, version 0.1.0 (build test), up 1 min 5 s, 50 MiB, 1 stack\n");
        assertThat(run("daemon", "stop").out()).isEqualTo("the daemon stops; the engines serve on\n");
        assertThat(run("daemon", "restart").status()).isEqualTo(2);
    }

    @Test
    void completionNamesEveryCommand() {
        for (String shell : java.util.List.of("bash", "zsh", "fish")) {
            assertThat(run("completion", shell).out()).contains("status").contains("--watch".substring(2));
        }
        assertThat(run("completion", "tcsh").status()).isEqualTo(2);
    }

    private static String plan(String risk) {
        return "{\"stack\":\"starter\",\"changes\":[{\"where\":\"cache/redis.conf\",\"summary\":\"set x\",\"statement\":\"\",\"risk\":\""
                + risk + "\",\"undo\":\"set y\",\"because\":\"z\"}],\"notes\":[]}";
    }
}
