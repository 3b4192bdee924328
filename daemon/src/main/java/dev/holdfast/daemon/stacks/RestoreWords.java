package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Restoration;
import dev.holdfast.engine.Restoration.Target;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.GivenFile;
import dev.holdfast.secret.Redacted;
import dev.holdfast.targets.local.Source;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Restores and keys as requests, answers and files write them. */
final class RestoreWords {
    static final Set<String> TARGET = Set.of("at", "lsn", "point", "backup");

    /** A restore is for going on with the data, or for looking at it as it was. */
    static final String UNMASKED =
            "The rules of the file for masking are not followed: a restore brings back what was. 'holdfast branch create NAME --at TIME' follows them.";

    private static final long FORMAT = 1;

    private RestoreWords() {}

    static Target target(Json body) {
        List<Target> targets = new ArrayList<>();
        body.textAt("at").ifPresent(text -> targets.add(new Target.At(moment(text))));
        body.textAt("lsn").ifPresent(text -> targets.add(new Target.Position(text)));
        body.textAt("point").ifPresent(text -> targets.add(new Target.Named(text)));
        body.textAt("backup").ifPresent(text -> targets.add(new Target.Exactly(text)));
        if (targets.size() > 1) {
            throw new HoldfastException(Problem.of(
                    Code.HF3627,
                    "several moments were asked for at once",
                    "Give one of --at, --lsn, --point and --backup, or none for all that was archived."));
        }
        return targets.isEmpty() ? new Target.Latest() : targets.getFirst();
    }

    private static Instant moment(String text) {
        try {
            return OffsetDateTime.parse(text.strip().replace(' ', 'T')).toInstant();
        } catch (DateTimeException unclear) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3627,
                            "'" + text + "' is no moment with its offset from UTC",
                            "Write it in full, such as 2026-11-20T12:58:07Z or 2026-11-20T13:58:07+01:00."),
                    unclear);
        }
    }

    static String sentence(Restoration restoration) {
        return "backup " + restoration.base().id() + " ("
                + restoration.base().kind().word() + ", of "
                + restoration.base().ended() + ") and " + restoration.changes()
                + restoration
                        .until()
                        .map(until -> "; it comes up as of " + until)
                        .orElse("");
    }

    static Json json(Restoration restoration) {
        return json(restoration, List.of());
    }

    /** @param more sentences beside those of the restoration itself */
    static Json json(Restoration restoration, List<String> more) {
        List<String> notes = new ArrayList<>(restoration.notes());
        notes.addAll(more);
        Json.Builder words = Json.object();
        restoration.words().forEach(words::put);
        return Json.object()
                .put("backup", BackupWords.json(restoration.base()))
                .put("changes", restoration.changes())
                .put("until", restoration.until().map(Instant::toString))
                .put(
                        "reach",
                        restoration
                                .reach()
                                .<Json>map(reach -> Json.object()
                                        .put("earliest", reach.earliest().toString())
                                        .put("latest", reach.latest().toString())
                                        .build())
                                .orElseGet(Json.Null::new))
                .put("bytes", restoration.bytes())
                .put("fetchedBytes", restoration.fetched())
                .put("target", words.build())
                .put("notes", Json.texts(notes))
                .build();
    }

    /** All that another machine needs: the file of the stack and the way into the store. */
    static Json key(String stack, String service, Source source, SortedMap<String, Redacted> parts) {
        Json.Builder secrets = Json.object();
        parts.forEach((name, value) -> secrets.put(name, value.reveal()));
        return Json.object()
                .put("format", FORMAT)
                .put("stack", stack)
                .put("service", service)
                .put("environment", source.environment())
                .put("text", source.resolved())
                .put("key", secrets.build())
                .build();
    }

    /** Whose backups, and how to read them. */
    record Key(String stack, String service, Source source, SortedMap<String, Redacted> parts) {}

    /** Reads a file that {@link #key} was written to; it must be its owner's alone. */
    static Key key(Path file) {
        GivenFile given = GivenFile.of(file);
        // refuses what others can read; the first line is all it would give
        given.secret();
        try {
            Json json = Json.parse(given.text());
            if (!json.longAt("format").equals(Optional.of(FORMAT))) {
                throw unusable(file, "it is of another format");
            }
            SortedMap<String, Redacted> parts = new TreeMap<>();
            if (json.at("key").orElse(new Json.Null()) instanceof Json.Members(Map<String, Json> values)) {
                values.forEach((name, value) -> {
                    if (value instanceof Json.Text(String text)) {
                        parts.put(name, new Redacted(text));
                    }
                });
            }
            return new Key(
                    text(file, json, "stack"),
                    text(file, json, "service"),
                    new Source(file, json.textAt("environment"), text(file, json, "text")),
                    parts);
        } catch (JsonException e) {
            throw unusable(file, String.valueOf(e.getMessage()));
        }
    }

    private static String text(Path file, Json json, String key) {
        return json.textAt(key).orElseThrow(() -> unusable(file, "it lacks '" + key + "'"));
    }

    private static HoldfastException unusable(Path file, String why) {
        return new HoldfastException(
                Problem.of(
                        Code.HF3636,
                        "the key file '" + file + "' cannot be used: " + why,
                        "Write it anew with 'holdfast backup key SERVICE --out FILE' where the stack is, or use a copy that is whole."));
    }
}
