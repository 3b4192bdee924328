package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.http.Events;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Restoration;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Restores a service whose stack is up here; {@link #fromKey} does it where only a key is at hand. */
final class RestoreVerb implements Verb {
    private static final String NAME = "restored";

    @Override
    public String name() {
        return "restore";
    }

    @Override
    public Set<String> keys() {
        Set<String> keys = new TreeSet<>(RestoreWords.TARGET);
        keys.addAll(Set.of("name", "dry", "table"));
        return keys;
    }

    /** The source is only read. */
    @Override
    public boolean isExclusive(Json body) {
        return false;
    }

    /** Of what cannot even start, which is what backups are for. */
    @Override
    public boolean mends() {
        return true;
    }

    @Override
    public Json run(Asked asked) throws InterruptedException {
        return run(asked, asked.bound());
    }

    private static <S extends Record> Json run(Asked asked, Bound<S> bound) throws InterruptedException {
        Protection<S> protection = bound.engine().protection().orRefuse();
        Context context = asked.bench().context();
        var key = protection.key(bound.service(), context);
        Restoration.Target target = RestoreWords.target(asked.body());
        if (asked.body().isAt("dry")) {
            return Json.object()
                    .put("service", bound.service().name())
                    .put("dry", true)
                    .put(
                            "restoration",
                            RestoreWords.json(
                                    protection.restoration(
                                            bound.service(), target, key, Optional.of(context), asked.bench()),
                                    Maskings.isDeclared(bound) ? List.of(RestoreWords.UNMASKED) : List.of()))
                    .build();
        }
        Optional<String> table = asked.body().textAt("table");
        Restoring.Wish wish = new Restoring.Wish(
                asked.managed().name(),
                bound.service().name(),
                asked.managed().known().source(),
                key,
                target,
                asked.body().textAt("name").orElse(table.isPresent() ? "table" : NAME),
                Optional.of(context),
                table.isPresent(),
                false);
        Restoring.Restored restored = new Restoring(asked.stacks()).restore(wish, asked.events());
        if (table.isPresent()) {
            return table(asked, bound, protection, restored, table.get());
        }
        return json(asked.stacks(), bound.service().name(), restored);
    }

    private static <S extends Record> Json table(
            Asked asked, Bound<S> bound, Protection<S> protection, Restoring.Restored restored, String table)
            throws InterruptedException {
        try {
            Protection.Brought brought = protection.bring(
                    bound.service(),
                    table,
                    new LiveBench(restored.copy().orRefuse(), bound.service().name(), asked.events()),
                    asked.bench().context());
            return Json.object()
                    .put("service", bound.service().name())
                    .put("dry", false)
                    .put("table", table)
                    .put("into", brought.into())
                    .put("left", Json.texts(brought.left()))
                    .put("restoration", RestoreWords.json(restored.restoration()))
                    .put("millis", restored.took().toMillis())
                    .build();
        } finally {
            new Beside(asked.stacks()).away(restored.copy(), "it was only made for one table");
        }
    }

    /** On a machine that may never have seen the source. */
    static void fromKey(Stacks stacks, Json body, Path file, Events events) throws InterruptedException {
        RestoreWords.Key key = RestoreWords.key(file);
        String name = body.textAt("name").orElse(NAME);
        events.send(EventJson.accepted(key.stack() + "@" + name));
        Restoring.Restored restored = new Restoring(stacks)
                .restore(
                        new Restoring.Wish(
                                key.stack(),
                                key.service(),
                                key.source(),
                                key.parts(),
                                RestoreWords.target(body),
                                name,
                                Optional.empty(),
                                false,
                                false),
                        events);
        Json.Builder done = EventJson.done(restored.copy().name());
        if (json(stacks, key.service(), restored) instanceof Json.Members(var values)) {
            values.forEach(done::put);
        }
        events.send(done.build());
    }

    private static Json json(Stacks stacks, String service, Restoring.Restored restored) {
        return Json.object()
                .put("service", service)
                .put("dry", false)
                .put("copy", restored.copy().name())
                .put("restoration", RestoreWords.json(restored.restoration()))
                .put("millis", restored.took().toMillis())
                .put("status", new StatusReport(stacks).asJustSeen(restored.copy()))
                .build();
    }
}
