package dev.holdfast.daemon;

import dev.holdfast.apply.Journal;
import dev.holdfast.plan.Change;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What a changed file does to a stack that runs. */
final class ApplyTest {
    @TempDir
    private Path folder;

    private House house;

    @BeforeEach
    void startStack() {
        house = new House(folder).start();
        write(",\"things\":[\"one\"]");
        assertThat(house.up(folder.resolve("stack.json")).textAt("outcome")).contains("started");
    }

    @AfterEach
    void end() {
        house.close();
    }

    private void write(String more) {
        house.file("stack.json", House.stackOf(House.service("main", House.IDLE, more)));
    }

    private Json plan() {
        return Json.parse(
                house.client().post("/v1/stacks/test/plan", "{}", House.SECONDS).body());
    }

    private static List<String> wheres(Json answer) {
        return answer.itemsAt("changes").stream()
                .map(change -> change.textAt("where").orElse(""))
                .collect(Collectors.toList());
    }

    private Json apply(String body) {
        return house.stream("/v1/stacks/test/apply", Json.parse(body)).getLast();
    }

    @Test
    void upMakesWhatTheFileDeclaresInside() {
        assertThat(folder.resolve("inside-main/one")).exists();
        assertThat(plan().itemsAt("changes")).isEmpty();
    }

    @Test
    void upOfTheSameFileChangesNothing() {
        long pid = house.pid("main-0");
        Json again = house.up(folder.resolve("stack.json"));
        assertThat(again.textAt("outcome")).contains("unchanged");
        assertThat(house.pid("main-0")).isEqualTo(pid);
    }

    @Test
    void upAppliesWhatHurtsNobody() {
        write(",\"things\":[\"one\",\"two\"]");
        Json again = house.up(folder.resolve("stack.json"));
        assertThat(again.textAt("outcome")).contains("changed");
        assertThat(wheres(again)).containsExactly("main/two");
        assertThat(folder.resolve("inside-main/two")).exists();
    }

    @Test
    void upNeverRestartsSilently() {
        long pid = house.pid("main-0");
        write(",\"things\":[\"one\"],\"size\":\"2\"");
        Json again = house.up(folder.resolve("stack.json"));
        assertThat(again.textAt("outcome")).contains("pending");
        assertThat(again.compact()).contains("RESTART");
        assertThat(house.pid("main-0")).isEqualTo(pid);
    }

    @Test
    void applyDoesThePlanAndASecondOneFindsNothing() {
        long pid = house.pid("main-0");
        write(",\"things\":[\"one\",\"two\"],\"size\":\"2\"");
        assertThat(wheres(plan())).containsExactly("main/main-0/config/shell.conf/size", "main/two");
        Json done = apply("{}");
        assertThat(done.longAt("applied")).contains(2L);
        assertThat(house.pid("main-0")).isNotEqualTo(pid);
        assertThat(apply("{}").longAt("applied")).contains(0L);
        assertThat(plan().itemsAt("changes")).isEmpty();
    }

    @Test
    void whatLosesDataNeedsItsNamedApproval() {
        write("");
        Json refused = apply("{}");
        assertThat(refused.longAt("exitStatus")).contains(5L);
        assertThat(refused.compact())
                .contains("HF4001")
                .contains("holdfast apply --stack test --yes --approve 'main/one'");
        assertThat(folder.resolve("inside-main/one")).exists();
        assertThat(apply("{\"approve\":[\"main/one\"]}").longAt("applied")).contains(1L);
        assertThat(folder.resolve("inside-main/one")).doesNotExist();
    }

    @Test
    void aStepThatFailsStopsTheApplyAndSaysWhatRemains() {
        write(",\"things\":[\"one\",\"two\",\"broken\",\"three\"]");
        Json failed = apply("{}");
        assertThat(failed.textAt("event")).contains("failed");
        assertThat(failed.longAt("done")).contains(1L);
        assertThat(failed.compact()).contains("HF4004");
        assertThat(failed.itemsAt("remaining")).hasSize(2);
        write(",\"things\":[\"one\",\"two\",\"three\"]");
        assertThat(apply("{}").longAt("applied")).contains(1L);
    }

    @Test
    void anInterruptedApplyIsSaidAndFinished() {
        write(",\"things\":[\"one\",\"two\",\"three\"]");
        Journal journal = new Journal(house.home().stack("test").journal(), InstantSource.system());
        journal.applyBegun(2);
        journal.changeBegun(new Change("main/two", "make two", "make two", Change.Risk.NONE, Optional.empty(), "x"));
        assertThat(plan().at("interrupted").flatMap(open -> open.textAt("where")))
                .contains("main/two");
        Json done = apply("{}");
        assertThat(done.isAt("resumed")).isTrue();
        assertThat(done.longAt("applied")).contains(2L);
        assertThat(plan().at("interrupted")).isEmpty();
    }

    @Test
    void aRemovedServiceIsStoppedAndANewOneStarted() {
        long pid = house.pid("main-0");
        house.file("stack.json", House.stackOf(House.service("other", House.IDLE, "")));
        assertThat(apply("{}").textAt("event")).contains("done");
        assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive)).isNotEqualTo(Optional.of(true));
        assertThat(house.member("other-0").isAt("ready")).isTrue();
        assertThat(plan().itemsAt("changes")).isEmpty();
    }

    @Test
    void aMovedFileIsSaidAndBoundAgain() throws IOException {
        Path moved = Files.createDirectory(folder.resolve("new")).resolve("stack.json");
        Files.move(folder.resolve("stack.json"), moved);
        assertThat(house.get("/v1/stacks/test/status").compact())
                .contains("HF3209")
                .contains("holdfast up NEWPATH");
        assertThat(house.client()
                        .post("/v1/stacks/test/plan", "{}", House.SECONDS)
                        .body())
                .contains("HF3209");
        assertThat(house.up(moved).textAt("outcome")).contains("unchanged");
        assertThat(house.get("/v1/stacks/test/status").itemsAt("problems")).isEmpty();
    }

    @Test
    void anotherFileOfTheSameNameIsRefused() {
        Path other = house.file("other.json", House.stackOf(House.service("x", House.IDLE, "")));
        assertThat(house.up(other).compact()).contains("HF3210");
    }

    @Test
    void aCorruptStateFileIsAProblemOfThatStackAlone() throws IOException {
        Files.createDirectories(house.home().stack("bad").root());
        Files.writeString(house.home().stack("bad").root().resolve("desired.json"), "{");
        assertThat(house.client().get("/v1/stacks/bad/status", House.SECONDS).body())
                .contains("HF3203");
        assertThat(house.get("/v1/stacks").compact()).contains("HF3203").contains("\"name\":\"test\"");
        house.stopDaemon();
        house.start();
        assertThat(house.member("main-0").isAt("ready")).isTrue();
    }
}
