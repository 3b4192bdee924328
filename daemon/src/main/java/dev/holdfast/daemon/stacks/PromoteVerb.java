package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.blueprint.Member;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Catalogue;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Protection;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Stack;
import dev.holdfast.text.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Puts the data of a copy in the place of the source's, which is kept aside under a name of its own. Interrupted, it can be
 * asked for again: what is done is not done twice.
 */
final class PromoteVerb implements Verb {
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);

    @Override
    public String name() {
        return "promote";
    }

    @Override
    public Set<String> keys() {
        return Set.of("copy", "approve");
    }

    @Override
    public boolean isExclusive(Json body) {
        return true;
    }

    @Override
    public Json run(Asked asked) throws InterruptedException {
        return run(asked, asked.bound());
    }

    private static <S extends Record> Json run(Asked asked, Bound<S> bound) throws InterruptedException {
        Stacks stacks = asked.stacks();
        String service = bound.service().name();
        String source = asked.managed().name();
        Protection<S> protection = bound.engine().protection().orRefuse();
        ManagedStack copy = stacks.find(asked.body().textAt("copy").orElse(""));
        Desired desired = copy.known();
        Derived derived = desired.derived()
                .filter(made -> made.from().equals(source) && made.services().contains(service))
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3213,
                        "'" + copy.name() + "' was not made from service '" + service + "' of '" + source + "'",
                        "Name a copy that 'holdfast stacks' shows as made from it.")));
        requireApproval(asked, service, source, copy);
        List<String> members = bound.members().stream().map(Member::name).toList();
        String suffix = ".before-" + MOMENT.format(derived.made());
        List<Path> aside = new ArrayList<>();
        try (Lease.Held _ = copy.waitForLease(asked.events());
                Lease.Held _ = asked.managed().waitForSaving(service, asked.events())) {
            if (copy.live().isPresent()) {
                handOver(protection, bound, copy.orRefuse(), asked);
            }
            for (String member : members) {
                Path kept =
                        stacks.parts().places().folder(source).resolve("volume").resolve(member + suffix);
                aside.add(kept);
                replace(asked, copy, member, kept);
            }
        }
        asked.bench().say("starting " + service + " with the restored data");
        asked.live().supervisor().up(true);
        BringUp bringUp = new BringUp(stacks, asked.managed(), asked.events());
        bringUp.finish(asked.live());
        new Beside(stacks).away(copy, "its data is now that of " + source);
        asked.managed()
                .decisions()
                .add(
                        members.getFirst(),
                        "promoted " + copy.name() + " in place of " + service
                                + " because it was asked for and approved");
        return Json.object()
                .put("service", service)
                .put("copy", copy.name())
                .put(
                        "aside",
                        Json.texts(aside.stream()
                                .filter(Files::exists)
                                .map(Path::toString)
                                .toList()))
                .put("backup", saved(asked, bound, protection))
                .build();
    }

    /** Nothing that was saved before reaches past this moment: the copy's own log was not archived. */
    private static <S extends Record> Json saved(Asked asked, Bound<S> bound, Protection<S> protection)
            throws InterruptedException {
        if (!protection.isAsked(bound.service())) {
            return new Json.Null();
        }
        try (Lease.Held _ = asked.managed().waitForSaving(bound.service().name(), asked.events())) {
            return asked.stacks()
                    .savings()
                    .create(
                            asked.managed(),
                            bound,
                            protection,
                            Protection.Saving.of(Catalogue.Kind.FULL),
                            asked.bench());
        }
    }

    private static <S extends Record> void handOver(
            Protection<S> protection, Bound<S> bound, ManagedStack.Live copy, Asked asked) {
        Context from = copy.supervisor().site().context();
        protection.handOver(bound.service(), from, asked.bench().context());
    }

    /** The copy is no longer wanted before anything is moved, so that no daemon begins it anew. */
    private static void replace(Asked asked, ManagedStack copy, String member, Path aside) {
        Path from = asked.stacks()
                .parts()
                .places()
                .folder(copy.name())
                .resolve("volume")
                .resolve(member);
        if (Files.exists(from)) {
            copy.want(false, true, copy.known().source());
            copy.live().ifPresent(live -> live.supervisor().stopAll("its data is to take the place of the source's"));
            asked.live().supervisor().stop(List.of(member), "the data of " + copy.name() + " takes its place");
            asked.live().supervisor().site().succeed(member, from, aside);
        }
    }

    private static void requireApproval(Asked asked, String service, String source, ManagedStack copy) {
        String word = source + "/" + service;
        boolean approved = asked.body().itemsAt("approve").contains(Json.text(word));
        if (!approved) {
            throw new HoldfastException(Problem.of(
                    Code.HF3637,
                    "promoting " + copy.name() + " stops '" + service + "' of '" + source
                            + "' and puts its data aside, with every commit since the restored moment",
                    "If that is meant, run: holdfast promote " + copy.name() + " --approve " + word));
        }
    }

    static String source(String copy) {
        int at = copy.indexOf(Stack.DERIVED);
        return at < 0 ? copy : copy.substring(0, at);
    }
}
