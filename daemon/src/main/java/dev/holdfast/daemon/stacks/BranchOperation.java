package dev.holdfast.daemon.stacks;

import dev.holdfast.apply.Lease;
import dev.holdfast.apply.Operation;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Stack;
import dev.holdfast.text.Durations;
import dev.holdfast.text.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is asked of the branches of a stack, as the interface says it: {@code POST /v1/stacks/{stack}/branch}. */
final class BranchOperation {
    static final Set<String> KEYS = Set.of(
            "action",
            "name",
            "from",
            "services",
            "at",
            "live",
            "pauseForCopy",
            "keepCredentials",
            "unmasked",
            "after",
            "suspend",
            "approve");

    private static final Logger LOG = LoggerFactory.getLogger(BranchOperation.class);
    private static final Duration SHORTEST_IDLE = Duration.ofSeconds(1);
    private static final Duration LONGEST_IDLE = Duration.ofDays(30);
    private static final Duration LOOK_UP = Duration.ofMillis(100);

    private final Stacks stacks;
    private final String stack;
    private final Json body;
    private final Events events;

    BranchOperation(Stacks stacks, String stack, Json body, Events events) {
        this.stacks = stacks;
        this.stack = stack;
        this.body = body;
        this.events = events;
    }

    void run() throws InterruptedException {
        String name = name(body.textAt("name").orElseThrow(() -> refused("'name' is missing")));
        events.send(EventJson.accepted(name));
        switch (body.textAt("action").orElse("")) {
            case "create" -> create(name);
            case "run" -> runIn(name);
            case "delete" -> delete(name);
            case "release" -> release(name);
            case "reset" -> reset(name);
            case "promote" -> promote(name);
            case "protect" -> change(name, derived -> derived.protectedFromNow(true));
            case "unprotect" -> change(name, this::unprotected);
            case "expire" -> change(name, derived -> derived.expiring(expiry()));
            default ->
                throw refused(
                        "'action' is none of create, run, delete, release, reset, promote, protect, unprotect, expire");
        }
    }

    /** A branch is meant by what follows the stack's name, or by the whole. */
    private String name(String written) {
        return written.indexOf(Stack.DERIVED) >= 0 ? written : Branches.root(stack) + Stack.DERIVED + written;
    }

    private void create(String branch) throws InterruptedException {
        requireName(branch);
        Optional<String> at = body.textAt("at");
        if (at.isPresent()) {
            requireMeaning();
            String name = branch.substring(branch.indexOf(Stack.DERIVED) + 1);
            new PastBranch(stacks, events)
                    .create(parent(), name, services(), at.get(), !body.isAt("unmasked"), expiry());
            events.send(done(branch).build());
            return;
        }
        Branches.Made made = made(branch, true);
        events.send(done(branch)
                .put("cut", made.cut().json())
                .put("millis", made.millis())
                .put("status", new StatusReport(stacks).asJustSeen(made.branch()))
                .build());
    }

    /** A restore reads no running server, makes logins of its own and starts as its file says, so these words would be heard and not heeded. */
    private void requireMeaning() {
        List<String> words = Stream.of(
                        Map.entry("live", "--live"),
                        Map.entry("pauseForCopy", "--pause-for-copy"),
                        Map.entry("keepCredentials", "--keep-credentials"),
                        Map.entry("suspend", "--suspend"))
                .filter(word ->
                        body.isAt(word.getKey()) || body.textAt(word.getKey()).isPresent())
                .map(Map.Entry::getValue)
                .toList();
        if (!words.isEmpty()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3229,
                    String.join(" and ", words) + " cannot be had with --at, which restores a backup",
                    "Leave " + (words.size() == 1 ? "it" : "them") + " out, or branch what there is now."));
        }
    }

    private Branches.Made made(String branch, boolean keeps) throws InterruptedException {
        String name = branch.substring(branch.indexOf(Stack.DERIVED) + 1);
        return new Branches(stacks, events)
                .create(new Branches.Wish(parent(), name, services(), manner(), keeps, expiry(), idle()));
    }

    private Optional<Duration> idle() {
        return body.textAt("suspend")
                .map(text -> Durations.parse(text)
                        .filter(time -> time.compareTo(SHORTEST_IDLE) >= 0 && time.compareTo(LONGEST_IDLE) <= 0)
                        .orElseThrow(() -> new HoldfastException(Problem.of(
                                Code.HF3205,
                                "'" + text + "' is no time after which a service could sleep",
                                "Write a whole number and a unit, from 1s to 30d, such as 5m."))));
    }

    private SortedSet<String> services() {
        SortedSet<String> services = new TreeSet<>();
        for (Json item : body.itemsAt("services")) {
            services.add(item instanceof Json.Text(String service) ? service : refuse("'services' holds no text"));
        }
        return services;
    }

    private String parent() {
        return body.textAt("from")
                .map(from -> from.equals(Branches.root(stack)) ? from : name(from))
                .orElse(stack);
    }

    /** Makes a branch that is there until its client deletes it or is gone. */
    private void runIn(String name) throws InterruptedException {
        requireName(name);
        Branches.Made made = made(name, false);
        try {
            events.send(Json.object()
                    .put("event", "made")
                    .put("stack", name)
                    .put("cut", made.cut().json())
                    .put("millis", made.millis())
                    .build());
            while (!events.isGone() && !made.branch().isForgotten()) {
                Thread.sleep(LOOK_UP);
            }
        } finally {
            remove(made.branch());
        }
        events.send(done(name).put("made", true).build());
    }

    /** By a thread of its own: this one may have been interrupted because its client is gone. */
    private void remove(ManagedStack branch) throws InterruptedException {
        Operation operation = Operation.current();
        Thread removing = Thread.ofVirtual()
                .name("remove")
                .start(() -> operation.run(() -> {
                    try {
                        new Branches(stacks, new UpOperation.Unheard()).deleteAfterUse(branch, "its command has ended");
                    } catch (HoldfastException stays) {
                        LOG.atWarn()
                                .setCause(stays)
                                .addKeyValue("stack", branch.name())
                                .log("the branch of a command stays");
                    } catch (InterruptedException ending) {
                        Thread.currentThread().interrupt();
                    }
                }));
        removing.join();
    }

    private void requireName(String branch) {
        if (!Branches.root(branch).equals(Branches.root(stack))) {
            throw new HoldfastException(Problem.of(
                    Code.HF3220,
                    "'" + branch + "' is no name for a branch of '" + stack + "'",
                    "Give it a plain name; it is then called " + Branches.root(stack) + Stack.DERIVED + "NAME."));
        }
    }

    private Cutter.Manner manner() {
        return new Cutter.Manner(
                body.isAt("live"), body.isAt("pauseForCopy"), body.isAt("keepCredentials"), !body.isAt("unmasked"));
    }

    private void delete(String name) throws InterruptedException {
        new Branches(stacks, events).delete(found(name), "'holdfast branch delete' was asked for");
        events.send(done(name).build());
    }

    /** The command that it was made for has ended, which may have removed it, or had it kept. */
    private void release(String name) throws InterruptedException {
        if (stacks.names().contains(name)) {
            new Branches(stacks, events).deleteAfterUse(stacks.find(name), "its command has ended");
        }
        events.send(done(name).build());
    }

    private void reset(String name) throws InterruptedException {
        long begun = System.nanoTime();
        ManagedStack branch = found(name);
        Cutter.Cut cut = new Recut(stacks, events).run(branch, manner().consent());
        events.send(done(name)
                .put("cut", cut.json())
                .put("millis", (System.nanoTime() - begun) / 1_000_000)
                .put("status", new StatusReport(stacks).asJustSeen(branch))
                .build());
    }

    private void promote(String name) throws InterruptedException {
        ManagedStack branch = found(name);
        String parent = Branches.derived(branch).parent();
        new Promoter(stacks, events).run(branch, body.itemsAt("approve").contains(Json.text(parent)));
        events.send(done(name)
                .put("parent", parent)
                .put("status", new StatusReport(stacks).asJustSeen(stacks.find(parent)))
                .build());
    }

    private void change(String name, UnaryOperator<Derived> change) throws InterruptedException {
        ManagedStack branch = found(name);
        try (Lease.Held _ = branch.waitForLease(events)) {
            Derived derived = change.apply(Branches.derived(branch));
            branch.known().with(derived).write(branch.folder());
            events.send(done(name).put("branch", derived.json()).build());
        }
    }

    /** One whose time has come while it was protected would be gone at once. */
    private Derived unprotected(Derived derived) {
        Instant now = stacks.parts().clock().instant();
        Derived open = derived.protectedFromNow(false);
        return derived.expires().filter(end -> !end.isAfter(now)).isPresent() ? open.expiring(Optional.empty()) : open;
    }

    /** {@code never} takes an end away again. */
    private Optional<Instant> expiry() {
        return body.textAt("after")
                .filter(text -> !text.equals("never"))
                .map(text -> stacks.parts()
                        .clock()
                        .instant()
                        .plus(Durations.parse(text)
                                .orElseThrow(() -> new HoldfastException(Problem.of(
                                        Code.HF3205,
                                        "'" + text + "' is no length of time",
                                        "Write a whole number and a unit, such as 30m, 8h or 7d, or never.")))));
    }

    private ManagedStack found(String name) {
        if (!stacks.names().contains(name)) {
            throw new HoldfastException(Problem.of(
                    Code.HF3220,
                    "there is no branch '" + name + "'",
                    "See 'holdfast branch list' for the branches there are."));
        }
        return stacks.find(name);
    }

    private static Json.Builder done(String name) {
        return EventJson.done(name).put("name", name.substring(name.indexOf(Stack.DERIVED) + 1));
    }

    private static String refuse(String cause) {
        throw refused(cause);
    }

    private static HoldfastException refused(String cause) {
        return new HoldfastException(
                Problem.of(Code.HF3205, cause, "Ask as the reference page of the daemon's interface says."));
    }
}
