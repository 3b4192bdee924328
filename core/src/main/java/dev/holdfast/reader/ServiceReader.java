package dev.holdfast.reader;

import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Register;
import dev.holdfast.language.NotYet;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Position;
import dev.holdfast.reader.Written.Entry;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Nearest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One entry of {@code services}: the common keys to their record, the rest to the engine's own. */
final class ServiceReader {
    /** Engines the language knows and a later build brings. */
    private static final List<String> LATER = List.of("qdrant", "clickhouse", "neo4j", "questdb", "vault", "grafana");

    private final Register register;
    private final Binder binder;

    ServiceReader(Register register, Binder binder) {
        this.register = register;
        this.binder = binder;
    }

    /**
     * A service, if it could be made, with what the checks after reading need: what it refers to and where. A service that is not
     * sound has problems of its own, and what it offers is not to be judged.
     */
    record Read(Optional<Service<?>> service, Reading reading, boolean sound) {}

    /** The words that {@code engine:} takes. */
    List<String> words() {
        return register.engines().stream()
                .filter(engine -> !engine.isCompanion())
                .map(Engine::name)
                .sorted()
                .toList();
    }

    Read read(String name, Entry entry, Findings findings) {
        Reading reading = new Reading(findings);
        int before = findings.count();
        Optional<Service<?>> service = service(name, entry, reading);
        return new Read(service, reading, findings.count() == before);
    }

    private Optional<Service<?>> service(String name, Entry entry, Reading reading) {
        Findings findings = reading.findings();
        String shown = "service '" + Shown.text(name) + "'";
        if (!(entry.value() instanceof Written.Keys keys)) {
            if (!(entry.value() instanceof Written.Refused)) {
                findings.add(
                        Code.HF1008,
                        entry.value().at(),
                        shown + " is " + entry.value().noun() + ", and takes a map of keys",
                        "Write at least engine: with one of " + Shown.list(words()) + ".");
            }
            return Optional.empty();
        }
        Shape common = binder.shape(CommonKeys.class);
        boolean named = namesItsEngine(keys, shown, findings);
        Optional<CommonKeys> said =
                named ? binder.fill(common, shown, "", keys, reading).map(CommonKeys.class::cast) : Optional.empty();
        Optional<Engine<?>> engine = engine(keys, findings);
        if (engine.isEmpty()) {
            return Optional.empty();
        }
        Shape own = binder.shape(engine.get().settings());
        List<String> known = new ArrayList<>(common.keys());
        known.addAll(own.keys());
        Map<String, NotYet> later = new HashMap<>(common.notYet());
        own.keys().forEach(later::remove);
        later.putAll(own.notYet());
        binder.refuseUnknown(keys, shown, known, later, findings);
        Optional<Record> settings = binder.fill(own, shown, "", keys, reading);
        Optional<String> version = said.flatMap(words -> version(engine.get(), words.version(), keys, findings));
        if (said.isEmpty() || settings.isEmpty() || version.isEmpty()) {
            return Optional.empty();
        }
        said.get().check(keys.at(), reading);
        return Optional.of(new Service<>(
                name,
                engine.get().name(),
                version.get(),
                said.get().resources(engine.get().resources()),
                settings.get(),
                Optional.empty(),
                reading.positions(entry.key()),
                said.get().suspend()));
    }

    /** Without an engine the other keys cannot be judged, but the one that was meant to be it can be found. */
    private boolean namesItsEngine(Written.Keys keys, String shown, Findings findings) {
        if (keys.entries().containsKey("engine")) {
            return true;
        }
        Optional<String> slip = !findings.takesMore()
                ? Optional.empty()
                : keys.entries().keySet().stream()
                        .filter(key -> Nearest.to(key, List.of("engine")).isPresent())
                        .findFirst();
        Position at = slip.map(keys.entries()::get).map(Entry::key).orElse(keys.at());
        findings.add(
                Code.HF1011,
                at,
                shown + " lacks the key 'engine'",
                slip.map(key -> "Write engine: instead of " + Shown.text(key) + ":, with one of ")
                                .orElse("Write engine: with one of ")
                        + Shown.list(words()) + ".");
        return false;
    }

    private Optional<Engine<?>> engine(Written.Keys keys, Findings findings) {
        Entry entry = keys.entries().get("engine");
        if (entry == null
                || !(entry.value() instanceof Written.Scalar(String word, Written.Form form, Position at))
                || form != Written.Form.TEXT) {
            return Optional.empty();
        }
        Optional<Engine<?>> engine = register.find(word);
        if (engine.isPresent() && !engine.get().isCompanion()) {
            return engine;
        }
        if (engine.isPresent()) {
            findings.add(
                    Code.HF1106,
                    at,
                    "'" + word + "' runs only as a part of another engine's service",
                    "Write it as a key of that service; engine: takes " + Shown.list(words()) + ".");
        } else if (LATER.contains(word)) {
            findings.add(
                    Code.HF2003,
                    at,
                    "the engine '" + word + "' is not in this build yet",
                    "Remove the service, or keep it in a file of its own; this build has " + Shown.list(words()) + ".");
        } else if (findings.takesMore()) {
            List<String> candidates = new ArrayList<>(words());
            candidates.addAll(LATER);
            findings.add(
                    Code.HF1101,
                    at,
                    "there is no engine '" + Shown.text(word) + "'",
                    Shown.guess(Nearest.to(word, candidates)) + "The engines are: " + Shown.list(words()) + ".");
        }
        return Optional.empty();
    }

    private static Optional<String> version(
            Engine<?> engine, Optional<String> asked, Written.Keys keys, Findings findings) {
        if (asked.isEmpty()) {
            return Optional.of(engine.versions().getFirst());
        }
        if (engine.versions().contains(asked.get())) {
            return asked;
        }
        Entry entry = keys.entries().get("version");
        findings.add(
                Code.HF1102,
                entry == null ? keys.at() : entry.value().at(),
                "engine '" + engine.name() + "' has no version '" + Shown.text(asked.get()) + "' in this build",
                "Write one of: \"" + String.join("\", \"", engine.versions()) + "\".");
        return Optional.empty();
    }
}
