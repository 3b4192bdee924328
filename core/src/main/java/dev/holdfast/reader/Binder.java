package dev.holdfast.reader;

import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Register;
import dev.holdfast.language.NotYet;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Position;
import dev.holdfast.reader.Shape.Field;
import dev.holdfast.reader.Shape.Wrap;
import dev.holdfast.reader.Written.Entry;
import dev.holdfast.stack.Embedded;
import dev.holdfast.stack.Reference;
import dev.holdfast.text.Nearest;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;

/** Fills records from what was written. Every method adds all it finds wrong and goes on with the rest. */
final class Binder {
    private final Register register;
    private final Shapes shapes;

    Binder(Register register, Shapes shapes) {
        this.register = register;
        this.shapes = shapes;
    }

    Shape shape(Class<? extends Record> type) {
        return shapes.of(type);
    }

    /** The record, with every key known. {@code name} is what messages call the place; {@code path} is its position's. */
    <R extends Record> Optional<R> record(Class<R> type, String name, String path, Written written, Reading reading) {
        Shape shape = shapes.of(type);
        return keys(shape, name, written, reading).flatMap(keys -> {
            refuseUnknown(keys, name, shape.keys(), shape.notYet(), reading.findings());
            return fill(shape, name, path, keys, reading).map(type::cast);
        });
    }

    /** Refuses keys that are neither known nor of the language's future. */
    void refuseUnknown(
            Written.Keys keys, String name, Collection<String> known, Map<String, NotYet> notYet, Findings findings) {
        keys.entries().forEach((key, entry) -> {
            NotYet later = notYet.get(key);
            if (later != null) {
                findings.add(Code.HF2002, entry.key(), later.because(), later.instead());
            } else if (!known.contains(key) && findings.takesMore()) {
                findings.add(
                        Code.HF1001,
                        entry.key(),
                        "'" + Shown.text(key) + "' is not a key of " + name,
                        Shown.guess(Nearest.to(key, known))
                                + (known.isEmpty() ? "It takes no keys." : "It takes: " + Shown.list(known) + "."));
            }
        });
    }

    /** Fills the components from those entries that are theirs, and ignores the rest. */
    Optional<Record> fill(Shape shape, String name, String path, Written.Keys keys, Reading reading) {
        Object[] values = new Object[shape.fields().size()];
        boolean whole = true;
        int index = 0;
        for (Field field : shape.fields().values()) {
            Optional<Object> value = component(field, name, path, keys, reading);
            whole &= value.isPresent();
            values[index++] = value.orElse("");
        }
        return whole ? made(shape, values, keys.at(), reading.findings()) : Optional.empty();
    }

    private Optional<Object> component(Field field, String name, String path, Written.Keys keys, Reading reading) {
        Entry entry = keys.entries().get(field.key());
        if (entry != null) {
            String inside = path.isEmpty() ? field.key() : path + "." + field.key();
            reading.stood(inside, entry.key());
            return value(field.kind(), field.key(), inside, entry.value(), reading)
                    .map(value -> wrapped(field.wrap(), Optional.of(value)));
        }
        if (field.fallback().isPresent()) {
            Reading aside = new Reading(new Findings());
            Optional<Object> value =
                    value(field.kind(), field.key(), "", field.fallback().get().written(), aside);
            aside.findings().throwIfAny();
            return value.map(found -> wrapped(field.wrap(), Optional.of(found)));
        }
        if (field.required()) {
            reading.findings()
                    .add(
                            Code.HF1011,
                            keys.at(),
                            name + " lacks the key '" + field.key() + "'",
                            field.kind().shown(field.key()));
            return Optional.empty();
        }
        return switch (field.wrap()) {
            case OPTIONAL, OPTIONAL_INT, OPTIONAL_LONG -> Optional.of(wrapped(field.wrap(), Optional.empty()));
            case PLAIN -> nothing(field.kind(), field.key(), path, keys.at(), reading);
        };
    }

    private Optional<Object> nothing(Kind kind, String key, String path, Position at, Reading reading) {
        return switch (kind) {
            case Kind.Items _ -> Optional.of(List.of());
            case Kind.Names names -> Optional.of(names.sorted() ? Collections.emptySortedMap() : Map.of());
            case Kind.Section(Shape shape) ->
                fill(shape, "'" + key + "'", path, Written.Keys.empty(at), reading)
                        .map(Object.class::cast);
            default -> throw new IllegalStateException("required: " + key);
        };
    }

    private static Object wrapped(Wrap wrap, Optional<Object> value) {
        return switch (wrap) {
            case PLAIN -> value.orElseThrow();
            case OPTIONAL -> value;
            case OPTIONAL_INT ->
                value.map(number -> OptionalInt.of((Integer) number)).orElseGet(OptionalInt::empty);
            case OPTIONAL_LONG ->
                value.map(number -> OptionalLong.of((Long) number)).orElseGet(OptionalLong::empty);
        };
    }

    private static Optional<Record> made(Shape shape, Object[] values, Position at, Findings findings) {
        try {
            return Optional.of(shape.constructor().newInstance(values));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof HoldfastException refused) {
                refused.problems().forEach(p -> findings.add(p.position().isPresent() ? p : p.at(at)));
                return Optional.empty();
            }
            throw new IllegalStateException("cannot make " + shape.type().getName(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot make " + shape.type().getName(), e);
        }
    }

    private Optional<Object> value(Kind kind, String key, String path, Written written, Reading reading) {
        if (written instanceof Written.Refused) {
            return Optional.empty();
        }
        if (written instanceof Written.Scalar(var _, Written.Form form, Position at) && form == Written.Form.NOTHING) {
            reading.findings()
                    .add(Code.HF1015, at, "'" + Shown.text(key) + "' has no value", kind.shown(Shown.text(key)));
            return Optional.empty();
        }
        return switch (kind) {
            case Kind.Items(Kind element) -> items(element, key, path, written, reading);
            case Kind.Names names -> names(names, key, path, written, reading);
            case Kind.Section(Shape shape) ->
                record(shape.type(), "'" + Shown.text(key) + "'", path, inFull(shape, written), reading)
                        .map(Object.class::cast);
            case Kind.Block(String engine) -> block(engine, key, path, written, reading);
            default -> {
                Optional<Object> scalar = Scalars.read(kind, key, written, reading.findings());
                if (scalar.orElse("") instanceof Reference reference) {
                    reading.points(reference, written.at());
                }
                yield scalar;
            }
        };
    }

    /** A block that was written as its main key alone. */
    private static Written inFull(Shape shape, Written written) {
        if (shape.shorthand().isEmpty() || written instanceof Written.Keys) {
            return written;
        }
        SequencedMap<String, Entry> entries = new LinkedHashMap<>();
        entries.put(shape.shorthand().get().key(), new Entry(written.at(), written));
        return new Written.Keys(entries, written.at());
    }

    private Optional<Object> items(Kind element, String key, String path, Written written, Reading reading) {
        if (!(written instanceof Written.Items(List<Written> items, var _))) {
            return wrong(new Kind.Items(element), key, written, reading.findings());
        }
        List<Object> values = new ArrayList<>();
        Set<Object> seen = new HashSet<>();
        boolean whole = true;
        for (int i = 0; i < items.size(); i++) {
            Written item = items.get(i);
            String inside = path + "." + i;
            reading.stood(inside, item.at());
            Optional<Object> value = value(element, key, inside, item, reading);
            whole &= value.isPresent();
            value.ifPresent(found -> {
                if (!seen.add(found)) {
                    reading.findings()
                            .add(
                                    Code.HF1016,
                                    item.at(),
                                    item.noun() + " stands twice in '" + Shown.text(key) + "'",
                                    "Remove one of the two.");
                }
                values.add(found);
            });
        }
        return whole ? Optional.of(List.copyOf(values)) : Optional.empty();
    }

    private Optional<Object> names(Kind.Names kind, String key, String path, Written written, Reading reading) {
        if (!(written instanceof Written.Keys(var entries, var _))) {
            return wrong(kind, key, written, reading.findings());
        }
        Map<String, Object> values = new LinkedHashMap<>();
        boolean whole = checkNames(entries.sequencedKeySet(), kind.names(), key, entries, reading.findings());
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            String inside = path + "." + entry.getKey();
            reading.stood(inside, entry.getValue().key());
            Optional<Object> value = value(
                    kind.element(), entry.getKey(), inside, entry.getValue().value(), reading);
            whole &= value.isPresent();
            value.ifPresent(found -> values.put(entry.getKey(), found));
        }
        if (!whole) {
            return Optional.empty();
        }
        return Optional.of(
                kind.sorted()
                        ? Collections.unmodifiableSortedMap(new TreeMap<>(values))
                        : Collections.unmodifiableMap(values));
    }

    /** Every name has the form, and no two differ only in case, which files and engines fold together. */
    boolean checkNames(
            Collection<String> names, Kind.Form form, String place, Map<String, Entry> entries, Findings findings) {
        boolean fine = true;
        Map<String, String> folded = new HashMap<>();
        for (String name : names) {
            Entry entry = entries.get(name);
            if (entry == null) {
                continue;
            }
            if (name.length() > 1000 || !form.allows(name)) {
                fine = false;
                findings.add(
                        Code.HF1012,
                        entry.key(),
                        "the name '" + Shown.text(name) + "' in '" + Shown.text(place) + "' is not allowed",
                        "A name here must be " + form.rule() + ".");
            }
            String other = folded.putIfAbsent(name.toLowerCase(Locale.ROOT), name);
            if (other != null) {
                fine = false;
                findings.add(
                        Code.HF1105,
                        entry.key(),
                        "the names '" + Shown.text(other) + "' and '" + Shown.text(name) + "' in '" + Shown.text(place)
                                + "' differ only in case",
                        "Rename one of the two.");
            }
        }
        return fine;
    }

    private Optional<Object> block(String engine, String key, String path, Written written, Reading reading) {
        Optional<Engine<?>> found = register.find(engine);
        if (found.isEmpty()) {
            reading.findings()
                    .add(
                            Code.HF2003,
                            written.at(),
                            "'" + key + "' needs the engine '" + engine + "', which is not in this build",
                            "Remove the key '" + key + "'.");
            return Optional.empty();
        }
        return record(found.get().settings(), "'" + key + "'", path, written, reading)
                .map(settings -> {
                    Embedded block = new Embedded(engine, settings);
                    reading.embeds(block, path);
                    return block;
                });
    }

    private static Optional<Written.Keys> keys(Shape shape, String name, Written written, Reading reading) {
        if (written instanceof Written.Keys keys) {
            return Optional.of(keys);
        }
        if (!(written instanceof Written.Refused)) {
            reading.findings()
                    .add(
                            Code.HF1008,
                            written.at(),
                            name + " is " + written.noun() + ", and takes a map of keys",
                            "Write its keys below it, indented: " + Shown.list(shape.keys()) + ".");
        }
        return Optional.empty();
    }

    static Optional<Object> wrong(Kind kind, String key, Written written, Findings findings) {
        findings.add(
                Code.HF1008,
                written.at(),
                "'" + Shown.text(key) + "' is " + written.noun() + ", and takes " + kind.takes(),
                kind.shown(Shown.text(key)));
        return Optional.empty();
    }
}
