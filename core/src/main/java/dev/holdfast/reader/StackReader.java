package dev.holdfast.reader;

import dev.holdfast.engine.Register;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Position;
import dev.holdfast.reader.Written.Entry;
import dev.holdfast.reader.Written.Keys;
import dev.holdfast.stack.Objectives;
import dev.holdfast.stack.Stack;
import dev.holdfast.text.Nearest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;

/**
 * Reads a stack file. Throws {@link HoldfastException} with everything that is wrong with it, in the order of the file,
 * in all environments and not only in the one asked for. Bounded in time and memory whatever it is given. One reader may
 * be kept and used by several threads.
 */
public final class StackReader {
    static final List<String> ROOT = List.of("apiVersion", "kind", "metadata", "spec");
    static final Kind.Form SERVICE_NAME = new Kind.Form(Pattern.compile(SpecKeys.NAME), SpecKeys.NAME_RULE);

    /** Every environment is checked against every service, so only both bounds together bound the time. */
    private static final int MOST_SERVICES = 2_000;

    private static final int MOST_ENVIRONMENTS = 32;

    private final Register register;
    private final Binder binder;
    private final ServiceReader serviceReader;
    private final Shape spec;

    public StackReader(Register register) {
        this.register = register;
        Shapes shapes = new Shapes();
        binder = new Binder(register, shapes);
        serviceReader = new ServiceReader(register, binder);
        spec = shapes.of(SpecKeys.class);
    }

    /** Reads the file, or the {@code stack.yaml} of the folder; positions show the path as it was given. */
    public Stack read(Path file, Optional<String> environment) {
        Path actual = Files.isDirectory(file) ? file.resolve("stack.yaml") : file;
        String source = actual.toString();
        return read(source, SourceText.read(actual, source), environment);
    }

    /** Reads the text; {@code source} is what positions name. */
    public Stack read(String source, String text, Optional<String> environment) {
        Findings findings = new Findings();
        Optional<Stack> stack = SourceText.isClean(source, text, findings)
                ? YamlReader.read(source, text, findings)
                        .flatMap(written -> new Document(findings).root(written, environment))
                : Optional.empty();
        if (stack.isEmpty() && findings.count() == 0) {
            findings.add(
                    Code.HF1005,
                    new Position(source, 1, 1),
                    "the file holds no document",
                    "Begin with apiVersion: holdfast.dev/v1 and kind: Stack.");
        }
        findings.throwIfAny();
        return stack.orElseThrow();
    }

    /** Reads bytes that may be anything. */
    public Stack read(String source, byte[] bytes, Optional<String> environment) {
        return read(source, SourceText.decoded(bytes, source), environment);
    }

    /** The state of reading one text. */
    private final class Document {
        private final Findings findings;
        private final IdentityHashMap<Written, ServiceReader.Read> services = new IdentityHashMap<>();

        Document(Findings findings) {
            this.findings = findings;
        }

        Optional<Stack> root(Written written, Optional<String> chosen) {
            if (!(written instanceof Keys root)) {
                boolean nothing = written instanceof Written.Scalar(var _, Written.Form form, var _)
                        && form == Written.Form.NOTHING;
                if (nothing) {
                    return Optional.empty();
                }
                findings.add(
                        Code.HF1008,
                        written.at(),
                        "the file is " + written.noun() + ", and takes a map of keys",
                        "Begin with apiVersion: holdfast.dev/v1 and kind: Stack.");
                return Optional.empty();
            }
            binder.refuseUnknown(root, "a stack file", ROOT, Map.of(), findings);
            exactly(root, "apiVersion", "holdfast.dev/v1");
            exactly(root, "kind", "Stack");
            Optional<String> name = name(root);
            Optional<Keys> declared = section(root, "spec", "a stack file");
            if (declared.isEmpty()) {
                return Optional.empty();
            }
            return spec(name.orElse(""), declared.get(), chosen);
        }

        private Optional<Stack> spec(String name, Keys written, Optional<String> chosen) {
            Map<String, Entry> environments = environments(written);
            Optional<Stack> base = stack(name, Optional.empty(), written);
            Optional<Stack> wanted = chosen.isEmpty() ? base : Optional.empty();
            for (Map.Entry<String, Entry> one : environments.entrySet()) {
                Optional<Stack> stack =
                        environment(name, one.getKey(), one.getValue().value(), written);
                if (chosen.isPresent() && chosen.get().equals(one.getKey())) {
                    wanted = stack;
                }
            }
            if (chosen.isPresent() && !environments.containsKey(chosen.get())) {
                findings.add(
                        Code.HF1107,
                        Optional.ofNullable(written.entries().get("environments"))
                                .map(Entry::key)
                                .orElse(written.at()),
                        "the stack has no environment '" + Shown.text(chosen.get()) + "'",
                        Shown.guess(Nearest.to(chosen.get(), environments.keySet()))
                                + (environments.isEmpty()
                                        ? "It declares none; leave --env away."
                                        : "Name one of: " + Shown.list(environments.keySet()) + "."));
            }
            return wanted;
        }

        private Map<String, Entry> environments(Keys written) {
            Entry entry = written.entries().get("environments");
            if (entry == null || entry.value() instanceof Written.Refused) {
                return Map.of();
            }
            if (!(entry.value() instanceof Keys keys)) {
                findings.add(
                        Code.HF1008,
                        entry.value().at(),
                        "'environments' is " + entry.value().noun() + ", and takes a map of names",
                        "Write a name below it, and below the name what differs from spec.");
                return Map.of();
            }
            Map<String, Entry> named = new LinkedHashMap<>(keys.entries());
            binder.checkNames(named.keySet(), SERVICE_NAME, "environments", named, findings);
            return bounded(named, MOST_ENVIRONMENTS, "environments");
        }

        private Optional<Stack> environment(String stack, String name, Written written, Keys base) {
            if (!(written instanceof Keys overlay)) {
                if (!(written instanceof Written.Refused)) {
                    findings.add(
                            Code.HF1008,
                            written.at(),
                            "environment '" + Shown.text(name) + "' is " + written.noun() + ", and takes a map of keys",
                            "Write below it what differs from spec, or {} for nothing.");
                }
                return Optional.empty();
            }
            Entry nested = overlay.entries().get("environments");
            if (nested != null) {
                findings.add(
                        Code.HF1001,
                        nested.key(),
                        "'environments' is not a key of environment '" + Shown.text(name) + "'",
                        "Environments stand directly under spec.");
                return Optional.empty();
            }
            Keys merged = new Overlay(name, findings).over(base, withoutUnknown(name, overlay, base));
            findings.inEnvironment(name);
            try {
                return stack(stack, Optional.of(name), merged);
            } finally {
                findings.everywhere();
            }
        }

        /** An overlay may add a service, but then it says which engine; otherwise the name is a slip. */
        private Keys withoutUnknown(String environment, Keys overlay, Keys base) {
            Map<String, Entry> known = entries(base, "services");
            Entry services = overlay.entries().get("services");
            if (services == null || !(services.value() instanceof Keys changed)) {
                return overlay;
            }
            SequencedMap<String, Entry> kept = new LinkedHashMap<>(changed.entries());
            changed.entries().forEach((name, entry) -> {
                if (!known.containsKey(name)
                        && entry.value() instanceof Keys keys
                        && !keys.entries().containsKey("engine")) {
                    kept.remove(name);
                    findings.add(
                            Code.HF1108,
                            entry.key(),
                            "environment '" + Shown.text(environment) + "' changes the service '" + Shown.text(name)
                                    + "', which spec does not declare",
                            Shown.guess(Nearest.to(name, known.keySet()))
                                    + "Name a service of spec, or add engine: to declare one for this environment.");
                }
            });
            SequencedMap<String, Entry> entries = new LinkedHashMap<>(overlay.entries());
            entries.put("services", new Entry(services.key(), new Keys(kept, changed.at())));
            return new Keys(entries, overlay.at());
        }

        private Optional<Stack> stack(String name, Optional<String> environment, Keys written) {
            binder.refuseUnknown(written, "spec", spec.keys(), spec.notYet(), findings);
            Map<String, Entry> declared = services(written);
            Optional<Objectives> objectives = objectives(written);
            Map<String, ServiceReader.Read> read = new LinkedHashMap<>();
            binder.checkNames(declared.keySet(), SERVICE_NAME, "services", declared, findings);
            declared.forEach((service, entry) -> {
                if (SERVICE_NAME.allows(service)) {
                    read.put(
                            service,
                            services.computeIfAbsent(entry.value(), _ -> serviceReader.read(service, entry, findings)));
                }
            });
            StackChecks checks = new StackChecks(register, findings, declared, read);
            Stack stack = new Stack(name, environment, checks.services(), objectives.orElseGet(Objectives::none));
            checks.check(stack);
            return Optional.of(stack);
        }

        private Map<String, Entry> services(Keys written) {
            Optional<Keys> services = section(written, "services", "spec");
            if (services.isPresent() && services.get().entries().isEmpty()) {
                findings.add(
                        Code.HF1011,
                        services.get().at(),
                        "'services' declares no service",
                        "Write a name below it with at least engine: one of " + Shown.list(serviceReader.words())
                                + ".");
            }
            return services.map(keys -> bounded(keys.entries(), MOST_SERVICES, "services"))
                    .orElse(Map.of());
        }

        /** The entries, or none of them where there are more than a stack may have. */
        private Map<String, Entry> bounded(Map<String, Entry> entries, int most, String what) {
            if (entries.size() <= most) {
                return entries;
            }
            findings.add(
                    Code.HF1006,
                    entries.values().iterator().next().key(),
                    "the file holds " + entries.size() + " " + what + ", and at most " + most + " are read",
                    "Split the stack into several files.");
            return Map.of();
        }

        private Optional<Objectives> objectives(Keys written) {
            Entry entry = written.entries().get("objectives");
            return entry == null
                    ? Optional.empty()
                    : binder.record(
                            Objectives.class, "'objectives'", "objectives", entry.value(), new Reading(findings));
        }

        private Optional<String> name(Keys root) {
            Optional<Keys> metadata = section(root, "metadata", "a stack file");
            return metadata.flatMap(
                            keys -> binder.record(MetadataKeys.class, "'metadata'", "", keys, new Reading(findings)))
                    .map(MetadataKeys::name);
        }

        private void exactly(Keys root, String key, String value) {
            Entry entry = root.entries().get(key);
            if (entry == null) {
                findings.add(
                        Code.HF1011,
                        root.at(),
                        "a stack file lacks the key '" + key + "'",
                        "Write " + key + ": " + value + ".");
            } else if (!(entry.value() instanceof Written.Refused)
                    && !(entry.value() instanceof Written.Scalar(String text, var _, var _) && text.equals(value))) {
                String seen = entry.value() instanceof Written.Scalar(String text, var _, var _)
                        ? "'" + Shown.text(text) + "'"
                        : entry.value().noun();
                findings.add(
                        Code.HF1017,
                        entry.value().at(),
                        "'" + key + "' is " + seen + ", and this build reads " + value,
                        "Write " + key + ": " + value + ".");
            }
        }

        /** A map that must be there. */
        private Optional<Keys> section(Keys parent, String key, String place) {
            Entry entry = parent.entries().get(key);
            if (entry == null) {
                findings.add(
                        Code.HF1011,
                        parent.at(),
                        place + " lacks the key '" + key + "'",
                        "Write " + key + ": with its keys below it.");
                return Optional.empty();
            }
            if (entry.value() instanceof Keys keys) {
                return Optional.of(keys);
            }
            if (!(entry.value() instanceof Written.Refused)) {
                findings.add(
                        Code.HF1008,
                        entry.value().at(),
                        "'" + key + "' is " + entry.value().noun() + ", and takes a map of keys",
                        "Write its keys below it, indented.");
            }
            return Optional.empty();
        }

        private static Map<String, Entry> entries(Keys parent, String key) {
            Entry entry = parent.entries().get(key);
            return entry != null && entry.value() instanceof Keys keys ? keys.entries() : Map.of();
        }
    }
}
