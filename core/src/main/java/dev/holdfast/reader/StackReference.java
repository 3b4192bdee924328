package dev.holdfast.reader;

import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Support;
import dev.holdfast.language.NotYet;
import dev.holdfast.reader.Shape.Fallback;
import dev.holdfast.reader.Shape.Field;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Objectives;
import dev.holdfast.text.Durations;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The reference page of the stack file in Markdown, from the records that read it. */
public final class StackReference {
    private final Register register;
    private final Shapes shapes = new Shapes();
    private final StringBuilder page = new StringBuilder();

    private StackReference(Register register) {
        this.register = register;
    }

    public static String markdown(Register register) {
        return new StackReference(register).whole();
    }

    private String whole() {
        page.append("""
                # The stack file

                *Generated from the records that read the file; change those, not this page. `holdfast schema` prints the same \
                as a JSON Schema, from which editors complete.*

                A stack file is one YAML document in UTF-8, at most 1 MiB: `apiVersion: holdfast.dev/v1`, `kind: Stack`,
                `metadata` and `spec`. A key that is not on this page is refused. There are no anchors, aliases, merge keys and
                tags: what is meant is written out. Text that looks like a number stands in quotes (`version: "17"`).

                | written | means |
                |---|---|
                | `200ms` `60s` `5m` `8h` `7d` | a duration: one whole number and one unit, always with its unit |
                | `512Mi` `2Gi` | an amount of bytes: `B`, `Ki`, `Mi`, `Gi` or `Ti`, always with its unit |
                | `1` `0.5` `250m` | processor cores, or thousandths of one |
                | `objects/backups` | a reference: a service of this stack and a thing of it |

                """);
        section("metadata", shapes.of(MetadataKeys.class), "metadata");
        section("spec", shapes.of(SpecKeys.class), "spec");
        section("objectives", shapes.of(Objectives.class), "spec.objectives");
        environments();
        page.append("## A service\n\nEvery service has these keys, and those of its engine.\n\n");
        table(shapes.of(CommonKeys.class));
        later(shapes.of(CommonKeys.class));
        register.engines().stream().sorted(Comparator.comparing(Engine::name)).forEach(this::engine);
        return page.toString();
    }

    private void section(String title, Shape shape, String path) {
        page.append("## ").append(title).append("\n\n");
        if (!shape.doc().isEmpty()) {
            page.append(shape.doc()).append("\n\n");
        }
        page.append("Keys of `").append(path).append("`:\n\n");
        table(shape);
        later(shape);
    }

    private void environments() {
        page.append("""
                ## environments

                What stands under a name of `spec.environments` is laid over `spec`: maps merge key by key, lists and single \
                values replace, `null` removes. A service that only one environment has says its `engine` there. Every \
                environment is checked, whichever one is asked for.

                ```yaml
                environments:
                  dev:
                    services: { main: { resources: { memory: 512Mi } } }
                ```

                """);
    }

    private void engine(Engine<?> engine) {
        page.append("## Engine ").append(engine.name()).append("\n\n");
        Shape shape = shapes.of(engine.settings());
        page.append((engine.title() + ". " + shape.doc()).strip()).append("\n\n");
        page.append(
                engine.isCompanion()
                        ? "It is never a service of its own: a key of another engine's service asks for it.\n\n"
                        : "");
        page.append("Versions: `\"")
                .append(String.join("\"`, `\"", engine.versions()))
                .append("\"`. Without `resources`: cpu `")
                .append(engine.resources().cpu())
                .append("`, memory `")
                .append(engine.resources().memory())
                .append("`, storage `")
                .append(engine.resources().storage())
                .append("`.\n\n");
        table(shape);
        words(shape);
        later(shape);
        facets(engine);
    }

    private void table(Shape shape) {
        if (shape.fields().isEmpty()) {
            page.append("It has no keys of its own.\n\n");
            return;
        }
        page.append("| key | takes | default | meaning |\n|---|---|---|---|\n");
        rows("", shape);
        page.append('\n');
    }

    private void rows(String prefix, Shape shape) {
        for (Field field : shape.fields().values()) {
            String path = prefix + field.key();
            String example =
                    field.example().map(text -> " For example `" + text + "`.").orElse("");
            page.append("| `")
                    .append(path)
                    .append("` | ")
                    .append(cell(takes(field.kind())))
                    .append(" | ")
                    .append(cell(fallback(field)))
                    .append(" | ")
                    .append(cell(field.doc() + example))
                    .append(" |\n");
            below(path, field.kind()).forEach(this::rows);
        }
    }

    /** The records under a key whose own keys are listed right after it. */
    private static Map<String, Shape> below(String path, Kind kind) {
        return switch (kind) {
            case Kind.Section(Shape shape) when shape.type() != Objectives.class -> Map.of(path + ".", shape);
            case Kind.Items(Kind.Section(Shape shape)) -> Map.of(path + "[].", shape);
            case Kind.Names(var _, Kind.Section(Shape shape), var _)
            when shape.type() != CommonKeys.class && shape.type() != SpecKeys.Overlaid.class ->
                Map.of(path + ".<name>.", shape);
            default -> Map.of();
        };
    }

    private static String takes(Kind kind) {
        return switch (kind) {
            case Kind.Text(Optional<Kind.Form> form) ->
                form.map(found -> "text: " + found.rule()).orElse("text");
            case Kind.Whole whole ->
                "a whole number from " + whole.least()
                        + (whole.most() >= Integer.MAX_VALUE ? "" : " to " + whole.most());
            case Kind.Span span ->
                "a duration"
                        + limits(span.least().map(Durations::text), span.most().map(Durations::text));
            case Kind.Amount amount ->
                "an amount"
                        + limits(
                                amount.least().map(Bytes::toString),
                                amount.most().map(Bytes::toString));
            case Kind.Truth _ -> "`true` or `false`";
            case Kind.Word word -> "`" + String.join("`, `", word.constants().keySet()) + "`";
            case Kind.Share _ -> "processor cores";
            case Kind.Pointer _ -> "a reference";
            case Kind.Block(String engine) -> "the keys of engine `" + engine + "`";
            case Kind.Section(Shape shape) ->
                shape.shorthand()
                        .map(main -> "`" + main.key() + "` alone (" + takes(main.kind()) + "), or a map")
                        .orElse("a map");
            case Kind.Items(Kind element) -> "a list; each: " + takes(element);
            case Kind.Names(var _, Kind element, var _) -> "names; each: " + takes(element);
        };
    }

    private static String limits(Optional<String> least, Optional<String> most) {
        return least.map(limit -> " from " + limit).orElse("")
                + most.map(limit -> " to " + limit).orElse("");
    }

    private static String fallback(Field field) {
        return field.fallback()
                .map(Fallback::text)
                .map(text -> "`" + text + "`")
                .orElse(field.required() ? "**required**" : "");
    }

    /** What each word of an enum means, where it says so. */
    private void words(Shape shape) {
        Map<String, Kind.Word> documented = new LinkedHashMap<>();
        collect("", shape, documented);
        documented.forEach((path, word) -> {
            page.append("Words of `").append(path).append("`:\n\n");
            word.docs()
                    .forEach((name, doc) -> page.append("- `")
                            .append(name)
                            .append("`: ")
                            .append(doc)
                            .append('\n'));
            page.append('\n');
        });
    }

    private static void collect(String prefix, Shape shape, Map<String, Kind.Word> documented) {
        for (Field field : shape.fields().values()) {
            String path = prefix + field.key();
            Kind kind = field.kind() instanceof Kind.Items(Kind element) ? element : field.kind();
            if (kind instanceof Kind.Word word && !word.docs().isEmpty()) {
                documented.put(path, word);
            }
            below(path, field.kind()).forEach((inner, nested) -> collect(inner, nested, documented));
        }
    }

    private void later(Shape shape) {
        Map<String, NotYet> later = new LinkedHashMap<>();
        gather("", shape, later);
        if (later.isEmpty()) {
            return;
        }
        page.append("Known, and not served by this build:\n\n");
        later.forEach((path, word) -> page.append("- `")
                .append(path)
                .append("`: ")
                .append(word.because())
                .append(". ")
                .append(word.instead())
                .append('\n'));
        page.append('\n');
    }

    private static void gather(String prefix, Shape shape, Map<String, NotYet> later) {
        shape.notYet().forEach((key, word) -> later.put(prefix + key, word));
        for (Field field : shape.fields().values()) {
            below(prefix + field.key(), field.kind()).forEach((inner, nested) -> gather(inner, nested, later));
        }
    }

    private void facets(Engine<?> engine) {
        Map<String, Support<?>> facets = new LinkedHashMap<>();
        facets.put("Access", engine.access());
        facets.put("Schema", engine.schema());
        facets.put("Protection", engine.protection());
        facets.put("Observation", engine.observation());
        facets.put("Sizing", engine.sizing());
        List<String> offered = facets.entrySet().stream()
                .filter(facet -> facet.getValue() instanceof Support.Offered<?>)
                .map(Map.Entry::getKey)
                .toList();
        page.append("Looked after: Provisioning")
                .append(offered.isEmpty() ? "" : ", " + String.join(", ", offered))
                .append(".\n");
        facets.forEach((name, facet) -> {
            if (facet instanceof Support.NotOffered<?>(String because, String instead)) {
                page.append("- Not ")
                        .append(name)
                        .append(": ")
                        .append(because)
                        .append(". ")
                        .append(instead)
                        .append('\n');
            }
        });
        page.append('\n');
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace('\n', ' ').strip();
    }
}
