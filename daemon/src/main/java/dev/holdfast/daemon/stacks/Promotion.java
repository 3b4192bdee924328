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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A branch and its parent about to change their data, as it is written down beside the parent: whoever finds it does what
 * is left of it. The data of the branch is told by a mark in it, which changes places with it.
 */
record Promotion(Stacks stacks, ManagedStack parent, ManagedStack branch) {
    private static final String FILE = "promotion.json";
    private static final String MARK = ".promoted";

    /** What was begun in that stack's place and not finished. */
    static Optional<Promotion> pending(Stacks stacks, ManagedStack parent) {
        Path file = parent.folder().resolve(FILE);
        return Files.exists(file)
                ? Optional.of(new Promotion(stacks, parent, stacks.findOrCreate(Desired.text(read(file), "branch"))))
                : Optional.empty();
    }

    /** Stops both and writes down that they are to change; from here on it is done, by this daemon or by the next. */
    void begin() {
        Desired held = branch.known();
        // so that no daemon starts it while its data changes places
        held.wanting(false, true).write(branch.folder());
        end(branch, "its data takes the place of " + parent.name() + "'s");
        end(parent, "the data of " + branch.name() + " takes the place of its own");
        remove(folder(parent).volume().resolve(MARK));
        write(folder(branch).volume().resolve(MARK));
        write(parent.folder().resolve(FILE));
    }

    /** Nothing of the two runs. Doing it twice is harmless. */
    void finish() {
        Path file = parent.folder().resolve(FILE);
        if (Files.exists(folder(branch).volume().resolve(MARK))) {
            stacks.parts().places().volumes().holding(folder(parent)).exchange(folder(parent), folder(branch));
        }
        Desired held = branch.known();
        Derived derived = Branches.derived(branch);
        Desired wanted = parent.known();
        new Desired(
                        false,
                        true,
                        wanted.source(),
                        Optional.of(derived.holding(
                                derived.parent(),
                                "what " + parent.name() + " held before it was promoted",
                                stacks.parts().clock().instant())))
                .write(branch.folder());
        new Desired(true, false, held.source(), wanted.derived()).write(parent.folder());
        shut(parent, branch);
        shut(branch, parent);
        remove(folder(parent).volume().resolve(MARK));
        remove(file);
    }

    private void write(Path file) {
        try {
            AtomicFile.writePrivate(
                    file,
                    Json.object().put("branch", branch.name()).build().pretty().getBytes(StandardCharsets.UTF_8));
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

    private static HoldfastException unusable(Path path, Exception cause) {
        return new HoldfastException(
                Problem.of(
                        Code.HF3203,
                        "'" + path + "', which a promotion needs, cannot be used: " + cause.getMessage(),
                        "Give it back to its owner and run the command again; no data is lost, both stacks have theirs."),
                cause);
    }
}
