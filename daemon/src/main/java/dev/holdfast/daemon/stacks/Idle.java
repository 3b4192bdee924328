package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Has the services of a stack sleep that can, after a time that its file does not say. */
final class Idle {
    private Idle() {}

    static Stack in(Register register, Stack stack, Duration time) {
        SortedMap<String, Service<?>> services = new TreeMap<>();
        stack.services()
                .forEach((name, service) ->
                        services.put(name, canSleep(register, stack, service) ? service.sleeping(time) : service));
        return new Stack(stack.name(), stack.environment(), services, stack.objectives());
    }

    /** Refuses where none of these can. */
    static void require(Register register, Stack stack, Set<String> wanted, Duration time) {
        Stack idle = in(register, stack.keeping(stack.name(), wanted), time);
        if (idle.services().values().stream()
                .noneMatch(service -> service.suspend().isPresent())) {
            throw new HoldfastException(Problem.of(
                    Code.HF3251,
                    "none of " + String.join(", ", wanted) + " can sleep",
                    "Leave --suspend out; see 'holdfast engines' for what can."));
        }
    }

    /** A companion does with its parent. */
    private static boolean canSleep(Register register, Stack stack, Service<?> service) {
        Optional<Service<?>> root = service.parent().isEmpty()
                ? Optional.of(service)
                : service.parent()
                        .flatMap(parent -> Optional.ofNullable(stack.services().get(parent)));
        return root.filter(one -> offers(Bound.of(register, one))).isPresent();
    }

    private static <S extends Record> boolean offers(Bound<S> bound) {
        return bound.engine().provisioning().sleeping(bound.service()) instanceof Support.Offered<?>;
    }
}
