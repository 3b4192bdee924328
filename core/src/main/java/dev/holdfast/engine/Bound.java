package dev.holdfast.engine;

import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Optional;

/** A service and the engine that understands its settings: the one place where the two types are matched. */
public record Bound<S extends Record>(Engine<S> engine, Service<S> service) {

    public static Bound<?> of(Register register, Service<?> service) {
        Engine<?> engine = register.find(service.engine())
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF9001,
                        "service '" + service.name() + "' names the unknown engine '" + service.engine() + "'",
                        "Please report this: the stack file should have been refused.")));
        return match(engine, service);
    }

    private static <S extends Record> Bound<S> match(Engine<S> engine, Service<?> service) {
        S settings = engine.settings().cast(service.settings());
        return new Bound<>(
                engine,
                new Service<>(
                        service.name(),
                        service.engine(),
                        service.version(),
                        service.resources(),
                        settings,
                        service.parent(),
                        service.positions(),
                        service.suspend()));
    }

    public void checkFiles(Problems problems) {
        engine.checkFiles(service, problems);
    }

    /** Another service, where it is of the same engine. */
    public Optional<Service<S>> alike(Service<?> other) {
        return other.engine().equals(service.engine())
                ? Optional.of(match(engine, other).service())
                : Optional.empty();
    }

    public List<String> notes() {
        return engine.notes(service);
    }

    public List<Member> members() {
        return engine.provisioning().members(service);
    }

    public List<Workload> workloads(Context context) {
        return engine.provisioning().workloads(service, context);
    }
}
