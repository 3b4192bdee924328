package dev.holdfast.daemon;

import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Protection.Schedule;
import dev.holdfast.engine.Support;
import dev.holdfast.stack.Cron;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A daemon takes the backups whose time has come, by a clock that the test moves. */
final class ScheduleTest {
    private static final Instant EVENING = Instant.parse("2026-11-20T18:00:00Z");

    /** Past the moment by more than the stacks of a machine are spread over. */
    private static final Duration PAST = Duration.ofSeconds(40);

    @TempDir
    Path root;

    private final AtomicReference<Instant> now = new AtomicReference<>(EVENING);
    private final InstantSource clock = now::get;

    @Test
    void aBackupIsTakenWhenItsTimeComesAgainWhenItFailedAndOnceForAllThatNobodyTook() {
        Cron nightly = ((Cron.Read.Understood) Cron.read("0 2 * * *")).cron();
        ShellProtection saving = new ShellProtection(List.of(new Schedule(Kind.FULL, nightly)), clock);
        try (House house = new House(root, House.SECONDS, clock, new ShellEngine(Support.offered(saving)))) {
            house.start();
            house.up(house.file("stack.json", House.stackOf(House.service("a", House.IDLE, ""))));
            assertThat(saving.saved()).isEmpty();
            Path memory = house.home().data().resolve("stacks/test/savings.json");
            House.await("it is known since when it is asked for", () -> Files.exists(memory));

            // a machine that is off every night; and what is old cannot be removed, which makes no backup fail
            house.stopDaemon();
            saving.holding(true);
            now.set(Instant.parse("2026-11-21T09:00:00Z"));
            house.start();
            House.await(
                    "the first backup, though its time was missed",
                    () -> saving.saved().size() == 1);
            House.await("it is told", () -> house.decisions("a").contains("took a full backup of a because its time"));
            assertThat(house.get("/v1/stacks/test/status").pretty())
                    .contains("nothing can be removed")
                    .doesNotContain("backup of a failed");
            now.set(Instant.parse("2026-11-21T09:30:00Z"));
            saving.holding(false);

            saving.away(true);
            now.set(Instant.parse("2026-11-22T02:00:00Z").plus(PAST));
            House.await(
                    "the failure is told",
                    () -> house.get("/v1/stacks/test/status")
                            .pretty()
                            .contains("failed at 2026-11-22T02:00:40Z: the store is away"));
            saving.away(false);
            now.set(Instant.parse("2026-11-22T02:11:00Z").plus(PAST));
            House.await("it is tried again", () -> saving.saved().size() == 2);
            assertThat(house.get("/v1/stacks/test/status").pretty()).doesNotContain("nothing can be removed");
            House.await(
                    "that is written down",
                    () -> !house.get("/v1/stacks/test/status").pretty().contains("the store is away"));

            // three nights go by without a daemon
            house.stopDaemon();
            now.set(Instant.parse("2026-11-25T09:00:00Z"));
            house.start();
            House.await("it is made up for", () -> saving.saved().size() == 3);
            now.set(Instant.parse("2026-11-26T02:00:00Z").plus(PAST));
            House.await("the next night", () -> saving.saved().size() == 4);
        }
        assertThat(saving.saved())
                .containsExactly(
                        "full 2026-11-21T09:00:00Z",
                        "full 2026-11-22T02:11:40Z",
                        "full 2026-11-25T09:00:00Z",
                        "full 2026-11-26T02:00:40Z");
    }
}
