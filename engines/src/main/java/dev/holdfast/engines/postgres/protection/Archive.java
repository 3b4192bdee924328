package dev.holdfast.engines.postgres.protection;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The archived write-ahead log of a service, file by file.
 *
 * @param forks when each timeline after the first began, as far as the archive knows
 * @param histories for each of them where those that it comes from were left: what was written there later is not in it
 */
record Archive(
        List<Segment> segments,
        SortedMap<Integer, Instant> forks,
        SortedMap<Integer, SortedMap<Integer, Long>> histories) {
    private static final Pattern SEGMENT =
            Pattern.compile("(?:.*/)?([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})-[0-9a-f]{40}.*");
    private static final Pattern HISTORY = Pattern.compile("(?:.*/)?([0-9A-F]{8})\\.history.*");

    /** Files of 16 MiB, as initdb makes them where nothing else is said. */
    private static final long SEGMENT_BYTES = 16L << 20;

    private static final long PER_LOG = 0x1_0000_0000L / SEGMENT_BYTES;

    private static final Pattern LEFT = Pattern.compile("(\\d{1,9})\\s+([0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8})(?:\\s.*)?");

    Archive {
        segments = List.copyOf(segments);
    }

    Archive(List<Segment> segments, SortedMap<Integer, Instant> forks) {
        this(segments, forks, new TreeMap<>());
    }

    /** A history file as PostgreSQL archives it: a timeline and the position it was left at, line by line. */
    static SortedMap<Integer, Long> history(List<String> lines) {
        SortedMap<Integer, Long> left = new TreeMap<>();
        for (String line : lines) {
            Matcher matcher = LEFT.matcher(line.strip());
            if (matcher.matches()) {
                position(matcher.group(2)).ifPresent(at -> left.put(Integer.parseInt(matcher.group(1)), at));
            }
        }
        return left;
    }

    Archive with(SortedMap<Integer, SortedMap<Integer, Long>> read) {
        return new Archive(segments, forks, read);
    }

    /** The name of the file in the archive. */
    static String historyFile(int timeline) {
        return "%08X.history".formatted(timeline);
    }

    /**
     * Up to which position what was written on one timeline belongs to another; empty where nothing of it does. Of a timeline
     * whose history nobody has, nothing can be said but that it holds itself.
     */
    Optional<Long> shared(int timeline, int with) {
        return timeline == with
                ? Optional.of(Long.MAX_VALUE)
                : Optional.ofNullable(
                        histories.getOrDefault(with, new TreeMap<>()).get(timeline));
    }

    private boolean belongs(Segment segment, int timeline) {
        return histories.containsKey(timeline)
                ? shared(segment.timeline(), timeline)
                        .filter(left -> segment.number() <= numberOf(left))
                        .isPresent()
                : segment.timeline() <= timeline;
    }

    /** @param number counts files from the beginning of the cluster, whatever the timeline */
    record Segment(String name, int timeline, long number, long stored, Instant archived) {}

    static Archive of(String service, List<String> lines) {
        String text =
                lines.stream().filter(line -> line.startsWith("{")).findFirst().orElse("{}");
        List<Segment> segments = new ArrayList<>();
        SortedMap<Integer, Instant> forks = new TreeMap<>();
        try {
            if (Json.parse(text) instanceof Json.Members(Map<String, Json> files)) {
                files.forEach((name, file) -> {
                    Instant time = Instant.ofEpochSecond(file.longAt("time").orElse(0L));
                    Matcher segment = SEGMENT.matcher(name);
                    Matcher history = HISTORY.matcher(name);
                    if (segment.matches()) {
                        segments.add(new Segment(
                                segment.group(1) + segment.group(2) + segment.group(3),
                                Integer.parseInt(segment.group(1), 16),
                                number(segment.group(2), segment.group(3)),
                                file.longAt("size").orElse(0L),
                                time));
                    } else if (history.matches()) {
                        forks.put(Integer.parseInt(history.group(1), 16), time);
                    }
                });
            }
        } catch (JsonException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3625,
                            "the list of what is archived of " + service + " cannot be read: " + e.getMessage(),
                            "Please report this with the version of pgBackRest."),
                    e);
        }
        segments.sort(Comparator.comparingLong(Segment::number).thenComparingInt(Segment::timeline));
        return new Archive(segments, forks);
    }

    /** The place in the sequence of a file, by its name of 24 digits. */
    static long number(String segment) {
        return number(segment.substring(8, 16), segment.substring(16, 24));
    }

    private static long number(String log, String rest) {
        return Long.parseLong(log, 16) * PER_LOG + Long.parseLong(rest, 16);
    }

    static long numberOf(long position) {
        return position / SEGMENT_BYTES;
    }

    /** {@code 16/B374D848} as a number; empty for what is none. */
    static Optional<Long> position(String text) {
        if (!text.matches("[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}")) {
            return Optional.empty();
        }
        int slash = text.indexOf('/');
        return Optional.of(
                (Long.parseLong(text.substring(0, slash), 16) << 32) + Long.parseLong(text.substring(slash + 1), 16));
    }

    /** The timeline that was written to at that moment. */
    int timeline(Instant moment) {
        return forks.entrySet().stream()
                .filter(fork -> !fork.getValue().isAfter(moment))
                .map(Map.Entry::getKey)
                .max(Comparator.naturalOrder())
                .orElseGet(this::first);
    }

    /** Whether anything was archived on that timeline. */
    boolean holds(int timeline) {
        return forks.containsKey(timeline) || segments.stream().anyMatch(segment -> segment.timeline() == timeline);
    }

    int newest() {
        return IntStream.concat(
                        segments.stream().mapToInt(Segment::timeline),
                        forks.keySet().stream().mapToInt(Integer::intValue))
                .max()
                .orElse(1);
    }

    private int first() {
        return segments.stream().mapToInt(Segment::timeline).min().orElse(1);
    }

    Optional<Instant> latest() {
        return segments.stream().map(Segment::archived).max(Comparator.naturalOrder());
    }

    /** The files from that one on, each once and on the latest of the timelines up to that one, as far as they go without a gap. */
    List<Segment> run(long from, int timeline) {
        SortedMap<Long, Segment> best = new TreeMap<>();
        segments.stream()
                .filter(segment -> segment.number() >= from && belongs(segment, timeline))
                .forEach(segment -> best.put(segment.number(), segment));
        List<Segment> run = new ArrayList<>();
        long next = from;
        for (Segment segment : best.values()) {
            if (segment.number() != next) {
                break;
            }
            run.add(segment);
            next++;
        }
        return run;
    }

    /** Whether there are files behind the end of such a run. */
    boolean goesOnAfter(long number, int timeline) {
        return segments.stream().anyMatch(segment -> segment.number() > number + 1 && belongs(segment, timeline));
    }
}
