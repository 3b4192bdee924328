package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Rehearsing.Breach;
import dev.holdfast.engine.Rehearsing.Drop;
import dev.holdfast.engine.Rehearsing.File;
import dev.holdfast.engine.Rehearsing.Lock;
import dev.holdfast.engine.Rehearsing.Rewrite;
import dev.holdfast.engine.Rehearsing.Rows;
import dev.holdfast.engine.Rehearsing.Statement;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** What a rehearsal saw of one file, as the interface writes it; times are in microseconds, for most locks are short. */
final class RehearsalJson {
    private RehearsalJson() {}

    static Json of(File file) {
        Json.Builder json = Json.object()
                .put("label", file.label())
                .put("script", file.script())
                .put("transactional", file.transactional())
                .put("micros", micros(file.took()))
                .put("walBytes", file.log())
                .put("readsBlockedMicros", micros(file.readsBlocked()))
                .put("writesBlockedMicros", micros(file.writesBlocked()))
                .put("statements", all(file.statements(), RehearsalJson::of))
                .put("locks", all(file.locks(), RehearsalJson::of))
                .put("hurting", all(file.hurting(), RehearsalJson::of))
                .put("rewrites", all(file.rewrites(), RehearsalJson::of))
                .put("drops", all(file.drops(), RehearsalJson::of))
                .put("rows", all(file.rows(), RehearsalJson::of))
                .put("breaches", all(file.breaches(), RehearsalJson::of));
        file.failure().ifPresent(message -> json.put("failure", message));
        return json.build();
    }

    private static <T> Json all(List<T> items, Function<T, Json> one) {
        return Json.array(items.stream().map(one).toList());
    }

    private static Json of(Statement statement) {
        return Json.object()
                .put("number", statement.number())
                .put("line", statement.line())
                .put("text", statement.text())
                .put("micros", micros(statement.took()))
                .put("walBytes", statement.log())
                .put("rows", statement.rows())
                .build();
    }

    private static Json of(Lock lock) {
        return Json.object()
                .put("table", lock.table())
                .put("index", lock.index())
                .put("mode", lock.mode())
                .put("micros", micros(lock.held()))
                .put("statement", lock.statement())
                .put("blocksReads", lock.blocksReads())
                .put("blocksWrites", lock.blocksWrites())
                .build();
    }

    private static Json of(Rewrite rewrite) {
        return Json.object()
                .put("table", rewrite.table())
                .put("statement", rewrite.statement())
                .put("bytes", rewrite.bytes())
                .put("because", rewrite.because())
                .build();
    }

    private static Json of(Drop drop) {
        return Json.object()
                .put("kind", drop.kind())
                .put("name", drop.name())
                .put("statement", drop.statement())
                .put("holdsData", drop.holdsData())
                .build();
    }

    private static Json of(Rows rows) {
        return Json.object()
                .put("table", rows.table())
                .put("inserted", rows.inserted())
                .put("updated", rows.updated())
                .put("deleted", rows.deleted())
                .build();
    }

    private static Json of(Breach breach) {
        return Json.object()
                .put("line", breach.line())
                .put("rule", breach.rule())
                .put("text", breach.text())
                .put("remedy", breach.remedy())
                .build();
    }

    private static long micros(Duration time) {
        return time.toNanos() / 1_000;
    }
}
