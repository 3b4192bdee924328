package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Catalogue;
import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Catalogue.Point;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Protection.Extent;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Backups as requests and answers write them. */
final class BackupWords {
    private BackupWords() {}

    static Protection.Saving saving(Json body) {
        Kind kind = body.textAt("kind").map(BackupWords::kind).orElse(Kind.INCREMENTAL);
        if (kind != Kind.LOGICAL) {
            return Protection.Saving.of(kind);
        }
        Extent extent = body.textAt("extent")
                .map(word -> Extent.valueOf(word.toUpperCase(Locale.ROOT)))
                .orElse(Extent.ALL);
        List<String> tables = new ArrayList<>();
        for (Json table : body.itemsAt("tables")) {
            if (table instanceof Json.Text(String name)) {
                tables.add(name);
            }
        }
        return new Protection.Saving(kind, Optional.of(new Protection.Part(body.textAt("database"), extent, tables)));
    }

    private static Kind kind(String word) {
        return Kind.of(word)
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3205,
                        "'" + word + "' is no kind of backup",
                        "Ask for one of full, differential, incremental, logical.")));
    }

    static Json json(Catalogue catalogue) {
        List<Json> points = new ArrayList<>();
        catalogue.points().forEach(point -> points.add(json(point)));
        return Json.object()
                .put("where", catalogue.where())
                .put("points", Json.array(points))
                .put(
                        "reach",
                        catalogue
                                .reach()
                                .<Json>map(reach -> Json.object()
                                        .put("earliest", reach.earliest().toString())
                                        .put("latest", reach.latest().toString())
                                        .build())
                                .orElseGet(Json.Null::new))
                .build();
    }

    static Json json(Point point) {
        Json.Builder facts = Json.object();
        point.facts().forEach(facts::put);
        return Json.object()
                .put("id", point.id())
                .put("kind", point.kind().word())
                .put("begun", point.begun().toString())
                .put("ended", point.ended().toString())
                .put("bytes", point.bytes())
                .put("storedBytes", point.stored())
                .put("basis", point.basis())
                .put("fault", point.fault())
                .put("facts", facts.build())
                .build();
    }
}
