package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Audit;
import dev.holdfast.engine.Audit.Entry;
import dev.holdfast.engine.Bound;
import dev.holdfast.text.Json;
import java.util.Optional;
import java.util.Set;

/** Shows who changed what, and whether what was written down of it is still whole. */
final class AuditVerb implements Verb {
    private static final int MOST = 10_000;
    private static final long USUAL = 50;

    @Override
    public String name() {
        return "audit";
    }

    @Override
    public Set<String> keys() {
        return Set.of("action", "database", "table", "tenant", "user", "most", "expect");
    }

    @Override
    public boolean isExclusive(Json body) {
        return false;
    }

    @Override
    public Json run(Asked asked) {
        return run(asked, asked.bound());
    }

    private static <S extends Record> Json run(Asked asked, Bound<S> bound) {
        Audit<S> audit = bound.engine().schema().orRefuse().audit().orRefuse();
        Json body = asked.body();
        Optional<String> database = body.textAt("database");
        if (body.textAt("action").orElse("").equals("verify")) {
            return verified(audit.verify(bound.service(), database, body.textAt("expect"), asked.bench()));
        }
        int most = Math.toIntExact(Math.clamp(body.longAt("most").orElse(USUAL), 1, MOST));
        Audit.Wanted wanted = new Audit.Wanted(body.textAt("table"), body.textAt("tenant"), body.textAt("user"), most);
        return Json.object()
                .put(
                        "entries",
                        Json.array(audit.log(bound.service(), database, wanted, asked.bench()).stream()
                                .map(AuditVerb::entry)
                                .toList()))
                .build();
    }

    private static Json entry(Entry entry) {
        return Json.object()
                .put("number", entry.number())
                .put("at", entry.at())
                .put("table", entry.table())
                .put("action", entry.action())
                .put("user", entry.user())
                .put("role", entry.role())
                .put("application", entry.application())
                .put("client", entry.client())
                .put("tenant", entry.tenant())
                .put("before", entry.before().map(Json::parse).orElseGet(Json.Null::new))
                .put("after", entry.after().map(Json::parse).orElseGet(Json.Null::new))
                .build();
    }

    private static Json verified(Audit.Verified verified) {
        return Json.object()
                .put("database", verified.database())
                .put("whole", verified.gaps().isEmpty())
                .put("sealed", verified.sealed())
                .put("open", verified.open())
                .put("pruned", verified.pruned())
                .put("head", verified.head())
                .put(
                        "last",
                        verified.last().isPresent()
                                ? Json.number(verified.last().getAsLong())
                                : new Json.Null())
                .put("gaps", Json.texts(verified.gaps()))
                .build();
    }
}
