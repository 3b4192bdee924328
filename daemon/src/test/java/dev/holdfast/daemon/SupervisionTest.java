package dev.holdfast.daemon;

import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.http.Reply;
import dev.holdfast.daemon.http.Request;
import dev.holdfast.daemon.stacks.Api;
import dev.holdfast.daemon.stacks.Stacks;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What the daemon does when members die, do not answer, or outlive it. */
final class SupervisionTest {
    @TempDir
    private Path folder;

    private House house;

    @BeforeEach
    void startDaemon() {
        house = new House(folder).start();
    }

    @AfterEach
    void end() {
        house.close();
    }

    private Json upIdle() {
        return house.up(house.file("stack.json", House.stackOf(House.service("main", House.IDLE, ""))));
    }

    @Test
    void aKilledMemberIsRestartedAndSaysWhy() {
        assertThat(upIdle().textAt("outcome")).contains("started");
        long first = house.pid("main-0");
        ProcessHandle.of(first).orElseThrow().destroyForcibly();
        House.await("a new process", () -> {
            Json member = house.member("main-0");
            return member.isAt("ready")
                    && member.longAt("pid").filter(pid -> pid != first).isPresent();
        });
        assertThat(house.decisions("main")).contains("restarted main-0 because it was ended by signal 9");
    }

    @Test
    void aCrashLoopIsGivenUpLoudlyWithTheLastWordsOfItsLog() {
        Json result = house.up(house.file(
                "stack.json",
                House.stackOf(House.service(
                        "main", "sleep 0.3; echo cannot open the door; exit 7", ",\"ready\":\"never\""))));
        assertThat(result.textAt("event")).contains("failed");
        assertThat(result.compact())
                .contains("HF3207")
                .contains("4 times in a row")
                .contains("status 7");
        assertThat(result.compact()).contains("cannot open the door");
        assertThat(house.member("main-0").textAt("state")).contains("failed");
        assertThat(house.decisions("main")).contains("gave up on main-0 because");
    }

    @Test
    void aMemberIsStartedOnlyWhenWhatItNeedsIsReady() throws IOException {
        Path file = house.file(
                "stack.json",
                House.stackOf(
                        House.service("a", House.IDLE, ",\"needs\":[\"b-0\"]"),
                        House.service("b", House.IDLE, ",\"ready\":\"b-ready\"")));
        CompletableFuture<Json> up = CompletableFuture.supplyAsync(() -> house.up(file));
        House.await(
                "b runs and a waits",
                () -> house.get("/v1/stacks").compact().contains("\"running\":1")
                        && house.member("a-0").textAt("because").orElse("").contains("waits for b-0"));
        Files.writeString(folder.resolve("b-ready"), "");
        assertThat(up.join().textAt("outcome")).contains("started");
    }

    @Test
    void aMemberThatDoesNotAnswerIsNotReadyAndThenRestarted() throws IOException {
        Path ready = Files.writeString(folder.resolve("answer"), "");
        house.up(house.file("stack.json", House.stackOf(House.service("main", House.IDLE, ",\"ready\":\"answer\""))));
        long first = house.pid("main-0");
        Files.delete(ready);
        House.await("a restart", () -> house.decisions("main").contains("its probe failed 3 times in a row"));
        assertThat(house.get("/v1/stacks/test/status").isAt("ready")).isFalse();
        Files.writeString(ready, "");
        House.await("ready again", () -> house.member("main-0").isAt("ready"));
        assertThat(house.pid("main-0")).isNotEqualTo(first);
    }

    @Test
    void theNextDaemonAdoptsWhatRunsAndStartsWhatDiedMeanwhile() {
        house.up(house.file(
                "stack.json",
                House.stackOf(House.service("main", House.IDLE, ""), House.service("other", House.IDLE, ""))));
        long main = house.pid("main-0");
        long other = house.pid("other-0");
        house.stopDaemon();
        assertThat(ProcessHandle.of(main)).isPresent();
        ProcessHandle.of(other).orElseThrow().destroyForcibly();
        House.await(
                "its death",
                () -> !ProcessHandle.of(other).map(ProcessHandle::isAlive).orElse(false));
        house.start();
        assertThat(house.pid("main-0")).isEqualTo(main);
        House.await("other is back", () -> house.member("other-0").isAt("ready"));
        assertThat(house.decisions("main")).contains("adopted main-0");
        assertThat(house.decisions("other")).contains("was not running when the daemon started");
    }

    @Test
    void aClientThatLeavesDuringTheFirstUpTakesItBack() throws Exception {
        Path file = house.file(
                "stack.json",
                House.stackOf(
                        House.service("a", House.IDLE, ""), House.service("b", House.IDLE, ",\"ready\":\"never\"")));
        Thread client = Thread.ofPlatform().start(() -> {
            try {
                house.up(file);
            } catch (dev.holdfast.daemon.api.NotAnswering cut) {
                assertThat(cut).hasMessageContaining("went away");
            }
        });
        House.await("both run", () -> house.get("/v1/stacks").compact().contains("\"running\":2"));
        long a = house.pid("a-0");
        client.interrupt();
        client.join();
        House.await("down", () -> house.get("/v1/stacks").compact().contains("\"desired\":\"down\""));
        House.await(
                "nothing runs",
                () -> !ProcessHandle.of(a).map(ProcessHandle::isAlive).orElse(false));
        Files.writeString(folder.resolve("never"), "");
        assertThat(house.up(file).textAt("outcome")).contains("started");
    }

    @Test
    void anUpThatNobodyWaitsForEndsAsGivenUpAndStopsWhatItStarted() {
        Path file = house.file("stack.json", House.stackOf(House.service("main", House.IDLE, ",\"ready\":\"never\"")));
        house.stopDaemon();
        try (Stacks stacks = new Stacks(house.parts())) {
            Request up = new Request(
                    "POST",
                    List.of("v1", "up"),
                    Map.of(),
                    Json.object().put("source", file.toString()).build().compact());
            assertThatThrownBy(() -> begin(stacks, up).run(new LeftAtOnce()))
                    .isInstanceOf(HoldfastException.class)
                    .hasMessageContaining("the client went away before it was done [HF3211]");
        }
        house.start();
        assertThat(house.get("/v1/stacks").compact())
                .contains("\"desired\":\"down\"")
                .contains("\"running\":0");
    }

    private static Reply.Body begin(Stacks stacks, Request request) throws InterruptedException {
        return ((Reply.Lines) new Api(stacks).handle(request).orElseThrow()).body();
    }

    /** A client that was gone before the first event. */
    private record LeftAtOnce(CompletableFuture<Void> gone) implements Events {
        LeftAtOnce() {
            this(CompletableFuture.completedFuture(null));
        }

        @Override
        public void send(Json event) {
            assertThat(event.textAt("event")).isPresent();
        }
    }

    @Test
    void anUpWaitsOnlySoLongAndWhatItStartedGoesOn() throws IOException {
        house.close();
        house = new House(folder, Duration.ofMillis(300)).start();
        Json late = house.up(
                house.file("stack.json", House.stackOf(House.service("main", House.IDLE, ",\"ready\":\"file\""))));
        assertThat(late.compact())
                .contains("HF3208")
                .contains("main-0 is not ready after 0 s because its file is not there");
        long pid = house.pid("main-0");
        Files.writeString(folder.resolve("file"), "");
        House.await("ready after all", () -> house.member("main-0").isAt("ready"));
        assertThat(house.pid("main-0")).isEqualTo(pid);
    }

    @Test
    void aStackThatIsDownIsNotAppliedTo() {
        upIdle();
        house.stream("/v1/stacks/test/down", Json.object().build());
        assertThat(house.stream("/v1/stacks/test/apply", Json.object().build())
                        .getLast()
                        .compact())
                .contains("HF3212")
                .contains("stack 'test' is not up");
    }

    @Test
    void downLeavesNoProcessAndUpKeepsTheData() {
        upIdle();
        long pid = house.pid("main-0");
        List<Json> events = house.stream("/v1/stacks/test/down", Json.object().build());
        assertThat(events.getLast().compact()).contains("\"stopped\":[\"main-0\"]");
        assertThat(ProcessHandle.of(pid).map(ProcessHandle::isAlive)).isNotEqualTo(Optional.of(true));
        assertThat(house.get("/v1/stacks/test/status").isAt("ready")).isFalse();
        assertThat(upIdle().textAt("outcome")).contains("started");
    }

    @Test
    void aPurgeAsksForTheName() {
        upIdle();
        Json refused = house.stream(
                        "/v1/stacks/test/down",
                        Json.object().put("purge", true).put("confirm", "tset").build())
                .getLast();
        assertThat(refused.compact()).contains("HF4003");
        assertThat(house.member("main-0").isAt("ready")).isTrue();
        house.stream(
                "/v1/stacks/test/down",
                Json.object().put("purge", true).put("confirm", "test").build());
        assertThat(Files.exists(house.home().stack("test").root())).isFalse();
    }
}
