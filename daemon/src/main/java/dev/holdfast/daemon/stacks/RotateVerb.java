package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Rotation;
import dev.holdfast.engine.Rotation.Credential;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** New passwords for one login of a service or for all of them, or a look at how old they are. */
final class RotateVerb implements Verb {
    @Override
    public String name() {
        return "rotate";
    }

    @Override
    public Set<String> keys() {
        return Set.of("action", "role", "all", "graceMillis");
    }

    @Override
    public boolean isExclusive(Json body) {
        return !action(body).equals("list");
    }

    private static String action(Json body) {
        return body.textAt("action").orElse("list");
    }

    @Override
    public Json run(Asked asked) throws InterruptedException {
        return run(asked, asked.bound());
    }

    private static <S extends Record> Json run(Asked asked, Bound<S> bound) throws InterruptedException {
        Rotation<S> rotation = bound.engine().access().orRefuse().rotation().orRefuse();
        List<Credential> logins = rotation.logins(bound.service(), asked.bench().context());
        return switch (action(asked.body())) {
            case "list" ->
                Json.object()
                        .put("service", bound.service().name())
                        .put(
                                "logins",
                                Json.array(logins.stream().map(RotateVerb::json).toList()))
                        .build();
            case "begin", "finish" -> {
                List<Json> done = new ArrayList<>();
                for (String role : roles(asked, logins)) {
                    done.add(one(asked, bound, rotation, role));
                }
                yield Json.object()
                        .put("service", bound.service().name())
                        .put("rotated", Json.array(done))
                        .build();
            }
            default ->
                throw new HoldfastException(Problem.of(
                        Code.HF3205,
                        "'" + action(asked.body()) + "' is nothing that can be done with passwords",
                        "Ask for one of list, begin, finish."));
        };
    }

    /** All of them are those of which the step makes sense. */
    private static List<String> roles(Asked asked, List<Credential> logins) {
        if (!asked.body().isAt("all")) {
            return List.of(asked.body().textAt("role").orElse(""));
        }
        boolean finishes = action(asked.body()).equals("finish");
        return logins.stream()
                .filter(login -> !finishes || login.state() != Rotation.State.ONE)
                .map(Credential::role)
                .toList();
    }

    /** One of Holdfast's own is ended at once, because nobody but Holdfast has to be told of it. */
    private static <S extends Record> Json one(Asked asked, Bound<S> bound, Rotation<S> rotation, String role)
            throws InterruptedException {
        Optional<Credential> login = rotation
                .logins(bound.service(), asked.bench().context())
                .stream()
                .filter(each -> each.role().equals(role))
                .findFirst();
        boolean isOwn = login.map(Credential::isOwn).orElse(false);
        Rotations rotations = new Rotations(asked.stacks());
        Json.Builder json = Json.object().put("role", role).put("own", isOwn);
        // what was interrupted while it took the old password away has no other way than on
        boolean isEnding = login.filter(each -> each.state() == Rotation.State.INTERRUPTED)
                .flatMap(Credential::until)
                .isPresent();
        if (action(asked.body()).equals("begin") && !isEnding) {
            Instant now = asked.stacks().parts().clock().instant();
            Rotation.Begun begun = rotation.begin(
                    bound.service(),
                    role,
                    now,
                    asked.body().longAt("graceMillis").map(Duration::ofMillis),
                    asked.bench());
            rotations.follow(asked.managed(), begun.follow(), asked.events());
            asked.managed().decisions().add("", said(bound, begun));
            json.put("login", begun.login())
                    .put("until", begun.until().toString())
                    .put("resumed", begun.resumed())
                    .put("state", "two");
            if (!isOwn) {
                return json.build();
            }
        }
        int left = rotations.finish(asked.managed(), bound, rotation, role, asked.bench(), asked.events());
        return json.put("state", "one").put("left", left).build();
    }

    private static String said(Bound<?> bound, Rotation.Begun begun) {
        return (begun.resumed() ? "went on with the rotation of " : "made a second password for ") + begun.role()
                + " of " + bound.service().name() + " because it was asked for; the old one is good until "
                + begun.until();
    }

    static Json json(Credential login) {
        return Json.object()
                .put("role", login.role())
                .put("own", login.isOwn())
                .put("since", login.since().map(Instant::toString))
                .put("state", login.state().name().toLowerCase(java.util.Locale.ROOT))
                .put("until", login.until().map(Instant::toString))
                .put("complaint", login.complaint())
                .build();
    }
}
