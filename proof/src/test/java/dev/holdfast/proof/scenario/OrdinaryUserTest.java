package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The street again for somebody who is not root: everything is that user's own, and nothing is open to others. Run by
 * root it becomes a user of no name in no group; run by anybody else it stays who it is.
 */
@Tag("engines")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class OrdinaryUserTest {
    private static final int STRANGER = 65_010;
    private static final Duration SOON = Duration.ofSeconds(30);

    private static Path top;
    private static Installation installation;
    private static RunningStack stack;
    private static int user;

    @BeforeAll
    static void comeAsAStranger() throws IOException {
        top = Files.createTempDirectory("hf-user");
        Path home = Files.createDirectory(top.resolve("h"));
        boolean root = Machine.isRoot();
        user = root ? STRANGER : Machine.user(ProcessHandle.current().pid());
        Path cache = root ? top.resolve("cache") : Places.cache();
        stack = new RunningStack(new Installation(Places.launcher(), home, cache), home.resolve("project"), "pair");
        stack.write(SmallStack.pair("pair"));
        installation = new Installation(Places.launcher(), home, cache).with("HOME", top.toString());
        if (root) {
            // a user's engines are the user's own files; copying them spares the network, not a step of the product
            Machine.run("cp", "-a", Places.cache().toString(), cache.toString());
            Machine.run("chown", "-R", STRANGER + ":" + STRANGER, top.toString());
            installation = installation.behind(
                    List.of("setpriv", "--reuid=" + STRANGER, "--regid=" + STRANGER, "--clear-groups"));
        }
        stack = new RunningStack(installation, home.resolve("project"), "pair");
    }

    @AfterAll
    static void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
        Machine.run("rm", "-rf", top.toString());
    }

    @Test
    @Order(1)
    void theStackComesUpWithEveryProcessOfThatUserAndWithoutPrivileges() {
        stack.run("up").orFail();

        Json status = stack.status();
        assertThat(status.isAt("ready")).as(status.pretty()).isTrue();
        for (String member : List.of("main-0", "main-pooler", "cache-0")) {
            long pid = stack.pid(member);
            assertThat(Machine.user(pid)).as(member).isEqualTo(user);
            assertThat(Machine.field(pid, "CapEff")).as(member).isEqualTo("0000000000000000");
            assertThat(Machine.field(pid, "NoNewPrivs")).as(member).isEqualTo("1");
        }
        assertThat(Machine.user(Machine.daemon(installation))).isEqualTo(user);
    }

    @Test
    @Order(2)
    void itServesAndSurvivesTheDeathOfItsEngines() {
        stack.shell("main", "-c", "create table kept(n int); insert into kept values (1)")
                .orFail();
        stack.shell("cache", "SET", "kept", "2").orFail();
        for (String member : List.of("main-0", "cache-0")) {
            long before = stack.pid(member);

            Machine.kill(before);

            Await.until(
                    member + " runs again",
                    SOON,
                    () -> stack.status().isAt("ready") && stack.pid(member) != before,
                    () -> stack.status().pretty());
        }
        assertThat(stack.shell("main", "-Atc", "select n from kept").orFail().out())
                .contains("1");
        assertThat(stack.shell("cache", "GET", "kept").orFail().out()).contains("2");
    }

    @Test
    @Order(3)
    void whatOnlyRootCanHaveIsRefusedWithTheReasonAndAnotherWay() {
        Outcome refused = stack.run("volumes", "create", "fast", "--driver", "xfs-image");

        assertThat(refused.status()).isEqualTo(3);
        assertThat(refused.err())
                .contains("may not mount file systems")
                .contains("--driver reflink --at FOLDER")
                .contains("[HF3142]");
        assertThat(stack.run("volumes", "drivers").orFail().out())
                .containsPattern("xfs-image +no")
                .containsPattern("copy +yes");
        assertThat(stack.run("volumes").orFail().out()).doesNotContain("fast");
    }

    @Test
    @Order(3)
    void everyFileIsThatUsersAndNobodyElseMayOpenIt() {
        Map<Path, String> modes = Machine.modes(installation.home().resolve("data"));

        assertThat(modes)
                .hasSizeGreaterThan(100)
                .allSatisfy((file, mode) -> assertThat(mode).as(file.toString()).matches(user + " [0-7]00"));
    }

    @Test
    @Order(4)
    void downAndPurgeLeaveNothingOfIt() {
        stack.run("down").orFail();
        assertThat(Machine.engines(installation)).isEmpty();
        stack.run("up").orFail();
        assertThat(stack.shell("main", "-Atc", "select n from kept").orFail().out())
                .contains("1");

        stack.run("down", "--purge", "--confirm", "pair").orFail();

        assertThat(Machine.engines(installation)).isEmpty();
        assertThat(installation.home().resolve("data/stacks/pair")).doesNotExist();
    }
}
