package dev.holdfast.proof.scenario;

import dev.holdfast.daemon.api.Client;
import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A stack in an image of a file system, from moving in to the day on which it is full. What somebody is told who may not
 * have one is in {@link OrdinaryUserTest}.
 */
@Tag("engines")
@EnabledIf("imagesAreOffered")
@Tag("root")
final class VolumesTest {
    private static final Duration SOON = Duration.ofSeconds(90);

    private Installation installation;
    private RunningStack stack;
    private Path mount;

    static boolean imagesAreOffered() {
        try (Installation asked = Places.installation("drivers")) {
            return asked.run(asked.home(), "volumes", "drivers")
                    .orFail()
                    .out()
                    .lines()
                    .anyMatch(line -> line.matches("xfs-image +yes.*"));
        }
    }

    @BeforeEach
    void begin() {
        installation = Places.installation("volumes");
        mount = installation.home().resolve("data/volumes/fast/mount");
        stack = RunningStack.up(installation, Places.folder(installation, "pair"), "pair", SmallStack.pair("pair"));
        sql("create table kept as select g as n, repeat('x', 500) as filler from generate_series(1, 2000) g");
        stack.shell("cache", "SET", "kept", "1").orFail();
    }

    @AfterEach
    void leaveNothing() throws IOException {
        try {
            installation.close();
            Machine.awaitNoProcess(installation);
        } finally {
            while (mounted()) {
                Machine.run("umount", mount.toString());
            }
        }
    }

    private boolean mounted() throws IOException {
        return Files.readString(Path.of("/proc/mounts")).contains(mount + " ");
    }

    @Test
    void aStackMovesInSurvivesALostMountAndAFullVolumeAndGoesOnWithAllItsData() throws Exception {
        stack.run("volumes", "create", "fast", "--driver", "xfs-image", "--size", "768Mi")
                .orFail();
        Outcome refused = stack.run("volumes", "convert", "pair", "--to", "fast");
        assertThat(refused.status()).isEqualTo(5);
        assertThat(refused.err()).contains("[HF3112]").contains("holdfast down pair");
        stack.run("down").orFail();
        stack.run("volumes", "convert", "pair", "--to", "fast").orFail();
        stack.run("up").orFail();
        assertThat(sql("select count(*) from kept")).contains("2000");
        assertThat(stack.run("volumes").orFail().out()).containsPattern("fast +xfs-image +ready .*pair");
        assertThat(stack.run("volumes", "remove", "fast").err()).contains("[HF3145]");

        // the machine was started anew: neither a mount nor a daemon is left
        stack.run("down").orFail();
        Machine.kill(Machine.daemon(installation));
        Machine.run("umount", mount.toString());
        assertThat(mounted()).isFalse();
        stack.run("up").orFail();
        assertThat(sql("select count(*) from kept")).contains("2000");
        stack.run("down").orFail();
        Machine.run("umount", mount.toString());
        stack.run("up").orFail();
        assertThat(sql("select count(*) from kept")).contains("2000");
        assertThat(stack.shell("cache", "GET", "kept").orFail().out()).contains("1");

        full();
    }

    /** A copy beside it takes the last of the room: the copy is stopped, and the stack it was made from goes on. */
    private void full() throws Exception {
        copy("greedy");
        assertThat(installation.home().resolve("data/stacks/pair@greedy/volume"))
                .isSymbolicLink();
        Outcome greedy = stack.run(
                "connect",
                "main",
                "--stack",
                "pair@greedy",
                "--role",
                "holdfast",
                "--",
                "-c",
                "create table much (g int, filler text)",
                "-c",
                // what is committed keeps its room; one large statement would give it all back when it fails
                "do $$ begin for part in 1..400 loop insert into much select g, repeat(md5(g::text), 60)"
                        + " from generate_series(1, 1000) g; commit; end loop; end $$");
        assertThat(greedy.status()).as(greedy.text()).isNotZero();
        Await.until(
                "the copy is stopped",
                SOON,
                () -> stack.run("stacks").out().lines().anyMatch(line -> line.matches(".*pair@greedy.* down .*")),
                () -> stack.run("stacks").text());
        stack.awaitReady(SOON);
        sql("insert into kept values (2001, '')");
        assertThat(sql("select count(*) from kept")).contains("2001");
        assertThat(stack.run("why", "main").out()).contains("volume");

        // now the stack itself fills what is left
        fill();
        Outcome write = stack.run(
                "connect",
                "main",
                "--role",
                "holdfast",
                "--",
                "-c",
                "insert into kept select 3000, repeat('x', 2000) from generate_series(1, 60000)");
        assertThat(write.status()).as(write.text()).isNotZero();
        Json status = stack.status();
        assertThat(status.isAt("ready")).as(status.pretty()).isFalse();
        assertThat(stack.run("status").text()).contains("no space").contains("holdfast volumes grow fast");
        assertThat(stack.run("volumes").out()).containsPattern("fast +xfs-image +full");

        stack.run("volumes", "grow", "fast", "--size", "1536Mi").orFail();
        stack.awaitReady(SOON);
        assertThat(sql("select count(*) from kept")).contains("2001");
        sql("insert into kept values (2002, '')");
        assertThat(stack.shell("cache", "GET", "kept").orFail().out()).contains("1");
        assertThat(sql("select count(*) from kept where n > 0")).contains("2002");
        stack.run("down", "pair@greedy", "--purge", "--confirm", "pair@greedy").orFail();
        assertThat(stack.run("volumes", "usage", "fast").orFail().out())
                .contains("pair")
                .doesNotContain("greedy");

        stack.run("down").orFail();
        stack.run("volumes", "convert", "pair", "--to", "home").orFail();
        stack.run("volumes", "remove", "fast").orFail();
        assertThat(mounted()).isFalse();
        stack.run("up").orFail();
        assertThat(sql("select count(*) from kept")).contains("2002");
    }

    private void fill() {
        try (OutputStream file = Files.newOutputStream(
                mount.resolve("stacks/pair/filler"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (true) {
                file.write(new byte[64 * 1024]);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    private void copy(String name) {
        List<String> lines = new ArrayList<>();
        Client.at(installation.home().resolve("run/daemon.sock")).stream(
                "POST",
                "/v1/stacks/pair/copy/main",
                Json.object().put("name", name).build().compact(),
                lines::add);
        assertThat(lines.getLast()).contains("\"event\":\"done\"");
    }

    private String sql(String statement) {
        return stack.run("connect", "main", "--role", "holdfast", "--", "-Atc", statement)
                .orFail()
                .out();
    }
}
