package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A full disk is named, loses nothing, and is over when there is room again. */
@Tag("engines")
@Tag("root")
final class DiskFullTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private SmallDisk disk;
    private Installation installation;

    @BeforeEach
    void begin() {
        disk = SmallDisk.mounted("24m");
        installation = new Installation(Places.launcher(), disk.folder().resolve("h"), Places.cache());
    }

    @AfterEach
    void leaveNothing() {
        disk.free();
        disk.grow("600m");
        try {
            Files.createDirectories(installation.home());
            installation.close();
            Machine.awaitNoProcess(installation);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } finally {
            disk.close();
        }
    }

    @Test
    void upOnADiskThatIsTooSmallLeavesNothingHalfDoneAndGoesThroughOnceThereIsRoom() {
        RunningStack stack = written("pair", SmallStack.pair("pair"));

        Outcome refused = stack.run("up");

        assertThat(refused.status()).as(refused.text()).isEqualTo(4);
        assertThat(refused.err())
                .contains("no space")
                .contains(disk.folder().toString())
                .contains("[HF")
                .contains("fix: Free space on that file system");
        Path data = installation.home().resolve("data/stacks/pair/volume/main-0");
        assertThat(data).doesNotExist();

        disk.grow("600m");
        stack.run("up").orFail();

        assertThat(stack.status().isAt("ready")).isTrue();
        assertThat(stack.shell("main", "-Atc", "select 1").orFail().out()).contains("1");
    }

    @Test
    void aDiskWithoutASingleByteLeftIsNamedByEveryCommand() throws java.io.IOException {
        Files.createDirectories(installation.home());
        RunningStack stack = written("redis", SmallStack.redis("redis"));
        disk.fill(0);

        Outcome refused = stack.run("up");

        assertThat(refused.status()).as(refused.text()).isEqualTo(4);
        assertThat(refused.err())
                .contains(disk.folder().toString())
                .contains("[HF")
                .contains("fix:");
        assertThat(refused.text()).doesNotContain("Exception");

        disk.free();
        disk.grow("600m");
        stack.run("up").orFail();
        assertThat(stack.status().isAt("ready")).isTrue();
    }

    @Test
    void aRunningStackSaysThatItsDiskIsFullAndRecoversWithAllItsData() {
        disk.grow("600m");
        RunningStack stack = written(
                "pair", SmallStack.pair("pair").replace("engine: postgres", "engine: postgres\n      suspend: 1d"));
        stack.run("up").orFail();
        sql(stack, "create table kept(n int, filler text); insert into kept values (1, '')")
                .orFail();
        stack.shell("cache", "SET", "kept", "1").orFail();
        disk.fill(0);

        // writes until the server refuses: what it acknowledged must be there later
        Outcome write = sql(stack, "insert into kept select 2, repeat('x', 2000) from generate_series(1, 60000)");
        assertThat(write.status()).as(write.text()).isNotZero();
        Json full = stack.status();

        assertThat(full.isAt("ready")).as(full.pretty()).isFalse();
        for (String service : java.util.List.of("main", "cache")) {
            Json one = full.itemsAt("services").stream()
                    .filter(each -> each.textAt("name").orElse("").equals(service))
                    .findFirst()
                    .orElseThrow();
            assertThat(one.textAt("because").orElse(""))
                    .as(full.pretty())
                    .contains("no space")
                    .contains(disk.folder().toString());
        }
        assertThat(stack.run("status").text()).contains("no space");

        // its door stays open, and nobody is left waiting behind it
        stack.member("main-0").longAt("pid").ifPresent(Machine::kill);
        Outcome told = sql(stack, "select 1");
        assertThat(told.status()).isNotZero();
        assertThat(told.err()).contains("FATAL").contains("does not serve because no space");

        disk.free();
        Await.until(
                "the stack is ready again",
                SOON,
                () -> stack.status().isAt("ready"),
                () -> stack.status().pretty() + stack.run("logs").text());
        assertThat(sql(stack, "insert into kept values (3, '')").orFail().out()).contains("INSERT");
        assertThat(stack.run("connect", "main", "--role", "holdfast", "--", "-Atc", "select n from kept order by n")
                        .orFail()
                        .out()
                        .lines())
                .containsExactly("1", "3");
        assertThat(stack.shell("cache", "GET", "kept").orFail().out()).contains("1");
        stack.shell("cache", "SET", "later", "2").orFail();

        // nor where it has to be woken first
        stack.run("suspend", "main").orFail();
        disk.fill(0);
        told = sql(stack, "select 1");
        assertThat(told.status()).isNotZero();
        assertThat(told.err()).contains("cannot be woken because").contains("no space");
        disk.free();
        Await.until(
                "it is woken",
                SOON,
                () -> sql(stack, "select 1").status() == 0,
                () -> stack.run("why", "main").text());
    }

    @Test
    void enginesThatDoNotFitAreRefusedAndInstalledOnceTheyDo() {
        Installation own = installation.with(
                "HOLDFAST_CACHE", disk.folder().resolve("cache").toString());
        RunningStack stack = new RunningStack(own, Places.folder(own, "redis"), "redis");
        stack.write(SmallStack.redis("redis"));

        Outcome refused = stack.run("engines", "install", ".");

        assertThat(refused.status()).as(refused.text()).isEqualTo(4);
        assertThat(refused.err())
                .containsIgnoringCase("space")
                .contains(disk.folder().toString())
                .contains("fix:");

        disk.grow("600m");
        stack.run("engines", "install", ".").orFail();
        stack.run("engines", "verify").orFail();
        stack.run("up").orFail();
        assertThat(stack.status().isAt("ready")).isTrue();
    }

    private static Outcome sql(RunningStack stack, String statement) {
        return stack.run("connect", "main", "--role", "holdfast", "--", "-c", statement);
    }

    private RunningStack written(String name, String yaml) {
        RunningStack stack = new RunningStack(installation, Places.folder(installation, name), name);
        stack.write(yaml);
        return stack;
    }
}
