package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Restoration;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.time.Instant;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/** A branch of what was: restored from the backups, because nobody kept the files of that moment. */
final class PastBranch {
    private final Stacks stacks;
    private final Events events;

    PastBranch(Stacks stacks, Events events) {
        this.stacks = stacks;
        this.events = events;
    }

    /** @param masked whether the rules of the file for masking are followed before anybody is let in */
    void create(
            String parent,
            String name,
            SortedSet<String> services,
            String at,
            boolean masked,
            Optional<Instant> expires)
            throws InterruptedException {
        ManagedStack.Live live = stacks.find(parent).orRefuse();
        Bound<?> bound = Bound.of(stacks.parts().register(), only(live, services, at));
        restore(bound, parent, live, name, at, masked);
        if (expires.isPresent()) {
            ManagedStack branch = stacks.find(Branches.root(parent) + dev.holdfast.stack.Stack.DERIVED + name);
            Desired desired = branch.known();
            new Desired(
                            desired.up(),
                            desired.settled(),
                            desired.source(),
                            desired.derived().map(derived -> derived.expiring(expires)))
                    .write(branch.folder());
        }
    }

    /** A moment of several services would be as many moments as they have archives. */
    private Service<?> only(ManagedStack.Live live, SortedSet<String> services, String at) {
        SortedSet<String> saved = new TreeSet<>();
        for (Service<?> service : live.stack().services().values()) {
            if ((services.isEmpty() || services.contains(service.name()))
                    && isSaved(Bound.of(stacks.parts().register(), service))) {
                saved.add(service.name());
            }
        }
        if (saved.size() == 1 && (services.isEmpty() || services.equals(saved))) {
            return Optional.<Service<?>>ofNullable(live.stack().services().get(saved.first()))
                    .orElseThrow(() -> WhyReport.noService(live.stack().name(), saved.first()));
        }
        throw new HoldfastException(Problem.of(
                Code.HF3227,
                saved.isEmpty()
                        ? "nothing of '" + live.stack().name() + "' has backups that reach back to " + at
                        : "only one service at a time can be branched as of " + at + ", and asked for are "
                                + String.join(", ", services.isEmpty() ? saved : services),
                saved.isEmpty()
                        ? "Add backups: to a service that can have them and run holdfast apply; a branch of now needs none."
                        : "Name the one: --service " + saved.first() + "."));
    }

    private static <S extends Record> boolean isSaved(Bound<S> bound) {
        return bound.engine().protection() instanceof Support.Offered<Protection<S>>(Protection<S> protection)
                && protection.isAsked(bound.service());
    }

    private <S extends Record> void restore(
            Bound<S> bound, String parent, ManagedStack.Live live, String name, String at, boolean masked)
            throws InterruptedException {
        Protection<S> protection = bound.engine().protection().orRefuse();
        Site site = live.supervisor().site();
        Context context = site.context();
        SortedMap<String, Redacted> key = protection.key(bound.service(), context);
        Restoration.Target target =
                RestoreWords.target(Json.object().put("at", at).build());
        var _ = new Restoring(stacks)
                .restore(
                        new Restoring.Wish(
                                Branches.root(parent),
                                bound.service().name(),
                                stacks.find(parent).known().source(),
                                key,
                                target,
                                name,
                                Optional.of(context),
                                false,
                                masked),
                        events);
    }
}
