package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Catalogue;
import dev.holdfast.engine.Catalogue.Kind;
import dev.holdfast.engine.Protection;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.List;
import java.util.Set;

/** Saving a service, and what is there of it. One of these at a time for a service; looking goes on beside. */
final class BackupVerb implements Verb {
    @Override
    public String name() {
        return "backup";
    }

    @Override
    public Set<String> keys() {
        return Set.of("action", "kind", "id", "dry", "database", "extent", "tables", "point");
    }

    @Override
    public boolean isExclusive(Json body) {
        return false;
    }

    @Override
    public Json run(Asked asked) throws InterruptedException {
        return run(asked, asked.bound());
    }

    private static <S extends Record> Json run(Asked asked, Bound<S> bound) throws InterruptedException {
        Protection<S> protection = bound.engine().protection().orRefuse();
        String action = asked.body().textAt("action").orElse("");
        return switch (action) {
            case "create" -> {
                Protection.Saving saving = BackupWords.saving(asked.body());
                try (Lease.Held _ = turn(asked)) {
                    yield asked.stacks().savings().create(asked.managed(), bound, protection, saving, asked.bench());
                }
            }
            case "list" -> BackupWords.json(protection.catalogue(bound.service(), asked.bench()));
            case "show" -> {
                Catalogue catalogue = protection.catalogue(bound.service(), asked.bench());
                String id = asked.body().textAt("id").orElse("");
                yield catalogue
                        .find(id)
                        .map(BackupWords::json)
                        .orElseThrow(() -> noPoint(bound.service().name(), id, catalogue));
            }
            case "expire" -> {
                boolean dry = asked.body().isAt("dry");
                try (Lease.Held _ = turn(asked)) {
                    List<String> dropped = dry
                            ? protection.expire(bound.service(), true, asked.bench())
                            : asked.stacks().savings().expire(asked.managed(), bound, protection, asked.bench());
                    yield Json.object()
                            .put("service", bound.service().name())
                            .put("dry", dry)
                            .put("dropped", Json.texts(dropped))
                            .build();
                }
            }
            case "point" -> {
                String point = asked.body().textAt("point").orElse("");
                protection.name(point, bound.service(), asked.bench());
                yield Json.object()
                        .put("service", bound.service().name())
                        .put("point", point)
                        .build();
            }
            case "key" ->
                Json.object()
                        .put(
                                "file",
                                RestoreWords.key(
                                        asked.managed().name(),
                                        bound.service().name(),
                                        asked.managed().known().source(),
                                        protection.key(
                                                bound.service(), asked.bench().context())))
                        .build();
            case "verify" -> new Verifying(asked.stacks()).verify(asked, bound, protection);
            default ->
                throw new HoldfastException(Problem.of(
                        Code.HF3205,
                        "'" + action + "' is nothing that can be done with backups",
                        "Ask for one of create, list, show, verify, expire, point, key."));
        };
    }

    private static Lease.Held turn(Asked asked) throws InterruptedException {
        return asked.managed().waitForSaving(asked.bound().service().name(), asked.events());
    }

    static HoldfastException noPoint(String service, String id, Catalogue catalogue) {
        List<String> ids = catalogue.points().stream()
                .filter(point ->
                        point.kind() != Kind.LOGICAL || catalogue.points().size() < 10)
                .map(Catalogue.Point::id)
                .toList();
        return new HoldfastException(Problem.of(
                Code.HF3626,
                "there is no backup '" + id + "' of " + service,
                ids.isEmpty()
                        ? "There is none at all yet: run 'holdfast backup create " + service + "'."
                        : "Name one of: " + String.join(", ", ids) + "."));
    }
}
