package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Catalogue.Point;
import dev.holdfast.engine.Catalogue.Reach;
import dev.holdfast.engine.Restoration;
import dev.holdfast.engine.Restoration.Target;
import dev.holdfast.engines.postgres.protection.ArchiverSession.Flushed;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Chooses what a restore starts from and how far it replays, and refuses what the archive cannot give. Pure.
 *
 * @param flushed up to when the server itself has just archived all: the store tells whole seconds, and by its own clock
 */
record Restores(String service, Stored stored, Archive archive, List<Named> names, Flushed flushed) {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss.SSSSSS'+00'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /**
     * A point somebody named.
     *
     * @param timeline that was written to then; empty in what an older Holdfast wrote down
     */
    record Named(String name, String position, Optional<Integer> timeline, Instant moment) {}

    Optional<Reach> reach() {
        Optional<Instant> first = physical().stream().map(Point::ended).min(Comparator.naturalOrder());
        Optional<Instant> last =
                archive.latest().map(stored -> flushed.complete().orElse(stored));
        return first.isEmpty() || last.isEmpty()
                ? Optional.empty()
                : Optional.of(new Reach(first.get(), last.get().isBefore(first.get()) ? first.get() : last.get()));
    }

    private List<Point> physical() {
        return stored.points().stream()
                .filter(point -> point.kind() != Kind.LOGICAL)
                .toList();
    }

    Restoration plan(Target target) {
        if (physical().isEmpty()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3626,
                    "nothing is saved of " + service + " that could be restored",
                    "Run 'holdfast backup create " + service + "' where it still runs."));
        }
        return switch (target) {
            case Target.Latest() -> {
                int timeline = archive.newest();
                Point base = newest(point -> isOn(point, timeline)).orElseThrow(() -> unreachable(noBase(timeline)));
                yield restoration(
                        base,
                        timeline,
                        Long.MAX_VALUE,
                        Optional.empty(),
                        words(base, "default", Integer.toString(timeline)));
            }
            case Target.At(Instant moment) -> at(moment);
            case Target.Position(String text) -> told(position(text, archive.newest()), text, archive.newest());
            case Target.Named(String name) -> named(name);
            case Target.Exactly(String id) -> exactly(id);
        };
    }

    private Restoration exactly(String id) {
        Point base = physical().stream()
                .filter(point -> point.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3626,
                        "there is no backup '" + id + "' of " + service,
                        "Name one of: "
                                + String.join(
                                        ", ", physical().stream().map(Point::id).toList()) + ".")));
        long last = Archive.number(fact(base, "walStop"));
        return restoration(base, timeline(base), last, Optional.of(base.ended()), words(base, "immediate", "current"));
    }

    private Restoration at(Instant moment) {
        Reach reach = reach().orElseThrow(this::noLog);
        if (!reach.contains(moment)) {
            boolean early = moment.isBefore(reach.earliest());
            throw unreachable(
                    moment + (early ? " is before the first backup ended" : " is after what was archived last"),
                    early ? reach.earliest() : reach.latest(),
                    reach);
        }
        int timeline = archive.timeline(moment);
        Point base = newest(point -> !point.ended().isAfter(moment) && isOn(point, timeline))
                .orElseThrow(() -> unreachable(noBase(timeline, "before " + moment + " ")));
        SortedMap<String, String> words = words(base, "time", Integer.toString(timeline));
        words.put("target", TIME.format(moment));
        List<Archive.Segment> run = archive.run(Archive.number(fact(base, "walStart")), timeline);
        long last = run.stream()
                .filter(segment -> !segment.archived().isBefore(moment))
                .findFirst()
                .map(Archive.Segment::number)
                .orElseGet(() -> {
                    requireNoGap(run, timeline, reach);
                    return run.isEmpty() ? 0 : run.getLast().number();
                });
        return restoration(base, timeline, last, Optional.of(moment), words);
    }

    private Restoration position(String text, int timeline) {
        Reach reach = reach().orElseThrow(this::noLog);
        long position = Archive.position(text)
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3627,
                        "'" + text + "' is no position of the write-ahead log",
                        "Write it as PostgreSQL does, such as 16/B374D848.")));
        if (physical().stream().allMatch(point -> stop(point) > position)) {
            throw unreachable(
                    "position " + text + " is before the end of the first backup, "
                            + fact(physical().getFirst(), "lsnStop"),
                    reach.earliest(),
                    reach);
        }
        Point base = newest(point -> stop(point) <= position && isOn(point, timeline))
                .orElseThrow(() -> unreachable(noBase(timeline, "before position " + text + " ")));
        long wanted = Archive.numberOf(position);
        List<Archive.Segment> run = archive.run(Archive.number(fact(base, "walStart")), timeline);
        if (run.isEmpty() || run.getLast().number() < wanted) {
            requireNoGap(run, timeline, reach);
            throw unreachable("position " + text + " is after what was archived last", reach.latest(), reach);
        }
        SortedMap<String, String> words = words(base, "lsn", Integer.toString(timeline));
        words.put("target", text);
        return restoration(base, timeline, wanted, Optional.empty(), words);
    }

    /** A position that another history has too is a moment of it that this restore does not bring. */
    private Restoration told(Restoration restoration, String text, int timeline) {
        long position = Archive.position(text).orElse(0L);
        List<Integer> others = archive.segments().stream()
                .filter(segment -> segment.number() == Archive.numberOf(position))
                .map(Archive.Segment::timeline)
                .filter(other -> archive.shared(other, timeline).orElse(0L) < position)
                .distinct()
                .toList();
        return others.isEmpty()
                ? restoration
                : restoration.noted("Position " + text + " is reached on timeline " + timeline
                        + "; what was written there on timeline "
                        + String.join(", ", others.stream().map(String::valueOf).toList())
                        + " is another history, whose moments are reached with --at.");
    }

    private Restoration named(String name) {
        Named point = names.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3627,
                        "nobody named a point of " + service + " '" + name + "'",
                        names.isEmpty()
                                ? "Points are named with 'holdfast backup point " + service + " NAME'; none is yet."
                                : "Name one of: "
                                        + String.join(
                                                ", ",
                                                names.stream().map(Named::name).toList()) + ".")));
        Restoration reached = position(point.position(), point.timeline().orElseGet(archive::newest));
        // the log may hold the name twice, where writing it down failed the first time; its position it holds once
        SortedMap<String, String> words = new TreeMap<>(reached.words());
        words.put("exclusive", "y");
        return new Restoration(
                reached.base(),
                reached.changes(),
                Optional.of(point.moment()),
                reached.reach(),
                reached.bytes(),
                reached.fetched(),
                reached.steps(),
                words,
                reached.notes());
    }

    private Restoration restoration(
            Point base, int timeline, long last, Optional<Instant> until, SortedMap<String, String> words) {
        List<Archive.Segment> run = archive.run(Archive.number(fact(base, "walStart")), timeline);
        if (run.isEmpty() || run.getLast().number() < Archive.number(fact(base, "walStop"))) {
            throw gap(run, base);
        }
        List<Archive.Segment> used =
                run.stream().filter(segment -> segment.number() <= last).toList();
        List<String> notes = new ArrayList<>();
        if (last == Long.MAX_VALUE && archive.goesOnAfter(run.getLast().number(), timeline)) {
            notes.add("The archive has a gap after " + run.getLast().name()
                    + "; the restore ends there, and what was written later cannot be reached.");
        }
        flushed.note().ifPresent(notes::add);
        base.fault().ifPresent(fault -> notes.add("Of this backup it is known that " + fault + "."));
        long log = used.stream().mapToLong(Archive.Segment::stored).sum();
        String changes = used.size() + (used.size() == 1 ? " file" : " files") + " of the write-ahead log, "
                + used.getFirst().name() + " to " + used.getLast().name();
        return new Restoration(
                base,
                changes,
                until.or(() -> flushed.complete().filter(complete -> last == Long.MAX_VALUE))
                        .or(() -> Optional.of(used.getLast().archived())),
                reach(),
                base.bytes(),
                chain(base) + log,
                used.size(),
                words,
                notes);
    }

    /** What is stored of the backup and of all it builds on. */
    private long chain(Point base) {
        long sum = 0;
        Optional<Point> next = Optional.of(base);
        while (next.isPresent()) {
            sum += next.get().stored();
            next = next.get()
                    .basis()
                    .flatMap(id -> physical().stream()
                            .filter(point -> point.id().equals(id))
                            .findFirst());
        }
        return sum;
    }

    private Optional<Point> newest(java.util.function.Predicate<Point> wanted) {
        return physical().stream()
                .filter(wanted)
                .max(Comparator.comparing(Point::ended).thenComparing(Point::id));
    }

    private SortedMap<String, String> words(Point base, String type, String timeline) {
        SortedMap<String, String> words = new TreeMap<>();
        words.put("set", base.id());
        words.put("type", type);
        words.put("timeline", timeline);
        stored.version().ifPresent(version -> words.put("version", version));
        return words;
    }

    /** Whether that timeline goes on from the end of the backup: what was saved after it had been left is another history. */
    private boolean isOn(Point point, int timeline) {
        return archive.shared(timeline(point), timeline)
                .filter(left -> stop(point) <= left)
                .isPresent();
    }

    private static long stop(Point point) {
        return Archive.position(fact(point, "lsnStop")).orElse(0L);
    }

    private String noBase(int timeline) {
        return noBase(timeline, "");
    }

    private String noBase(int timeline, String before) {
        return "no backup ended " + before + "on timeline " + timeline
                + ", which it is on, or on one of those this comes from before they were left";
    }

    private HoldfastException unreachable(String why) {
        Reach reach = reach().orElseThrow(this::noLog);
        Optional<Point> nearest =
                newest(point -> archive.run(Archive.number(fact(point, "walStart")), timeline(point)).stream()
                        .anyMatch(segment -> segment.number() == Archive.number(fact(point, "walStop"))));
        return unreachable(why, reach, nearest.map(point -> "--backup " + point.id()));
    }

    private static int timeline(Point point) {
        return Integer.parseInt(fact(point, "walStop").substring(0, 8), 16);
    }

    private static String fact(Point point, String name) {
        return Optional.ofNullable(point.facts().get(name)).orElse("0".repeat(24));
    }

    private void requireNoGap(List<Archive.Segment> run, int timeline, Reach reach) {
        if (run.isEmpty() || !archive.goesOnAfter(run.getLast().number(), timeline)) {
            return;
        }
        Instant last = run.getLast().archived();
        throw new HoldfastException(Problem.of(
                Code.HF3628,
                "the archive of " + service + " lacks the file of the write-ahead log after "
                        + run.getLast().name() + ", so that nothing later can be replayed",
                "The last moment before the gap is " + last
                        + ": ask for that one, or for one after the end of a later backup ("
                        + physical().stream()
                                .map(Point::ended)
                                .filter(ended -> ended.isAfter(last))
                                .findFirst()
                                .map(Instant::toString)
                                .orElse("there is none before " + reach.latest())
                        + ")."));
    }

    private HoldfastException gap(List<Archive.Segment> run, Point base) {
        return new HoldfastException(Problem.of(
                Code.HF3628,
                "the archive of " + service + " lacks files of the write-ahead log that backup " + base.id()
                        + " needs to be whole: it has "
                        + (run.isEmpty()
                                ? "not even " + fact(base, "walStart")
                                : run.getFirst().name() + " to " + run.getLast().name())
                        + " of " + fact(base, "walStart") + " to " + fact(base, "walStop"),
                "Restore another backup with --backup; 'holdfast backup list " + service + "' names them."));
    }

    private HoldfastException unreachable(String why, Instant nearest, Reach reach) {
        return unreachable(why, reach, Optional.of("--at " + nearest));
    }

    private HoldfastException unreachable(String why, Reach reach, Optional<String> nearest) {
        return new HoldfastException(Problem.of(
                Code.HF3627,
                "that state of " + service + " cannot be reached: " + why + " (reachable: " + reach + ")"
                        + flushed.note()
                                .map(note -> "; " + Character.toLowerCase(note.charAt(0))
                                        + note.substring(1, note.length() - 1))
                                .orElse(""),
                nearest.map(way -> "The nearest that can be reached is " + way + ".")
                        .orElse("Take a backup now with 'holdfast backup create " + service
                                + "', from which all that follows can be reached.")));
    }

    private HoldfastException noLog() {
        return new HoldfastException(Problem.of(
                Code.HF3628,
                "nothing is archived of the write-ahead log of " + service,
                "Restore a backup as it is with --backup; 'holdfast backup list " + service + "' names them."));
    }
}
