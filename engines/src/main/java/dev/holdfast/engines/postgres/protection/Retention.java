package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Catalogue.Point;
import dev.holdfast.engines.postgres.BackupsSpec.Keep;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.IsoFields;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Which backups stay: the newest of each of the last so many days, weeks and months that have one, all that those build
 * on, and always those of the last day. pgBackRest itself only counts, or looks at one age.
 *
 * @param dropped those to be removed, each before what it builds on
 * @param windows how many of the full backups that stay are young enough for every moment since to be reached
 */
record Retention(List<Point> kept, List<Point> dropped, int windows) {
    Retention {
        kept = List.copyOf(kept);
        dropped = List.copyOf(dropped);
    }

    /** What is younger than this when the newest is taken stays: otherwise a second backup of a day would shorten the reach. */
    private static final Duration FRESH = Duration.ofHours(24);

    static Retention of(List<Point> points, Keep keep) {
        List<Point> newestFirst = points.stream()
                .filter(point -> point.kind() != Kind.LOGICAL)
                .sorted(Comparator.comparing(Point::ended)
                        .thenComparing(Point::id)
                        .reversed())
                .toList();
        Set<String> chosen = new HashSet<>();
        newestFirst.stream().filter(point -> isFresh(point, newestFirst)).forEach(point -> chosen.add(point.id()));
        List<Point> daily = newest(newestFirst, keep.daily(), Retention::day);
        daily.forEach(point -> chosen.add(point.id()));
        newest(newestFirst, keep.weekly(), Retention::week).forEach(point -> chosen.add(point.id()));
        newest(newestFirst, keep.monthly(), at -> YearMonth.from(day(at))).forEach(point -> chosen.add(point.id()));
        Map<String, Point> byId = new HashMap<>();
        newestFirst.forEach(point -> byId.put(point.id(), point));
        Set<String> needed = new HashSet<>();
        chosen.forEach(id -> withBases(id, byId, needed));
        List<Point> kept = newestFirst.stream()
                .filter(point -> needed.contains(point.id()))
                .toList();
        List<Point> dropped = newestFirst.stream()
                .filter(point -> !needed.contains(point.id()))
                .toList();
        List<Point> reached = kept.stream()
                .filter(point -> daily.contains(point) || isFresh(point, newestFirst))
                .toList();
        return new Retention(kept.reversed(), dropped, windows(kept, reached, byId));
    }

    private static boolean isFresh(Point point, List<Point> newestFirst) {
        return !point.ended().isBefore(newestFirst.getFirst().ended().minus(FRESH));
    }

    /** The full backups from the newest to that of the oldest day that is kept. */
    private static int windows(List<Point> kept, List<Point> reached, Map<String, Point> byId) {
        Set<String> bases = new HashSet<>();
        reached.stream().reduce((newer, older) -> older).ifPresent(oldest -> withBases(oldest.id(), byId, bases));
        int fulls = 0;
        int until = 1;
        for (Point point : kept) {
            if (point.kind() == Kind.FULL) {
                fulls++;
                if (bases.contains(point.id())) {
                    until = fulls;
                }
            }
        }
        return until;
    }

    private static <T> List<Point> newest(List<Point> newestFirst, int count, Function<Instant, T> period) {
        List<Point> newest = new ArrayList<>();
        Set<T> seen = new HashSet<>();
        for (Point point : newestFirst) {
            if (seen.size() == count) {
                break;
            }
            if (seen.add(period.apply(point.ended()))) {
                newest.add(point);
            }
        }
        return newest;
    }

    private static LocalDate day(Instant at) {
        return LocalDate.ofInstant(at, ZoneOffset.UTC);
    }

    private static String week(Instant at) {
        LocalDate day = day(at);
        return day.get(IsoFields.WEEK_BASED_YEAR) + "-" + day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
    }

    private static void withBases(String id, Map<String, Point> byId, Set<String> needed) {
        Optional<Point> next = Optional.ofNullable(byId.get(id));
        while (next.isPresent() && needed.add(next.get().id())) {
            next = next.get().basis().flatMap(basis -> Optional.ofNullable(byId.get(basis)));
        }
    }

    long fulls() {
        return kept.stream().filter(point -> point.kind() == Kind.FULL).count();
    }
}
