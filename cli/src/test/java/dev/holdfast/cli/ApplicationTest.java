package dev.holdfast.cli;

import dev.holdfast.cli.commands.Commands;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class ApplicationTest extends CommandLineTest {
    @Test
    void withoutACommandAllCommandsAreShownAndTheStatusSaysThatNothingWasDone() {
        Run run = run();

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("One file to a running data stack that tells the truth.\n");
    }

    @Test
    void helpShowsEveryCommandOnce() {
        Run run = run("--help");

        assertThat(run.status()).isZero();
        assertThat(run.err()).isEmpty();
        for (String name : Commands.names()) {
            assertThat(run.out().lines().filter(line -> line.startsWith("  " + name + " ")))
                    .as(name)
                    .hasSize(1);
        }
    }

    @Test
    void everyCommandIsFoundByItsOwnNameAndHasAPage() {
        for (String name : Commands.names()) {
            Run run = run(name, "--help");

            assertThat(Commands.find(name).orElseThrow().name()).isEqualTo(name);
            assertThat(run.status()).as(name).isZero();
            assertThat(run.out()).contains("holdfast " + name).contains("--output");
        }
    }

    @Test
    void aMistypedCommandIsAnsweredWithTheNearest() {
        Run run = run("statsu");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo("there is no command 'statsu' [HF3301]\n  fix: Did you mean 'holdfast status'?\n");
    }

    @Test
    void aMistypedOptionIsAnsweredWithTheNearest() {
        Run run = run("status", "--wacth");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo("Unknown option: '--wacth' [HF3301]\n"
                        + "  fix: Did you mean --watch? Otherwise run 'holdfast status --help'.\n");
    }

    @Test
    void aMissingWordIsNamed() {
        Run run = run("why");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo(
                        "Missing required parameter: 'SERVICE|MEMBER' [HF3301]\n  fix: Run 'holdfast why --help'.\n");
    }

    @Test
    void problemsAreAnArrayWhereJsonWasAskedForEvenOnALineThatCannotBeRead() {
        Run run = run("--output", "json", "statsu");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).isEmpty();
        assertThat(Json.parse(run.out())).isEqualTo(Json.parse("""
                                [{"code":"HF3301","title":"command line not understood","kind":"USER",
                                  "cause":"there is no command 'statsu'","remedy":"Did you mean 'holdfast status'?"}]
                                """));
    }

    @Test
    void anUnknownFormOfOutputIsRefused() {
        assertThat(run("version", "-o", "yaml").err())
                .isEqualTo("'yaml' is no form of output [HF3301]\n  fix: Give --output text or --output json.\n");
    }

    @Test
    void commonOptionsStandBeforeTheCommandOrBehindIt() {
        String before = run("-o", "json", "version").out();

        assertThat(run("version", "--output=json").out()).isEqualTo(before);
        assertThat(Json.parse(before).textAt("version")).contains("0.1.0");
    }

    @Test
    void anArgumentThatBeginsWithAnAtSignIsTextAndNoFile() {
        assertThat(run("up", "@/etc/passwd").err())
                .isEqualTo("there is no stack file " + folder() + "/@/etc/passwd [HF3302]\n"
                        + "  fix: Check the path; a folder is taken for the stack.yaml in it.\n");
    }

    @Test
    void withoutALauncherNobodyCanStartTheDaemon() {
        Run run = run("stacks");

        assertThat(run.status()).isEqualTo(4);
        assertThat(run.err())
                .startsWith(
                        "no daemon answers, and this process was not started by the launcher that could start one [HF3305]\n");
    }

    @Test
    void aMistakeOfOursIsKeptInAFileWithoutTheArguments() {
        daemon().answers(
                        "GET /v1/stacks/x/connect/main",
                        400,
                        "{\"problems\":[{\"code\":\"HF1001\",\"cause\":\"c\",\"remedy\":\"r\","
                                + "\"position\":{\"source\":\"s\",\"line\":99999999999,\"column\":1}}]}");

        Run run = run("connect", "main", "--stack", "x", "--", "secret-word");

        assertThat(run.status()).isEqualTo(70);
        assertThat(run.err())
                .startsWith("holdfast connect failed in a way nobody foresaw: ")
                .contains("[HF9001]");
        String file = run.err().replaceAll("(?s).*report this with (.*)\\.\n", "$1");
        assertThat(Path.of(file)).content().contains("command connect").doesNotContain("secret-word");
    }
}
