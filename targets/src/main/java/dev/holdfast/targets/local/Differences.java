package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import dev.holdfast.targets.local.Facts.Fact;
import dev.holdfast.targets.local.Facts.FileFacts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;

/** What it would take to bring one member to what its stack asks for. Pure: both sides are values. */
final class Differences {
    private Differences() {}

    /** What the stack asks of one member here. */
    record Desired(
            String service,
            String member,
            Facts facts,
            String programs,
            String command,
            SortedMap<String, Integer> ports,
            Workload.Reload reload) {
        String where() {
            return service + "/" + member;
        }
    }

    /**
     * What is there: {@code written} is what was last prepared, {@code digests} are the files as they are on disk now,
     * {@code data} whether the data folder has been filled.
     */
    record Actual(Optional<Running> running, Optional<Facts> written, Map<String, String> digests, boolean data) {}

    static List<Change> of(Desired desired, Actual actual) {
        List<Change> changes = new ArrayList<>();
        Facts before =
                actual.running().map(Running::inForce).or(actual::written).orElse(Facts.NONE);
        boolean isNew = actual.running().isEmpty() && actual.written().isEmpty();
        if (!isNew) {
            settings(desired, before, actual, changes);
            byHand(desired, actual, changes);
        }
        actual.running().ifPresent(running -> process(desired, running, changes));
        if (actual.running().isEmpty()) {
            String first = actual.data() ? "" : " with an empty data folder";
            changes.add(new Change(
                    desired.where(),
                    "start " + desired.member() + first,
                    "start " + desired.member(),
                    Risk.NONE,
                    Optional.of("stop " + desired.member()),
                    "the stack asks for it and it does not run"));
        }
        return List.copyOf(changes);
    }

    /** A member that the stack no longer has; its data stays unless it is purged by name. */
    static Change unwanted(String member, boolean runs) {
        return new Change(
                member,
                runs ? "stop " + member + " and remove its configuration" : "remove the configuration of " + member,
                "stop " + member,
                runs ? Risk.RESTART : Risk.NONE,
                Optional.of("put its service back into the stack file; its data is kept"),
                "no service of the stack has this member any more");
    }

    private static void settings(Desired desired, Facts before, Actual actual, List<Change> changes) {
        Set<String> files = new TreeSet<>(before.files().keySet());
        files.addAll(desired.facts().files().keySet());
        for (String file : files) {
            SortedMap<String, Fact> old = keys(before, file);
            SortedMap<String, Fact> next = keys(desired.facts(), file);
            Set<String> keys = new TreeSet<>(old.keySet());
            keys.addAll(next.keySet());
            for (String key : keys) {
                setting(desired, file, key, Optional.ofNullable(old.get(key)), Optional.ofNullable(next.get(key)))
                        .map(change -> actual.running().isPresent() ? change : harmless(change))
                        .ifPresent(changes::add);
            }
        }
    }

    private static Optional<Change> setting(
            Desired desired, String file, String key, Optional<Fact> old, Optional<Fact> next) {
        if (old.isPresent() && next.isPresent() && old.get().isSameValue(next.get())) {
            return Optional.empty();
        }
        Setting.Effect effect = next.or(() -> old).map(Fact::effect).orElse(Setting.Effect.RESTART);
        Risk risk = effect == Setting.Effect.RELOAD && desired.reload() != Workload.Reload.RESTART
                ? Risk.RELOAD
                : Risk.RESTART;
        boolean shown =
                old.map(Fact::shown).orElse(true) && next.map(Fact::shown).orElse(true);
        String where = desired.where() + "/" + file + (shown ? "/" + key : "");
        if (!shown) {
            return Optional.of(new Change(
                    where,
                    file + (old.isEmpty() ? " is new" : next.isEmpty() ? " is no longer needed" : " differs"),
                    "write " + file,
                    risk,
                    Optional.of("write " + file + " as it was before"),
                    "the stack asks for other content"));
        }
        String before = old.map(Fact::value).orElse("(not set)");
        String after = next.map(Fact::value).orElse("(not set)");
        String because = next.map(Fact::because).filter(text -> !text.isBlank()).orElse("the stack asks for it");
        return Optional.of(new Change(
                where,
                key + ": " + before + " → " + after,
                "set " + key + " to " + after + " in " + file,
                risk,
                Optional.of("set " + key + " to " + before + " in " + file),
                because));
    }

    private static Change harmless(Change change) {
        return new Change(
                change.where(), change.summary(), change.statement(), Risk.NONE, change.undo(), change.because());
    }

    /** Files whose bytes are not what is wanted although every setting in force is. */
    private static void byHand(Desired desired, Actual actual, List<Change> changes) {
        desired.facts().files().forEach((file, facts) -> {
            String where = desired.where() + "/" + file;
            boolean told = changes.stream().anyMatch(change -> change.where().startsWith(where));
            String digest = actual.digests().getOrDefault(file, "");
            if (!told && !digest.equals(facts.digest())) {
                boolean ours = actual.written()
                        .map(written -> written.files().get(file))
                        .map(FileFacts::digest)
                        .filter(digest::equals)
                        .isPresent();
                changes.add(new Change(
                        where,
                        "write " + file + " again",
                        "write " + file,
                        Risk.NONE,
                        Optional.empty(),
                        digest.isEmpty()
                                ? "it is missing"
                                : ours ? "its wording differs, its settings do not" : "it was changed by hand"));
            }
        });
    }

    private static void process(Desired desired, Running running, List<Change> changes) {
        if (!running.programs().equals(desired.programs())) {
            changes.add(restart(
                    desired,
                    "programs",
                    "programs: " + running.programs() + " → " + desired.programs(),
                    "it runs other programs than the engine image now has"));
        }
        if (!running.command().equals(desired.command())) {
            changes.add(restart(
                    desired, "command", "the command of " + desired.member() + " differs", "it was started otherwise"));
        }
        if (!running.ports().equals(desired.ports())) {
            changes.add(restart(
                    desired,
                    "ports",
                    "ports: " + running.ports() + " → " + desired.ports(),
                    "it was started on other ports"));
        }
    }

    private static Change restart(Desired desired, String what, String summary, String because) {
        return new Change(
                desired.where() + "/" + what,
                summary,
                "restart " + desired.member(),
                Risk.RESTART,
                Optional.empty(),
                because);
    }

    private static SortedMap<String, Fact> keys(Facts facts, String file) {
        FileFacts found = facts.files().get(file);
        return found == null ? Collections.emptySortedMap() : found.settings();
    }
}
