package dev.holdfast.engines.postgres.rotation;

import dev.holdfast.engine.Access;
import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Rotation;
import dev.holdfast.engines.Login;
import dev.holdfast.engines.Login.Phase;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Doors;
import dev.holdfast.engines.postgres.PasswordsSpec;
import dev.holdfast.engines.postgres.PostgresExtensions;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.Safe;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Durations;
import dev.holdfast.text.Nearest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Two good passwords at once, through a twin: a login of its own that is the role from its first statement on. Decision
 * 0050 says why, and what each step leaves behind where it is interrupted.
 */
public final class PostgresRotation implements Rotation<PostgresSpec> {
    private static final List<String> OWN = List.of(Declared.HOLDFAST, Declared.METRICS);
    private static final List<String> OF_POOLER = List.of(Declared.POOLER, Declared.PROBE);

    private final PostgresExtensions extensions;
    private final Access<PostgresSpec> access;
    private final InstantSource clock;

    public PostgresRotation(PostgresExtensions extensions, Access<PostgresSpec> access, InstantSource clock) {
        this.extensions = extensions;
        this.access = access;
        this.clock = clock;
    }

    @Override
    public List<Credential> logins(Service<PostgresSpec> service, Context context) {
        Declared declared = Declared.of(service, extensions);
        List<Credential> logins = new ArrayList<>();
        declared.roles().keySet().forEach(role -> logins.add(login(service, role, false, context)));
        own(service, declared).forEach(role -> logins.add(login(service, role, true, context)));
        return List.copyOf(logins);
    }

    /** On a server of somebody else neither is there: Holdfast goes in as the role of the address. */
    private static List<String> own(Service<PostgresSpec> service, Declared declared) {
        List<String> own = new ArrayList<>(Elsewhere.is(service) ? List.of() : OWN);
        if (declared.isPooled()) {
            own.addAll(OF_POOLER);
        }
        return own;
    }

    private Credential login(Service<PostgresSpec> service, String role, boolean isOwn, Context context) {
        Optional<Login> kept = Login.of(service.name(), role, context);
        SecretRef password = Doors.password(service, Login.name(service.name(), role, context));
        Optional<Instant> since = context.safe().flatMap(safe -> safe.since(password));
        State state = kept.filter(Login::isOpen)
                .map(login -> login.phase() == Phase.OVERLAP ? State.TWO : State.INTERRUPTED)
                .orElse(State.ONE);
        Optional<Redacted> value = context.safe().flatMap(safe -> safe.find(password));
        return new Credential(
                role,
                isOwn,
                since,
                state,
                kept.filter(Login::isOpen).flatMap(Login::until),
                complaint(service.settings().passwordRules(), since, value));
    }

    private Optional<String> complaint(PasswordsSpec rules, Optional<Instant> since, Optional<Redacted> value) {
        if (value.filter(text -> text.reveal().length() < rules.length()).isPresent()) {
            return Optional.of(
                    "has " + value.get().reveal().length() + " characters, and the file asks for " + rules.length());
        }
        return rules.age()
                .flatMap(age -> since.map(moment -> Duration.between(moment, clock.instant()))
                        .filter(old -> old.compareTo(age) > 0)
                        .map(old -> "is " + Durations.text(Duration.ofSeconds(old.toSeconds()))
                                + " old, and the file allows " + Durations.text(age)));
    }

    @Override
    public Begun begin(Service<PostgresSpec> service, String role, Instant now, Optional<Duration> grace, Bench bench) {
        Context context = bench.context();
        require(service, role);
        Optional<Login> kept = Login.of(service.name(), role, context).filter(Login::isOpen);
        if (kept.filter(login -> login.phase() != Phase.BEGUN).isPresent()) {
            Login login = kept.get();
            return new Begun(role, login.twin(), login.until().orElse(now), true, follow(service, role));
        }
        Login login = kept.orElseGet(() -> fresh(service, role, context));
        bench.say("makes a second login of " + role);
        makeTwin(service, login, context);
        bench.requireWanted();
        bench.say("tries the new password of " + role);
        new TrialSession(service, Declared.of(service, extensions), context)
                .requireIn(role, login.twin(), Doors.password(service, login.twin()));
        Instant until = now.plus(
                grace.orElseGet(() -> service.settings().passwordRules().grace()));
        keep(login.in(Phase.OVERLAP).until(until), context);
        return new Begun(role, login.twin(), until, kept.isPresent(), follow(service, role));
    }

    /** The new password is kept before the server hears of it, and in the same breath that it is being changed. */
    private Login fresh(Service<PostgresSpec> service, String role, Context context) {
        Optional<Login> last = Login.of(service.name(), role, context);
        List<String> names = new ArrayList<>(Login.twinsOf(role));
        last.ifPresent(login -> names.remove(login.twin()));
        Login login =
                new Login(service.name(), role, Phase.BEGUN, names.getFirst(), last.map(Login::twin), Optional.empty());
        Map<SecretRef, Redacted> kept = new LinkedHashMap<>();
        Safe safe = safe(service, context);
        kept.put(
                Doors.password(service, login.twin()),
                safe.generated(service.settings().passwordRules().length()));
        kept.put(Login.state(service.name(), role), login.written());
        safe.replace(kept, List.of(salt(service, login.twin())));
        return login;
    }

    /** As plan and apply would: the twin is a part of what the stack wants for as long as the note says so. */
    private void makeTwin(Service<PostgresSpec> service, Login login, Context context) {
        String where = service.name() + "/roles/" + login.twin();
        for (Change change : access.changes(service, context)) {
            if (change.where().equals(where)) {
                access.apply(change, service, context);
            }
        }
    }

    @Override
    public Finished finish(Service<PostgresSpec> service, String role, Bench bench) {
        Context context = bench.context();
        require(service, role);
        Login login = Login.of(service.name(), role, context)
                .filter(kept -> kept.phase() == Phase.OVERLAP || kept.phase() == Phase.FINISHING)
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3506,
                        "role '" + role + "' of service '" + service.name() + "' has one password, not two",
                        "Run holdfast rotate " + service.name() + " " + role + " first, which makes the second.")));
        keep(login.in(Phase.FINISHING), context);
        bench.say("takes away the old password of " + role);
        SecretRef next = Doors.password(service, login.twin());
        RotationSession removal = new RotationSession(service, context);
        removal.give(role, next);
        TrialSession trial = new TrialSession(service, Declared.of(service, extensions), context);
        trial.requireIn(role, role, next);
        int left = removal.sessions(role, login.previous());
        boolean isGone = login.previous().map(removal::dropTwin).orElse(true);
        removal.returnObjects(login.twin(), role);
        settle(service, login, next, isGone, context);
        return new Finished(role, left, follow(service, role));
    }

    private void settle(Service<PostgresSpec> service, Login login, SecretRef next, boolean isGone, Context context) {
        Safe safe = safe(service, context);
        Map<SecretRef, Redacted> kept = new LinkedHashMap<>();
        kept.put(Doors.password(service, login.role()), context.secret(next));
        kept.put(
                Login.state(service.name(), login.role()),
                new Login(
                                service.name(),
                                login.role(),
                                Phase.DONE,
                                login.twin(),
                                isGone ? Optional.empty() : login.previous(),
                                Optional.empty())
                        .written());
        List<SecretRef> removed = new ArrayList<>();
        login.previous().ifPresent(name -> {
            removed.add(Doors.password(service, name));
            removed.add(salt(service, name));
        });
        safe.replace(kept, removed);
    }

    private static void keep(Login login, Context context) {
        context.safe()
                .ifPresent(safe ->
                        safe.replace(Map.of(Login.state(login.service(), login.role()), login.written()), List.of()));
    }

    private static SecretRef salt(Service<?> service, String role) {
        return new SecretRef(service.name(), "salts/roles/" + role);
    }

    private static Safe safe(Service<?> service, Context context) {
        return context.safe()
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF2001,
                        "the passwords of '" + service.name() + "' are kept where Holdfast cannot replace them",
                        "Replace them where they are kept.")));
    }

    private void require(Service<PostgresSpec> service, String role) {
        Declared declared = Declared.of(service, extensions);
        List<String> known = new ArrayList<>(declared.roles().keySet());
        known.addAll(own(service, declared));
        if (Elsewhere.is(service) && (role.equals(Doors.keeper(service)) || OWN.contains(role))) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3504,
                            "role '" + role + "' is not one whose password Holdfast keeps for external service '"
                                    + service.name() + "': it goes in as '" + Doors.keeper(service)
                                    + "', the role of the address",
                            "Change that password where the server is run, and write the new address into the file of external.url, which is read anew at once."));
        }
        if (!known.contains(role)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3504,
                    "service '" + service.name() + "' has no login '" + role + "'",
                    "Name one of " + String.join(", ", known) + "."
                            + Nearest.to(role, known)
                                    .map(near -> " Did you mean '" + near + "'?")
                                    .orElse("")));
        }
    }

    private List<String> follow(Service<PostgresSpec> service, String role) {
        return switch (role) {
            case Declared.HOLDFAST -> List.of(Doors.primary(service));
            case Declared.METRICS -> List.of(Doors.exporter(service));
            case Declared.POOLER -> List.of(Doors.pooler(service));
            default -> List.of();
        };
    }
}
