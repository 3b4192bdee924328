package dev.holdfast.daemon.stacks;

import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.text.AtomicFile;
import dev.holdfast.text.Json;
import dev.holdfast.text.JsonException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A branch and its parent about to change their data, as it is written down beside the parent with what both are to be
 * afterwards: whoever finds it does what is left of it. The data of the branch is told by a mark in it, which changes
 * places with it. While it is written down neither is opened.
 */
record Promotion(Stacks stacks, ManagedStack parent, ManagedStack branch, Desired parentAfter, Desired branchAfter) {
    private static final String FILE = "promotion.json";
    private static final String MARK = ".promoted";

    static Promotion planned(Stacks stacks, ManagedStack parent, ManagedStack branch) {
        Desired held = branch.known();
        Desired wanted = parent.known();
        Derived holding = Branches.derived(branch)
                .holding(
                        "what " + parent.name() + " held before it was promoted",
                        stacks.parts().clock().instant());
        return new Promotion(
                stacks,
                parent,
                branch,
                new Desired(true, false, held.source(), wanted.derived().map(Derived::exempted)),
                new Desired(false, true, wanted.source(), Optional.of(holding)));
    }

    /** What was begun in that stack's place and not finished. */
    static Optional<Promotion> pending(Stacks stacks, ManagedStack parent) {
        Path file = parent.folder().resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Json json = read(file);
        try {
            return Optional.of(new Promotion(
                    stacks,
                    parent,
                    stacks.findOrCreate(Desired.text(json, "branch")),
                    Desired.of(part(json, "parentAfter")),
                    Desired.of(part(json, "branchAfter"))));
        } catch (IllegalArgumentException | DateTimeException unreadable) {
            throw unusable(file, unreadable);
        }
    }

    /** Refuses while it is not certain whose data that stack has. */
    static void requireNone(Stacks stacks, ManagedStack managed) {
        Optional<String> above = managed.desired().flatMap(Desired::derived).map(Derived::parent);
        Optional<Promotion> pending = pending(stacks, managed)
                .or(() -> above.flatMap(
                        name -> Optional.of(stacks.parts().places().folder(name).resolve(FILE))
                                .filter(Files::exists)
                                .flatMap(_ -> pending(stacks, stacks.findOrCreate(name)))
                                .filter(one -> one.branch().name().equals(managed.name()))));
        pending.ifPresent(one -> {
            throw one.unfinished();
        });
    }

    /** Refuses where it is another branch that takes the place. */
    void requireOf(ManagedStack promoted) {
        if (!promoted.name().equals(branch.name())) {
            throw unfinished();
        }
    }

    private HoldfastException unfinished() {
        return new HoldfastException(Problem.of(
                Code.HF3228,
                "the promotion of '" + branch.name() + "' in the place of '" + parent.name()
                        + "' was begun and is not finished",
                "Finish it: holdfast branch promote " + Branches.shortName(branch) + " --approve " + parent.name()
                        + " --stack " + Branches.root(parent.name())));
    }

    /** Stops both and writes down that they are to change; from here on it is done, by this daemon or by the next. */
    void begin() {
        // so that no daemon starts it while its data changes places
        branch.known().wanting(false, true).write(branch.folder());
        end(branch, "its data takes the place of " + parent.name() + "'s");
        end(parent, "the data of " + branch.name() + " takes the place of its own");
        remove(folder(parent).volume().resolve(MARK));
        write(folder(branch).volume().resolve(MARK), Json.object().put("branch", branch.name()));
        write(
                parent.folder().resolve(FILE),
                Json.object()
                        .put("branch", branch.name())
                        .put("parentAfter", parentAfter.json())
                        .put("branchAfter", branchAfter.json()));
    }

    /** Nothing of the two runs. Doing it twice, from wherever the first stopped, is harmless. */
    void finish() {
        if (Files.exists(folder(branch).volume().resolve(MARK))) {
            stacks.parts().places().volumes().holding(folder(parent)).exchange(folder(parent), folder(branch));
        }
        branchAfter.write(branch.folder());
        parentAfter.write(parent.folder());
        shut(parent, branch);
        shut(branch, parent);
        remove(folder(parent).volume().resolve(MARK));
        remove(parent.folder().resolve(FILE));
    }

    private static void write(Path file, Json.Builder json) {
        try {
            AtomicFile.writePrivate(file, json.build().pretty().getBytes(StandardCharsets.UTF_8));
        } catch (IOException failed) {
            throw unusable(file, failed);
        }
    }

    private static void remove(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException stays) {
            throw unusable(file, stays);
        }
    }

    /** The data of the first has the logins of the second. */
    private void shut(ManagedStack first, ManagedStack second) {
        Desired desired = first.known();
        Stack stack = stacks.read(first.name(), desired);
        try (Site site = stacks.parts().places().open(stack, desired.source())) {
            site.shut(second.name());
            Set<String> members = site.workloads().stream()
                    .map(workload -> workload.member().name())
                    .collect(Collectors.toSet());
            new Doors(stacks, stack, site).own(members, false);
        }
    }

    private static void end(ManagedStack managed, String because) {
        managed.live().ifPresent(live -> {
            live.supervisor().stopAll(because);
            live.supervisor().close();
        });
        managed.ended();
    }

    private StackFolder folder(ManagedStack managed) {
        return stacks.parts().places().stack(managed.name());
    }

    private static Json read(Path file) {
        try {
            return Json.parse(Files.readString(file));
        } catch (IOException | JsonException unreadable) {
            throw unusable(file, unreadable);
        }
    }

    private static Json part(Json json, String name) {
        return json.at(name).orElseThrow(() -> new IllegalArgumentException("'" + name + "' is missing"));
    }

    private static HoldfastException unusable(Path path, Exception cause) {
        return new HoldfastException(
                Problem.of(
                        Code.HF3203,
                        "'" + path + "', which a promotion needs, cannot be used: " + cause.getMessage(),
                        "Give it back to its owner and run the command again; no data is lost, both stacks have theirs."),
                cause);
    }
}
