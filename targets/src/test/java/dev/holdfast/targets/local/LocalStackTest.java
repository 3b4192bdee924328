package dev.holdfast.targets.local;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Setting.Effect;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static dev.holdfast.targets.local.Fixture.IDLE;
import static dev.holdfast.targets.local.Fixture.PORT;
import static dev.holdfast.targets.local.Fixture.workload;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class LocalStackTest {
    private static final String M = "main-0";

    @TempDir
    private Path folder;

    private Fixture fixture;

    @BeforeEach
    void home() {
        fixture = Fixture.in(folder);
    }

    @AfterEach
    void leaveNothing() {
        for (StackFolder each : fixture.home().stacks()) {
            new Members(each, fixture.launcher(), java.time.InstantSource.system())
                    .sweep(M, java.util.Optional.empty());
        }
        fixture.launcher().close();
    }

    private static Workload configured(String value) {
        return Fixture.files(
                workload(M, IDLE),
                new ConfigurationFile(
                        "a.conf",
                        new Content.Settings(
                                Content.Syntax.PLAIN, List.of(new Setting("size", value, Effect.RELOAD, "a rule")))),
                new ConfigurationFile("rules/b.yml", new Content.Plain("b\n", Effect.RESTART)));
    }

    @Test
    void fromNothingToRunningAndNothingMoreToDo() {
        Workload workload = Fixture.secured(configured("1"));
        try (LocalStack stack = fixture.open(workload)) {
            assertThat(stack.differences())
                    .extracting(Change::summary)
                    .containsExactly("start main-0 with an empty data folder");
            stack.prepare(workload);
            Running running = stack.start(workload);
            assertThat(stack.differences()).isEmpty();
            assertThat(stack.folder().config(M).resolve("a.conf")).hasContent("# a rule\nsize = 1");
            assertThat(stack.folder().tls(M).toFile().list())
                    .containsExactlyInAnyOrder("ca.crt", "server.crt", "server.key", "server.p12");
            stack.stop(running);
        }
    }

    @Test
    void filesAndFoldersAreForTheirOwnersAlone() throws IOException {
        Workload workload = Fixture.secured(configured("1"));
        try (LocalStack stack = fixture.open(workload)) {
            stack.prepare(workload);
            int engine = UnshareEnclosure.isRoot() ? 64230 : uid(folder);
            try (Stream<Path> files = Files.walk(stack.folder().root())) {
                for (Path file : files.toList()) {
                    String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
                    assertThat(mode).as(file.toString()).isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------");
                }
            }
            for (Path mine : List.of(
                    stack.folder().config(M),
                    stack.folder().config(M).resolve("a.conf"),
                    stack.folder().secrets(M).resolve("app"),
                    stack.folder().tls(M).resolve("server.key"),
                    stack.folder().volume(M))) {
                assertThat(uid(mine)).as(mine.toString()).isEqualTo(engine);
            }
            for (Path ours : List.of(
                    stack.folder().ports(),
                    stack.folder().volume(),
                    stack.folder().secretStore())) {
                assertThat(uid(ours)).as(ours.toString()).isEqualTo(uid(folder));
            }
        }
    }

    @Test
    void preparingAgainTouchesNothingAndRemovesWhatIsNoLongerWanted() throws IOException {
        try (LocalStack stack = fixture.open(Fixture.secured(configured("1")))) {
            stack.prepare(Fixture.secured(configured("1")));
            FileTime old = FileTime.from(Instant.EPOCH);
            List<Path> files;
            try (Stream<Path> all = Files.walk(stack.folder().root())) {
                files = all.filter(Files::isRegularFile).toList();
            }
            for (Path file : files) {
                Files.setLastModifiedTime(file, old);
            }
            stack.prepare(Fixture.secured(configured("1")));
            for (Path file : files) {
                assertThat(Files.getLastModifiedTime(file)).as(file.toString()).isEqualTo(old);
            }
            stack.prepare(workload(M, IDLE));
            assertThat(stack.folder().config(M).resolve("a.conf")).doesNotExist();
            assertThat(stack.folder().secrets(M).resolve("app")).doesNotExist();
        }
    }

    @Test
    void aChangedSettingIsPlannedUntilItIsInForce() {
        Running running;
        try (LocalStack stack = fixture.open(configured("1"))) {
            stack.prepare(configured("1"));
            running = stack.start(configured("1"));
        }
        try (LocalStack stack = fixture.open(configured("2"))) {
            assertThat(stack.differences())
                    .extracting(Change::summary, Change::risk)
                    .containsExactly(org.assertj.core.groups.Tuple.tuple("size: 1 → 2", Risk.RELOAD));
            stack.prepare(configured("2"));
            assertThat(stack.differences()).extracting(Change::summary).containsExactly("size: 1 → 2");
            assertThat(stack.pending(running, configured("2")))
                    .extracting(Setting::value)
                    .containsExactly("2");
            Running ended = stack.start(configured("2"));
            assertThat(ended).isEqualTo(running);
            stack.stop(running);
        }
    }

    @Test
    void changedProgramsRestart() {
        try (LocalStack stack = fixture.open(workload(M, IDLE))) {
            stack.prepare(workload(M, IDLE));
            stack.start(workload(M, IDLE));
        }
        try (LocalStack stack = fixture.withPrograms("programs 2").open(workload(M, IDLE))) {
            assertThat(stack.differences())
                    .extracting(Change::summary, Change::risk)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("programs: programs 1 → programs 2", Risk.RESTART));
        }
    }

    @Test
    void dataIsFilledOnceAndAnInterruptedAttemptLeavesNoneThatLooksWhole() throws IOException {
        Workload fails = Fixture.initialised(workload(M, IDLE), "echo half > \"$DATA/half\"; echo broken; exit 9");
        Workload works =
                Fixture.initialised(workload(M, IDLE), "test ! -e \"$DATA/half\" && echo one >> \"$DATA/made\"");
        try (LocalStack stack = fixture.open(works)) {
            assertThatThrownBy(() -> stack.prepare(fails))
                    .hasMessageContaining(
                            "the data folder of main-0 could not be filled: its command ended with status 9;")
                    .hasMessageContaining("its last words: broken [HF3108]");
            assertThat(stack.folder().volume(M)).doesNotExist();
            stack.prepare(works);
            stack.prepare(works);
            assertThat(stack.folder().volume(M).resolve("made")).hasContent("one");
        }
        try (LocalStack stack = fixture.ofVersion("2").open(works)) {
            assertThatThrownBy(stack::differences)
                    .hasMessageContaining(
                            "the data of main-0 was made by fake 1, and the stack asks for fake 2 [HF3113]");
            assertThatThrownBy(() -> stack.prepare(works)).hasMessageContaining("HF3113");
        }
    }

    @Test
    void portsAreKeptAndNeverSharedEvenWithAStackThatIsDown() {
        try (LocalStack first = fixture.open(workload(M, IDLE));
                LocalStack second = fixture.named("other").open(workload(M, IDLE))) {
            assertThat(first.outside(M, "door").toString()).isEqualTo("127.0.0.1:" + PORT);
            assertThat(second.inside(M, "door").port())
                    .isNotEqualTo(PORT)
                    .isBetween(PortRange.USUAL.first(), PortRange.USUAL.last());
            assertThatThrownBy(() -> first.listen(M, "window")).hasMessageContaining("HF9001");
        }
        Fixture third = fixture.named("third");
        try (LocalStack stack = third.open(workload(M, IDLE))) {
            assertThat(stack.listen(M, "door").port()).isNotEqualTo(PORT);
        }
    }

    @Test
    void aPortTakenBySomebodyElseNamesThemAndCanBeGivenUp() throws IOException {
        try (LocalStack stack = fixture.open(workload(M, IDLE));
                ServerSocket foreign = new ServerSocket()) {
            foreign.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), PORT));
            stack.prepare(workload(M, IDLE));
            assertThatThrownBy(() -> stack.start(workload(M, IDLE)))
                    .hasMessageContaining("port 23861 (door of main-0) is held by process "
                            + ProcessHandle.current().pid() + " (java) [HF3106]");
            assertThat(stack.reassignPorts()).containsExactly(M);
            assertThat(stack.reassignPorts()).isEmpty();
            assertThat(stack.listen(M, "door").port()).isNotEqualTo(PORT);
            assertThatCode(() -> stack.requirePorts(M)).doesNotThrowAnyException();
        }
    }

    @Test
    void oneAtATimeUsesAStack() {
        try (LocalStack stack = fixture.open(workload(M, IDLE))) {
            assertThatThrownBy(() -> fixture.open(workload(M, IDLE)))
                    .hasMessageContaining("stack '" + stack.stack().name() + "' is in use by another process (pid "
                            + ProcessHandle.current().pid() + ", java) [HF3103]");
        }
        fixture.open(workload(M, IDLE)).close();
    }

    @Test
    void corruptStateIsRefusedAndMayBeSetAside() throws IOException {
        Running running;
        StackFolder place;
        try (LocalStack stack = fixture.open(workload(M, IDLE))) {
            stack.prepare(workload(M, IDLE));
            running = stack.start(workload(M, IDLE));
            place = stack.folder();
            Files.writeString(place.run(M), "{\"member\": 3}");
            assertThatThrownBy(() -> stack.find(M))
                    .hasMessageContaining("HF3102")
                    .hasMessageContaining("holdfast up");
            place.runFile(M).setAside();
            stack.start(workload(M, IDLE));
            assertThat(Processes.isAlive(running.engine())).isFalse();
        }
        Files.writeString(place.ports(), "");
        assertThatThrownBy(() -> fixture.open(workload(M, IDLE))).hasMessageContaining("HF3102");
        place.keptPorts().setAside();
        try (LocalStack stack = fixture.open(workload(M, IDLE))) {
            assertThat(stack.listen(M, "door").port())
                    .as("that of the running member")
                    .isEqualTo(PORT);
        }
        Files.writeString(place.state(), "[");
        assertThatThrownBy(place::source).hasMessageContaining("HF3102");
    }

    @Test
    void theSourceIsRememberedAndMissedWhenItMoves() throws IOException {
        try (LocalStack stack = fixture.open(workload(M, IDLE))) {
            Path file = fixture.home().data().resolve("stack.yaml");
            assertThat(stack.folder().source().orElseThrow())
                    .isEqualTo(new Source(file, java.util.Optional.of("dev"), "spec: {}\n"));
            assertThat(stack.folder().sourceMissing()).isTrue();
            Files.writeString(file, "");
            assertThat(stack.folder().sourceMissing()).isFalse();
        }
    }

    @Test
    void membersThatLeftTheStackAreUnwantedUntilRemoved() {
        try (LocalStack stack = fixture.open(workload(M, IDLE))) {
            stack.prepare(workload(M, IDLE));
            stack.start(workload(M, IDLE));
        }
        try (LocalStack stack = fixture.open(workload("main-1", IDLE))) {
            assertThat(stack.unwanted()).containsExactly(M);
            assertThat(stack.differences())
                    .extracting(Change::summary)
                    .containsExactly(
                            "start main-1 with an empty data folder", "stop main-0 and remove its configuration");
            assertThatThrownBy(() -> stack.remove(M, false)).hasMessageContaining("HF3112");
            stack.stop(stack.find(M).orElseThrow());
            stack.remove(M, false);
            assertThat(stack.unwanted()).isEmpty();
            assertThat(stack.folder().volume(M)).exists();
            stack.remove(M, true);
            assertThat(stack.folder().volume(M)).doesNotExist();
        }
    }

    @Test
    void purgeRemovesEverythingButNotUnderARunningMember() {
        LocalStack stack = fixture.open(Fixture.secured(workload(M, IDLE)));
        stack.prepare(Fixture.secured(workload(M, IDLE)));
        Running running = stack.start(Fixture.secured(workload(M, IDLE)));
        assertThatThrownBy(() -> stack.purge(each -> {}))
                .hasMessageContaining("main-0 of stack 'test' still runs (process " + running.pid() + ") [HF3112]");
        stack.stop(running);
        stack.purge(each -> Disk.remove(each.volume()));
        assertThat(stack.folder().root()).doesNotExist();
        assertThat(fixture.home().stacks()).isEmpty();
    }

    @Test
    void whatIsNeededComesFirst() {
        Workload a = Fixture.needing(workload("a", IDLE), none -> Set.of("c"));
        Workload b = Fixture.needing(workload("b", IDLE), none -> Set.of("a"));
        Workload c = workload("c", IDLE);
        assertThat(Order.byNeeds(List.of(b, a, c)))
                .extracting(workload -> workload.member().name())
                .containsExactly("c", "a", "b");
    }

    @Test
    void notesSayWhatThisMachineCannotDo() {
        try (LocalStack stack = fixture.open(workload(M, IDLE))) {
            assertThat(Notes.of(
                            stack.stack(),
                            new Notes.Machine(1, java.util.Optional.of(dev.holdfast.stack.Bytes.mebi(8)))))
                    .hasSize(2)
                    .last()
                    .isEqualTo("The services ask for 16Mi of memory together, and this machine has 8Mi.");
            assertThat(stack.notes()).first().asString().contains("not enforced");
        }
    }

    private static int uid(Path path) throws IOException {
        return (int) Files.getAttribute(path, "unix:uid");
    }
}
