package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Catalogue.Point;
import dev.holdfast.engines.postgres.BackupsSpec.Keep;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class RetentionTest {
    private static final Instant NOW = Instant.parse("2026-11-20T02:00:00Z");

    private static Point point(String id, Kind kind, Instant at, Optional<String> basis) {
        return new Point(id, kind, at.minusSeconds(60), at, 10, 1, basis, new TreeMap<>(), Optional.empty());
    }

    private static Point full(int daysAgo) {
        return point("f" + daysAgo, Kind.FULL, NOW.minus(Duration.ofDays(daysAgo)), Optional.empty());
    }

    private static List<String> ids(List<Point> points) {
        return points.stream().map(Point::id).toList();
    }

    @Test
    void keepsDaysThenWeeksThenMonthsOfAYearOfDailyBackups() {
        List<Point> year = new ArrayList<>();
        for (int day = 400; day >= 0; day--) {
            year.add(full(day));
        }

        Retention retention = Retention.of(year, new Keep(7, 4, 12));

        List<String> kept = ids(retention.kept());
        assertThat(kept).contains("f0", "f1", "f2", "f3", "f4", "f5", "f6").endsWith("f0");
        // the newest of each of the weeks and months before
        assertThat(kept).contains("f5", "f12", "f19", "f20", "f51").doesNotContain("f8", "f400");
        assertThat(kept).hasSizeBetween(18, 21);
        assertThat(ids(retention.dropped())).hasSize(401 - kept.size()).doesNotContainAnyElementsOf(kept);
        assertThat(retention.windows()).isEqualTo(7);
        assertThat(retention.fulls()).isEqualTo(kept.size());
    }

    @Test
    void keepsWhatAKeptBackupBuildsOnAndDropsWhatBuildsOnItFirst() {
        Point base = full(9);
        Point diff = point("d2", Kind.DIFFERENTIAL, NOW.minus(Duration.ofDays(2)), Optional.of("f9"));
        Point incr = point("i2", Kind.INCREMENTAL, NOW.minus(Duration.ofDays(2)).plusSeconds(600), Optional.of("d2"));
        Point late = point("i8", Kind.INCREMENTAL, NOW.minus(Duration.ofDays(8)), Optional.of("f9"));
        Point old = full(30);
        Point leaf = point("i29", Kind.INCREMENTAL, NOW.minus(Duration.ofDays(29)), Optional.of("f30"));

        Retention retention = Retention.of(List.of(old, leaf, base, late, diff, incr), new Keep(1, 0, 0));

        assertThat(ids(retention.kept())).containsExactly("f9", "d2", "i2");
        assertThat(ids(retention.dropped())).containsExactly("i8", "i29", "f30");
        assertThat(retention.windows()).isEqualTo(1);
    }

    @Test
    void neverDropsWhatWasTakenWithinADayOfTheNewestNorALogicalDump() {
        Point morning = point("m", Kind.FULL, NOW.minus(Duration.ofHours(20)), Optional.empty());
        Point noon = point("n", Kind.FULL, NOW.minus(Duration.ofHours(12)), Optional.empty());
        Point dump = point("l", Kind.LOGICAL, NOW.minus(Duration.ofDays(90)), Optional.empty());

        Retention retention = Retention.of(List.of(dump, morning, noon, full(0)), new Keep(1, 0, 0));

        assertThat(ids(retention.kept())).containsExactly("m", "n", "f0");
        assertThat(retention.dropped()).isEmpty();
        assertThat(retention.windows()).isEqualTo(3);
    }

    @Test
    void ofNothingKeepsNothing() {
        assertThat(Retention.of(List.of(), new Keep(7, 4, 12)).kept()).isEmpty();
    }
}
