package dev.holdfast.apply;

import dev.holdfast.plan.Change;
import dev.holdfast.problem.HoldfastException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class ApplyPartsTest {
    private static final InstantSource NOON = InstantSource.fixed(Instant.parse("2026-01-01T12:00:00Z"));
    private static final Change CHANGE =
            new Change("main/a", "make a", "a", Change.Risk.NONE, Optional.empty(), "the file says so");

    @TempDir
    private Path folder;

    @Test
    void anApplyWithoutAnEndIsFoundAgain() {
        Journal journal = new Journal(folder.resolve("journal.ndjson"), NOON);
        assertThat(journal.interrupted()).isEmpty();
        new Operation("1", "ada", "apply").run(() -> {
            journal.applyBegun(2);
            journal.changeBegun(CHANGE);
            journal.changeDone(CHANGE);
            journal.changeBegun(CHANGE);
        });
        assertThat(journal.interrupted()).contains(new Journal.Interrupted("1", 1, Optional.of("main/a")));
        journal.applyDone(2);
        assertThat(journal.interrupted()).isEmpty();
    }

    @Test
    void aTornLineIsLeftOutAndTheNextStandsOnItsOwn() throws IOException {
        Path file = folder.resolve("journal.ndjson");
        Journal journal = new Journal(file, NOON);
        journal.decision("a", "first");
        Files.writeString(file, "{\"kind\":\"dec", StandardOpenOption.APPEND);
        journal.decision("a", "second");
        assertThat(journal.entries())
                .extracting(entry -> entry.textAt("text").orElse(""))
                .containsExactly("first", "second");
    }

    @Test
    void aJournalThatCannotBeWrittenIsAProblem() {
        Journal journal = new Journal(folder.resolve("none/journal.ndjson"), NOON);
        assertThatThrownBy(() -> journal.applyBegun(1))
                .isInstanceOf(HoldfastException.class)
                .hasMessageContaining("HF3204");
    }

    @Test
    void whoComesSecondIsToldWhoWasFirst() throws InterruptedException {
        Lease lease = new Lease("test", NOON);
        new Operation("1", "ada", "up").call(() -> {
            try (Lease.Held _ = lease.take(Duration.ZERO)) {
                assertThatThrownBy(() -> lease.take(Duration.ZERO))
                        .isInstanceOf(HoldfastException.class)
                        .hasMessageContaining(
                                "stack 'test' is being changed by 'holdfast up' (operation 1 of ada, since 2026-01-01T12:00:00Z) [HF4002]");
            }
            return null;
        });
        assertThat(lease.holder()).isEmpty();
        lease.take(Duration.ZERO).close();
    }

    @Test
    void tasksKeepOrderAndOperation() throws Exception {
        Callable<String> who = () -> Operation.current().actor();
        assertThat(new Operation("1", "ada", "up")
                        .call(() -> Tasks.all(List.of(who, () -> "b"), Duration.ofSeconds(5))))
                .containsExactly("ada", "b");
    }

    @Test
    void aFailureOrTheDeadlineEndsAll() {
        CountDownLatch never = new CountDownLatch(1);
        Callable<String> hanging = () -> {
            never.await();
            return "";
        };
        Callable<String> failing = () -> {
            throw new IllegalStateException("broken");
        };
        assertThatThrownBy(() -> Tasks.all(List.of(hanging, failing), Duration.ofMinutes(1)))
                .hasMessage("broken");
        assertThatThrownBy(() -> Tasks.all(List.of(hanging), Duration.ofMillis(20)))
                .isInstanceOf(TimeoutException.class);
    }
}
