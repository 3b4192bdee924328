package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Catalogue.Point;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What {@code pgbackrest info --output=json} says of one stanza.
 *
 * @param oldest the first file of the log that is archived, empty where none is
 */
record Stored(List<Point> points, Optional<String> version, String archive, String oldest, int status, String message) {
    private static final int OK = 0;
    private static final int NO_STANZA = 1;
    private static final int NO_BACKUP = 2;
    private static final int NO_DATA = 3;

    Stored {
        points = List.copyOf(points);
    }

    static Stored of(String service, String name, List<String> lines) {
        String text = text(lines);
        try {
            Json root = Json.parse("{\"stanzas\":" + text + "}");
            return root.itemsAt("stanzas").stream()
                    .filter(stanza -> stanza.textAt("name").equals(Optional.of(name)))
                    .findFirst()
                    .map(stanza -> stanza(service, stanza))
                    .orElseGet(() -> new Stored(List.of(), Optional.empty(), "", "", NO_STANZA, "missing stanza path"));
        } catch (JsonException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3625,
                            "what pgBackRest says of the backups of " + service + " cannot be read: " + e.getMessage(),
                            "Please report this with the version of pgBackRest."),
                    e);
        }
    }

    /**
     * One line as a rule, and warnings may come after it. With a wrong key it quotes what it could not read, and that may be
     * any byte, the end of a line too.
     */
    private static String text(List<String> lines) {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            boolean isWhole = !text.isEmpty() && text.charAt(text.length() - 1) == ']';
            if (!isWhole && (!text.isEmpty() || line.startsWith("["))) {
                text.append(text.isEmpty() ? "" : " ").append(line);
            }
        }
        return text.isEmpty() ? "[]" : text.toString().replaceAll("\\p{Cntrl}", " ");
    }

    private static Stored stanza(String service, Json stanza) {
        long code = stanza.at("status").flatMap(status -> status.longAt("code")).orElse(0L);
        String message =
                stanza.at("status").flatMap(status -> status.textAt("message")).orElse("");
        List<Point> points = new ArrayList<>();
        stanza.itemsAt("backup").forEach(backup -> points.add(point(backup)));
        if (code != OK && code != NO_BACKUP && code != NO_STANZA && code != NO_DATA) {
            String words = stanza.itemsAt("repo").stream()
                    .flatMap(repo -> repo.at("status").stream())
                    .flatMap(status -> status.textAt("message").stream())
                    .findFirst()
                    .orElse(message);
            throw new HoldfastException(Refusal.of(service, "catalogue", (int) code, numbered(words)));
        }
        List<Json> archives = stanza.itemsAt("archive");
        Optional<String> version =
                stanza.itemsAt("db").stream().reduce((first, last) -> last).flatMap(db -> db.textAt("version"));
        String archive =
                archives.isEmpty() ? "" : archives.getLast().textAt("id").orElse("");
        String oldest =
                archives.isEmpty() ? "" : archives.getLast().textAt("min").orElse("");
        return new Stored(points, version, archive, oldest, (int) code, message);
    }

    /** Whether there are files of the log that the first of these backups has no use for, such as a removal left that was ended. */
    boolean holdsOlderThan(List<Point> kept) {
        return !oldest.isEmpty()
                && kept.stream()
                        .flatMap(point -> Optional.ofNullable(point.facts().get("walStart")).stream())
                        .min(Comparator.naturalOrder())
                        .filter(first -> oldest.compareTo(first) < 0)
                        .isPresent();
    }

    /** {@code info} reports {@code [CryptoError] …} where every other command has the number. */
    private static String numbered(String words) {
        return words.replaceFirst("\\[CryptoError]", "ERROR: [095]:")
                .replaceFirst("\\[FormatError]", "ERROR: [029]:")
                .replaceFirst("\\[HostConnectError]", "ERROR: [049]:")
                .replaceFirst("\\[([A-Za-z]+Error)]", "ERROR: [000]: $1");
    }

    private static Point point(Json backup) {
        SortedMap<String, String> facts = new TreeMap<>();
        put(facts, "wal", backup, "archive");
        put(facts, "lsn", backup, "lsn");
        backup.at("backrest").flatMap(by -> by.textAt("version")).ifPresent(v -> facts.put("pgbackrest", v));
        backup.at("database").flatMap(db -> db.longAt("id")).ifPresent(id -> facts.put("database", Long.toString(id)));
        Json info = backup.at("info").orElseGet(() -> Json.object().build());
        Json repository = info.at("repository").orElseGet(() -> Json.object().build());
        return new Point(
                backup.textAt("label").orElse(""),
                kind(backup.textAt("type").orElse("")),
                moment(backup, "start"),
                moment(backup, "stop"),
                info.longAt("size").orElse(0L),
                repository.longAt("delta").orElse(0L),
                backup.textAt("prior"),
                facts,
                backup.isAt("error")
                        ? Optional.of("pages with a wrong checksum were saved with it")
                        : Optional.empty());
    }

    private static void put(SortedMap<String, String> facts, String name, Json backup, String key) {
        backup.at(key).ifPresent(range -> {
            range.textAt("start").ifPresent(start -> facts.put(name + "Start", start));
            range.textAt("stop").ifPresent(stop -> facts.put(name + "Stop", stop));
        });
    }

    private static Kind kind(String type) {
        return switch (type) {
            case "full" -> Kind.FULL;
            case "diff" -> Kind.DIFFERENTIAL;
            default -> Kind.INCREMENTAL;
        };
    }

    private static Instant moment(Json backup, String key) {
        return Instant.ofEpochSecond(
                backup.at("timestamp").flatMap(times -> times.longAt(key)).orElse(0L));
    }
}
