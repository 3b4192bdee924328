package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.blueprint.Member;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Catalogue;
import dev.holdfast.engine.Protection;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.text.AtomicFile;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Puts the data of a copy in the place of the source's, which is kept aside under a name of its own. Interrupted, it can be
 * asked for again: what is done is not done twice.
 */
final class PromoteVerb implements Verb {
    /** In the folder of a copy whose server has the passwords of its source already. */
    private static final String HANDED_OVER = "handed-over";

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
        // whoever works on two stacks takes the one further from the root first, which is the copy
        return false;
    }

    /** Of what cannot even start, which is what backups are for. */
    @Override
    public boolean mends() {
        return true;
    }

    @Override
    public Json run(Asked asked) throws InterruptedException {
        Stacks stacks = asked.stacks();
        ManagedStack copy = stacks.find(asked.body().textAt("copy").orElse(""));
        requireMadeFrom(asked, copy);
        try (Lease.Held _ = copy.waitForLease(asked.events());
                Lease.Held _ = asked.managed().waitForLease(asked.events())) {
            // who had it until now may have changed it
            ManagedStack.Live live = asked.managed().orRefuse();
            String service = asked.bound().service().name();
            Bound<?> bound = Bound.of(
                    stacks.parts().register(),
                    Optional.<Service<?>>ofNullable(live.stack().services().get(service))
                            .orElseThrow(
                                    () -> WhyReport.noService(asked.managed().name(), service)));
            Asked now = new Asked(
                    stacks,
                    asked.managed(),
                    live,
                    bound,
                    asked.body(),
                    new LiveBench(live, service, asked.events()),
                    asked.events());
            return run(now, bound, copy);
        }
    }

    private static Derived requireMadeFrom(Asked asked, ManagedStack copy) {
        String service = asked.bound().service().name();
        String source = asked.managed().name();
        return copy.known()
                .derived()
                .filter(made -> made.from().equals(source) && made.services().equals(Set.of(service)))
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3213,
                        "'" + copy.name() + "' was not made from service '" + service + "' of '" + source + "' alone",
                        "Name a copy of that service alone which 'holdfast stacks' shows as made from it.")));
    }

    private static <S extends Record> Json run(Asked asked, Bound<S> bound, ManagedStack copy)
            throws InterruptedException {
        Stacks stacks = asked.stacks();
        String service = bound.service().name();
        String source = asked.managed().name();
        Protection<S> protection = bound.engine().protection().orRefuse();
        Derived derived = requireMadeFrom(asked, copy);
        requireApproval(asked, service, source, copy);
        List<String> members = bound.members().stream().map(Member::name).toList();
        String suffix = ".before-" + MOMENT.format(derived.made());
        List<Path> aside = new ArrayList<>();
        new Branches(stacks, asked.events()).requireFree(copy, Optional.of(derived));
        try (Lease.Held _ = asked.managed().waitForSaving(service, asked.events())) {
            requireHandedOver(asked, bound, protection, copy);
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
        asked.managed()
                .decisions()
                .add(
                        members.getFirst(),
                        "promoted " + copy.name() + " in place of " + service
                                + " because it was asked for and approved");
        Json backup = saved(asked, bound, protection);
        // the last of all: as long as it is known, the command can be run again
        new Beside(stacks).remove(copy, "its data is now that of " + source);
        return Json.object()
                .put("service", service)
                .put("copy", copy.name())
                .put(
                        "aside",
                        Json.texts(aside.stream()
                                .filter(Files::exists)
                                .map(Path::toString)
                                .toList()))
                .put("backup", backup)
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

    /** From here on the copy's server knows the source's passwords; that it was done is written down beside the copy. */
    private static <S extends Record> void requireHandedOver(
            Asked asked, Bound<S> bound, Protection<S> protection, ManagedStack copy) throws InterruptedException {
        Path done = copy.folder().resolve(HANDED_OVER);
        boolean isThere = bound.members().stream().anyMatch(member -> Files.exists(data(asked, copy, member.name())));
        if (!isThere || Files.exists(done)) {
            return;
        }
        ManagedStack.Live live = copy.live()
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF3641,
                        "'" + copy.name() + "' is not up, so that its server cannot be told the passwords of '"
                                + asked.managed().name() + "'",
                        "Start it with 'holdfast up --name " + copy.name() + "', then promote it.")));
        asked.bench().say("handing " + copy.name() + " over");
        protection.handOver(bound.service(), live.supervisor().site().context(), asked.bench());
        try {
            AtomicFile.writePrivate(done, new byte[0]);
        } catch (IOException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3203,
                            "the state file '" + done + "' cannot be written: " + e.getMessage(),
                            "Free space there, or make the folder writable, then run the command again."),
                    e);
        }
    }

    private static Path data(Asked asked, ManagedStack copy, String member) {
        return asked.stacks()
                .parts()
                .places()
                .folder(copy.name())
                .resolve("volume")
                .resolve(member);
    }

    /** The copy is no longer wanted before anything is moved, so that no daemon begins it anew. */
    private static void replace(Asked asked, ManagedStack copy, String member, Path aside) {
        Path from = data(asked, copy, member);
        if (!Files.exists(from)) {
            return;
        }
        Desired desired = copy.known();
        copy.want(false, true, desired.source());
        asked.bench().say("stopping " + copy.name());
        // a daemon that was killed here has left it running
        ManagedStack.Live live = copy.live().isPresent()
                ? copy.live().get()
                : asked.stacks().open(copy, asked.stacks().read(copy.name(), desired), desired.source());
        live.supervisor().stopAll("its data is to take the place of the source's");
        asked.bench().say("stopping " + member);
        asked.live().supervisor().stop(List.of(member), "the data of " + copy.name() + " takes its place");
        asked.bench().say("moving the data of " + copy.name());
        asked.live().supervisor().site().succeed(member, from, aside);
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
