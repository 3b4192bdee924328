package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Filling;
import dev.holdfast.engine.Register;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.text.Json;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Copies a running service into a derived stack, where it may be looked at and broken. */
final class CopyVerb implements Verb {
    @Override
    public String name() {
        return "copy";
    }

    @Override
    public Set<String> keys() {
        return Set.of("name", "credentials", "unmasked");
    }

    /** The source is only read. */
    @Override
    public boolean isExclusive(Json body) {
        return false;
    }

    @Override
    public Json run(Asked asked) throws InterruptedException {
        String name = asked.body()
                .textAt("name")
                .orElseThrow(() -> new HoldfastException(
                        Problem.of(Code.HF3213, "the copy was given no name", "Say what it is to be called.")));
        if (Elsewhere.is(asked.bound().service())) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3582,
                            "service '" + asked.bound().service().name()
                                    + "' is a server that somebody else runs, and only its provider can copy all of it",
                            "Have its provider make a branch or restore a snapshot, and name that in a stack file; holdfast migrate rehearse --keep NAME keeps the copy of one database it made."));
        }
        Register register = asked.stacks().parts().register();
        boolean masks = !asked.body().isAt("unmasked") && Maskings.isDeclared(asked.bound());
        if (masks) {
            Maskings.require(register, asked.live(), List.of(asked.bound().service()));
        }
        Beside beside = new Beside(asked.stacks());
        ManagedStack copy = beside.make(
                wish(asked, name, asked.body().isAt("credentials"), true).masking(masks),
                (derived, to) -> fillings(asked.bound(), asked.bench().context(), to, true),
                asked.events());
        Json.Builder result =
                Json.object().put("copy", copy.name()).put("status", new StatusReport(asked.stacks()).asJustSeen(copy));
        if (masks) {
            result.put("masked", Maskings.json(beside.masked()));
        }
        return result.build();
    }

    /** A derived stack of the one service that is asked of, as the source is now. */
    static Beside.Wish wish(Asked asked, String name, boolean credentials, boolean kept) {
        String service = asked.bound().service().name();
        return new Beside.Wish(
                asked.managed().name(),
                name,
                asked.managed().known().source(),
                new TreeSet<>(Set.of(service)),
                "copied from " + service + " of " + asked.managed().name(),
                credentials,
                kept);
    }

    static <S extends Record> List<Filling> fillings(Bound<S> bound, Context from, Context to, boolean kept) {
        return bound.engine().provisioning().copying().orRefuse().fillings(bound.service(), from, to, kept);
    }
}
