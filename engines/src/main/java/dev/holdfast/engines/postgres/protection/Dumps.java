package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Catalogue.Point;
import dev.holdfast.engine.Protection.Part;
import dev.holdfast.engine.Restoration;
import dev.holdfast.engine.Restoration.Verdict;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.PostgresExtensions;
import dev.holdfast.engines.postgres.protection.PgBackRest.Place;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.text.Json;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Logical dumps: what one database says of itself, streamed into the bucket beside the backups and encrypted like them. */
final class Dumps {
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss'L'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final Pattern SIZE = Pattern.compile("\"size\":(\\d{1,18})");

    private static final Pattern DIGEST = Pattern.compile("digest ([0-9a-f]{64})");

    /** What {@code load.sh} says of a dump that was changed in the store. */
    static final String DAMAGED = "the digest of what is stored differs from that of what was written";

    /** The fact that holds the digest of what was written. */
    private static final String WRITTEN = "sha256";

    private final PgBackRest programs;

    Dumps(PgBackRest programs) {
        this.programs = programs;
    }

    Point create(Place place, Part part) throws InterruptedException {
        String database = database(place, part);
        Instant begun =
                ArchiverSession.ask(place.service(), place.bench().context()).asked();
        String id = NAME.format(begun);
        List<String> arguments = new ArrayList<>(List.of(
                path(place, id) + ".dump",
                Doors.program(place.service(), "pg_dump"),
                "--format=custom",
                "--dbname=" + database));
        switch (part.extent()) {
            case ALL -> {}
            case SCHEMA -> arguments.add("--schema-only");
            case DATA -> arguments.add("--data-only");
        }
        part.tables().forEach(table -> arguments.add("--table=" + table));
        place.bench().say("dumping " + database);
        List<String> said = programs.script(place, "dump", Beside.text(Dumps.class, "dump.sh"), arguments);
        Matcher size = SIZE.matcher(String.join(" ", said));
        long bytes = size.find() ? Long.parseLong(size.group(1)) : 0;
        Instant ended =
                ArchiverSession.ask(place.service(), place.bench().context()).asked();
        SortedMap<String, String> facts = new TreeMap<>();
        facts.put("database", database);
        facts.put("holds", part.extent().name().toLowerCase(Locale.ROOT));
        facts.put("tables", part.tables().isEmpty() ? "all" : String.join(", ", part.tables()));
        digest(said).ifPresent(digest -> facts.put(WRITTEN, digest));
        Point point =
                new Point(id, Kind.LOGICAL, begun, ended, bytes, bytes, Optional.empty(), facts, Optional.empty());
        programs.put(place, path(place, id) + ".json", new Redacted(json(point).compact()));
        return point;
    }

    /** A dump is there once its note is: what was interrupted has none. */
    List<Point> list(Place place) throws InterruptedException {
        List<Point> points = new ArrayList<>();
        for (Json note : programs.notes(place, folder(place), ".json")) {
            points.add(point(note));
        }
        return points;
    }

    Optional<Point> find(Place place, String id) throws InterruptedException {
        // none of pgBackRest's own is called so, and the notes need not be read for one of those
        return id.endsWith("L")
                ? list(place).stream().filter(point -> point.id().equals(id)).findFirst()
                : Optional.empty();
    }

    private static Optional<String> digest(List<String> said) {
        return said.stream()
                .map(DIGEST::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1))
                .findFirst();
    }

    /** Reads it to its end, and compares it with what was written down of it. */
    Verdict examine(Place place, Point dump) throws InterruptedException {
        List<String> said;
        try {
            said = programs.script(
                    place, "digest", Beside.text(Dumps.class, "digest.sh"), List.of(path(place, dump.id()) + ".dump"));
        } catch (HoldfastException failed) {
            Problem problem = failed.problems().getFirst();
            return switch (problem.code()) {
                // it alone cannot be read, for its note could
                case HF3623, HF3625 -> new Verdict(List.of(), List.of(problem.cause()));
                default -> throw failed;
            };
        }
        Optional<String> written = Optional.ofNullable(dump.facts().get(WRITTEN));
        if (written.isEmpty()) {
            return new Verdict(
                    List.of("the dump can be read to its end; no digest was written down with it to compare"),
                    List.of());
        }
        return digest(said).equals(written)
                ? new Verdict(List.of("the dump is stored as it was written"), List.of())
                : new Verdict(List.of(), List.of(DAMAGED));
    }

    static Restoration restoration(Point dump) {
        SortedMap<String, String> words = new TreeMap<>(dump.facts());
        words.put("set", dump.id());
        return new Restoration(
                dump,
                "what it says of database " + dump.facts().getOrDefault("database", ""),
                Optional.of(dump.begun()),
                Optional.empty(),
                dump.bytes(),
                dump.stored(),
                0,
                words,
                List.of());
    }

    /** Into the database of the same name, which the copy made with its roles and extensions when it began. */
    void pour(Place place, Point dump) throws InterruptedException {
        if ("data".equals(dump.facts().get("holds"))) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3639,
                            "dump " + dump.id() + " holds rows and no tables to put them into",
                            "Restore a dump or a backup that has both; a dump of rows alone is for a database whose tables are there."));
        }
        place.bench().say("loading " + dump.id());
        // the copy has made its own notes of who changes what; those of the dump take their place
        TableSession.clear(
                place.service(), place.bench().context(), dump.facts().getOrDefault("database", Declared.HOME));
        programs.script(
                place,
                "load",
                Beside.text(Dumps.class, "load.sh"),
                List.of(
                        path(place, dump.id()) + ".dump",
                        dump.facts().getOrDefault(WRITTEN, ""),
                        Doors.program(place.service(), "pg_restore"),
                        "--dbname=" + dump.facts().getOrDefault("database", Declared.HOME),
                        "--exit-on-error",
                        "--no-comments"));
    }

    static String path(Place place, String id) {
        return folder(place) + "/" + id;
    }

    private static String folder(Place place) {
        return "holdfast/" + place.repository().stanza() + "/dumps";
    }

    private static String database(Place place, Part part) {
        SortedMap<String, ?> databases =
                Declared.of(place.service(), PostgresExtensions.known()).databases();
        if (part.database().isPresent() && databases.containsKey(part.database().get())) {
            return part.database().get();
        }
        if (part.database().isEmpty() && databases.size() == 1) {
            return databases.firstKey();
        }
        throw new HoldfastException(Problem.of(
                Code.HF3639,
                part.database()
                        .map(name -> "service '" + place.name() + "' declares no database '" + name + "'")
                        .orElse("service '" + place.name() + "' has several databases, and a dump is of one"),
                "Name one with --database: " + String.join(", ", databases.keySet()) + "."));
    }

    private static Json json(Point point) {
        Json.Builder facts = Json.object();
        point.facts().forEach(facts::put);
        return Json.object()
                .put("id", point.id())
                .put("begun", point.begun().toString())
                .put("ended", point.ended().toString())
                .put("bytes", point.bytes())
                .put("facts", facts.build())
                .build();
    }

    private static Point point(Json note) {
        SortedMap<String, String> facts = new TreeMap<>();
        note.at("facts").ifPresent(known -> {
            for (String key : List.of("database", "holds", "tables", WRITTEN)) {
                known.textAt(key).ifPresent(value -> facts.put(key, value));
            }
        });
        long bytes = note.longAt("bytes").orElse(0L);
        return new Point(
                note.textAt("id").orElse(""),
                Kind.LOGICAL,
                note.textAt("begun").map(Instant::parse).orElse(Instant.EPOCH),
                note.textAt("ended").map(Instant::parse).orElse(Instant.EPOCH),
                bytes,
                bytes,
                Optional.empty(),
                facts,
                Optional.empty());
    }
}
