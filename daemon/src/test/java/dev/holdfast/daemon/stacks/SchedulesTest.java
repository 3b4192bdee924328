package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Catalogue.Point;
import dev.holdfast.engine.Protection.Schedule;
import dev.holdfast.engine.Restoration.Verdict;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.stack.Cron;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Which backup is due, and what a check that found something says. */
final class SchedulesTest {
    private static final Instant BEGUN = Instant.parse("2026-11-20T10:00:00Z");
    private static final List<Schedule> SCHEDULES = List.of(
            new Schedule(Kind.FULL, cron("0 2 * * *")),
            new Schedule(Kind.DIFFERENTIAL, cron("0 */6 * * *")),
            new Schedule(Kind.INCREMENTAL, cron("30 * * * *")));

    private static Cron cron(String text) {
        return Cron.read(text) instanceof Cron.Read.Understood(Cron cron) ? cron : cron("0 0 1 1 *");
    }

    private static SavingMemory.Result good(Kind kind, String begun) {
        Instant at = Instant.parse(begun);
        return new SavingMemory.Result(kind, at, at.plusSeconds(60), "id", "");
    }

    private static SavingMemory.Result bad(Kind kind, Instant ended) {
        return new SavingMemory.Result(kind, ended.minusSeconds(60), ended, "", "the store was away");
    }

    private static Optional<Kind> due(List<SavingMemory.Result> results, String now) {
        return due(results, BEGUN, now);
    }

    private static Optional<Kind> due(List<SavingMemory.Result> results, Instant asked, String now) {
        Map<Kind, Instant> since = Map.of(Kind.FULL, asked, Kind.DIFFERENTIAL, asked, Kind.INCREMENTAL, asked);
        return Schedules.due(SCHEDULES, results, since, Instant.parse(now));
    }

    @Test
    void theMostThatIsDueIsTakenAndCountsForTheRest() {
        assertThat(due(List.of(), "2026-11-20T10:29:59Z")).isEmpty();
        assertThat(due(List.of(), "2026-11-20T10:30:00Z")).hasValue(Kind.INCREMENTAL);
        assertThat(due(List.of(), "2026-11-20T12:30:00Z")).hasValue(Kind.DIFFERENTIAL);
        assertThat(due(List.of(), "2026-11-21T02:00:00Z")).hasValue(Kind.FULL);
        assertThat(due(List.of(good(Kind.FULL, "2026-11-21T02:00:10Z")), "2026-11-21T02:29:00Z"))
                .isEmpty();
        assertThat(due(List.of(good(Kind.INCREMENTAL, "2026-11-20T12:30:05Z")), "2026-11-20T12:31:00Z"))
                .hasValue(Kind.DIFFERENTIAL);
    }

    @Test
    void whatWasMissedWhileNoDaemonRanIsMadeUpForOnce() {
        List<SavingMemory.Result> before = List.of(good(Kind.FULL, "2026-11-01T02:00:10Z"));
        assertThat(due(before, "2026-11-20T10:00:05Z")).hasValue(Kind.FULL);
        assertThat(due(List.of(good(Kind.FULL, "2026-11-20T10:00:06Z")), "2026-11-20T10:01:00Z"))
                .isEmpty();
    }

    @Test
    void whatFailedIsTriedAgainAfterAPause() {
        List<SavingMemory.Result> failed = List.of(
                good(Kind.DIFFERENTIAL, "2026-11-20T18:00:00Z"), bad(Kind.FULL, Instant.parse("2026-11-21T02:01:00Z")));
        assertThat(due(failed, "2026-11-21T02:05:00Z")).isNotEqualTo(Optional.of(Kind.FULL));
        assertThat(due(failed, "2026-11-21T02:11:01Z")).hasValue(Kind.FULL);
    }

    @Test
    void oneThatFailedByHandCausesNoneBeforeTheNextTime() {
        List<SavingMemory.Result> results =
                List.of(good(Kind.FULL, "2026-11-21T02:00:10Z"), bad(Kind.FULL, Instant.parse("2026-11-21T12:00:00Z")));
        assertThat(due(results, "2026-11-21T02:29:00Z")).isEmpty();
        assertThat(due(results, "2026-11-21T12:11:00Z")).isNotEqualTo(Optional.of(Kind.FULL));
        assertThat(due(results, "2026-11-22T02:00:00Z")).hasValue(Kind.FULL);
    }

    @Test
    void theFirstIsMissedTooWhereNoDaemonRanAtItsTime() {
        Instant monthAgo = BEGUN.minus(Duration.ofDays(30));
        assertThat(due(List.of(), monthAgo, "2026-11-20T10:00:05Z")).hasValue(Kind.FULL);
        assertThat(due(
                        List.of(bad(Kind.FULL, Instant.parse("2026-11-20T02:01:00Z"))),
                        Instant.parse("2026-11-19T10:00:00Z"),
                        "2026-11-20T02:12:00Z"))
                .hasValue(Kind.FULL);
    }

    @Test
    void aFaultIsToldWithItsBackup() {
        Instant at = BEGUN.minus(Duration.ofHours(1));
        Point point = new Point(
                "20261120-090000F", Kind.FULL, at, at, 1, 1, Optional.empty(), new TreeMap<>(), Optional.empty());
        assertThatThrownBy(() -> Verifying.requireSound(
                        Code.HF3633,
                        "main",
                        point,
                        new Verdict(List.of(), List.of("table app.public.t has 4 rows instead of 5"))))
                .isInstanceOf(HoldfastException.class)
                .hasMessageContaining("20261120-090000F")
                .hasMessageContaining("4 rows instead of 5");
    }
}
