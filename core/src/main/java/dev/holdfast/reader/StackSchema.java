package dev.holdfast.reader;

import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Register;
import dev.holdfast.reader.Shape.Field;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Objectives;
import dev.holdfast.stack.Reference;
import dev.holdfast.text.Durations;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The JSON Schema (draft 2020-12) of the stack file, from which editors complete and check. It comes from the records that
 * read the file; what needs more than one value to judge (references, ranges of amounts) is left to the reader.
 */
public final class StackSchema {
    private final Register register;
    private final Shapes shapes = new Shapes();

    private StackSchema(Register register) {
        this.register = register;
    }

    public static String json(Register register) {
        return new StackSchema(register).root().pretty();
    }

    private Json root() {
        Json.Builder definitions = Json.object().put("service", service());
        for (Engine<?> engine : engines()) {
            definitions.put(engine.name(), engine(engine));
        }
        definitions.put("changed-service", changedService());
        Json metadata = section(shapes.of(MetadataKeys.class), false);
        return Json.object()
                .put("$schema", "https://json-schema.org/draft/2020-12/schema")
                .put("$id", "urn:holdfast:stack:v1")
                .put("title", "Holdfast stack file")
                .put("type", "object")
                .put(
                        "properties",
                        Json.object()
                                .put("apiVersion", constant("holdfast.dev/v1"))
                                .put("kind", constant("Stack"))
                                .put("metadata", metadata)
                                .put("spec", spec())
                                .build())
                .put("required", Json.texts(StackReader.ROOT))
                .put("additionalProperties", false)
                .put("$defs", definitions.build())
                .build();
    }

    private Json spec() {
        Map<String, Field> fields = shapes.of(SpecKeys.class).fields();
        Map<String, Field> changed = shapes.of(SpecKeys.Overlaid.class).fields();
        Map<String, Json> overlay = new LinkedHashMap<>();
        overlay.put("services", described(named(reference("changed-service")), doc(changed, "services")));
        overlay.put("objectives", nullable(section(shapes.of(Objectives.class), true)));
        Json environment = object(overlay, List.of());
        Map<String, Json> properties = new LinkedHashMap<>();
        properties.put(
                "services",
                described(with(named(reference("service")), "minProperties", Json.number(1)), doc(fields, "services")));
        properties.put("objectives", described(section(shapes.of(Objectives.class), false), doc(fields, "objectives")));
        properties.put("environments", described(named(environment), doc(fields, "environments")));
        return object(properties, List.of("services"));
    }

    private Json service() {
        List<Json> choices = new ArrayList<>();
        for (Engine<?> engine : engines()) {
            Json chosen = Json.object()
                    .put(
                            "properties",
                            Json.object().put("engine", constant(engine.name())).build())
                    .put("required", Json.texts(List.of("engine")))
                    .build();
            choices.add(Json.object()
                    .put("if", chosen)
                    .put("then", reference(engine.name()))
                    .build());
        }
        Field engine = field(shapes.of(CommonKeys.class).fields(), "engine");
        Json word = described(
                Json.object()
                        .put(
                                "enum",
                                Json.texts(engines().stream().map(Engine::name).toList()))
                        .build(),
                engine.doc());
        return Json.object()
                .put("type", "object")
                .put("properties", Json.object().put("engine", word).build())
                .put("required", Json.texts(List.of("engine")))
                .put("allOf", Json.array(choices))
                .build();
    }

    private Json engine(Engine<?> engine) {
        Shape own = shapes.of(engine.settings());
        Map<String, Json> properties = new LinkedHashMap<>();
        shapes.of(CommonKeys.class).fields().forEach((key, field) -> properties.put(key, property(field, false)));
        properties.put("engine", constant(engine.name()));
        properties.put("version", version(engine));
        own.fields().forEach((key, field) -> properties.put(key, property(field, false)));
        List<String> required = new ArrayList<>(List.of("engine"));
        own.fields().values().stream().filter(Field::required).map(Field::key).forEach(required::add);
        return described(object(properties, required), own.doc());
    }

    private Json version(Engine<?> engine) {
        Json versions = Json.object()
                .put("enum", Json.texts(engine.versions()))
                .put("default", engine.versions().getFirst())
                .build();
        return described(
                versions, field(shapes.of(CommonKeys.class).fields(), "version").doc());
    }

    /** An overlay does not say its engine: a key is fine when it is fine for one engine that has it. */
    private Json changedService() {
        Map<String, List<Json>> alternatives = new TreeMap<>();
        shapes.of(CommonKeys.class)
                .fields()
                .forEach((key, field) -> alternatives.put(key, new ArrayList<>(List.of(property(field, true)))));
        for (Engine<?> engine : engines()) {
            shapes.of(engine.settings()).fields().forEach((key, field) -> {
                List<Json> known = alternatives.computeIfAbsent(key, _ -> new ArrayList<>());
                Json property = property(field, true);
                if (!known.contains(property)) {
                    known.add(property);
                }
            });
        }
        Map<String, Json> properties = new LinkedHashMap<>();
        alternatives.forEach((key, one) -> properties.put(
                key,
                one.size() == 1
                        ? one.getFirst()
                        : Json.object().put("anyOf", Json.array(one)).build()));
        return nullable(object(properties, List.of()));
    }

    private Json section(Shape shape, boolean partial) {
        Map<String, Json> properties = new LinkedHashMap<>();
        shape.fields().forEach((key, field) -> properties.put(key, property(field, partial)));
        List<String> required = shape.fields().values().stream()
                .filter(field -> field.required() && !partial)
                .map(Field::key)
                .toList();
        return described(object(properties, required), shape.doc());
    }

    private Json property(Field field, boolean partial) {
        Json schema = described(kind(field.kind(), partial), field.doc());
        Optional<String> example = field.example();
        if (example.isPresent()) {
            schema = with(schema, "examples", Json.array(List.of(example(field.key(), example.get()))));
        }
        if (partial) {
            return nullable(schema);
        }
        return field.fallback().isPresent()
                ? with(schema, "default", Values.json(field.fallback().get().written()))
                : schema;
    }

    private static Json example(String key, String text) {
        Findings findings = new Findings();
        Optional<Written> written = YamlReader.read("@Example of " + key, text, findings);
        findings.throwIfAny();
        return Values.json(written.orElseThrow());
    }

    private Json kind(Kind kind, boolean partial) {
        return switch (kind) {
            case Kind.Text(Optional<Kind.Form> form) ->
                form.map(StackSchema::pattern).orElseGet(() -> type("string"));
            case Kind.Whole whole -> {
                Json least = with(type("integer"), "minimum", Json.number(whole.least()));
                yield whole.most() == Long.MAX_VALUE ? least : with(least, "maximum", Json.number(whole.most()));
            }
            case Kind.Truth _ -> type("boolean");
            case Kind.Word word ->
                Json.object().put("enum", Json.texts(word.constants().keySet())).build();
            case Kind.Span _ -> pattern(Durations.PATTERN);
            case Kind.Amount _ -> pattern(Bytes.PATTERN);
            case Kind.Share _ ->
                Json.object()
                        .put(
                                "anyOf",
                                Json.array(List.of(
                                        with(type("number"), "minimum", new Json.Numeral("0.01")),
                                        pattern(Cpu.PATTERN))))
                        .build();
            case Kind.Pointer _ -> pattern(Reference.PATTERN);
            case Kind.Block(String engine) ->
                register.find(engine)
                        .map(found -> section(shapes.of(found.settings()), partial))
                        .orElseGet(() ->
                                Json.object().put("not", Json.object().build()).build());
            case Kind.Items(Kind element) ->
                with(with(type("array"), "items", kind(element, false)), "uniqueItems", Json.bool(true));
            case Kind.Names(Kind.Form names, Kind element, var _) -> {
                Json below = partial ? nullable(kind(element, true)) : kind(element, false);
                yield with(with(type("object"), "propertyNames", pattern(names)), "additionalProperties", below);
            }
            case Kind.Section(Shape shape) ->
                shape.shorthand()
                        .map(main -> Json.object()
                                .put("anyOf", Json.array(List.of(kind(main.kind(), false), section(shape, partial))))
                                .build())
                        .orElseGet(() -> section(shape, partial));
        };
    }

    private List<Engine<?>> engines() {
        return register.engines().stream()
                .filter(engine -> !engine.isCompanion())
                .toList();
    }

    private static String doc(Map<String, Field> fields, String key) {
        return field(fields, key).doc();
    }

    private static Field field(Map<String, Field> fields, String key) {
        return Optional.ofNullable(fields.get(key)).orElseThrow();
    }

    private static Json named(Json element) {
        return with(with(type("object"), "propertyNames", pattern(SpecKeys.NAME)), "additionalProperties", element);
    }

    private static Json object(Map<String, Json> properties, List<String> required) {
        Json.Builder object = Json.object().put("type", "object").put("properties", new Json.Members(properties));
        if (!required.isEmpty()) {
            object.put("required", Json.texts(required));
        }
        return object.put("additionalProperties", false).build();
    }

    private static Json nullable(Json schema) {
        return Json.object()
                .put("anyOf", Json.array(List.of(schema, type("null"))))
                .build();
    }

    private static Json reference(String definition) {
        return Json.object().put("$ref", "#/$defs/" + definition).build();
    }

    private static Json constant(String value) {
        return Json.object().put("const", value).build();
    }

    private static Json type(String type) {
        return Json.object().put("type", type).build();
    }

    private static Json pattern(Kind.Form form) {
        // a record's own pattern is for the whole text, whether it says so or not
        String text = form.pattern().pattern();
        return pattern(text.startsWith("^") && text.endsWith("$") ? text : "^(?:" + text + ")$");
    }

    private static Json pattern(String pattern) {
        return with(type("string"), "pattern", Json.text(pattern));
    }

    private static Json described(Json schema, String doc) {
        return doc.isEmpty() ? schema : with(schema, "description", Json.text(doc));
    }

    private static Json with(Json schema, String key, Json value) {
        Map<String, Json> members = new LinkedHashMap<>();
        if (schema instanceof Json.Members(Map<String, Json> present)) {
            members.putAll(present);
        }
        members.put(key, value);
        return new Json.Members(members);
    }
}
