package dev.holdfast.reader;

import dev.holdfast.language.Default;
import dev.holdfast.language.Doc;
import dev.holdfast.language.Example;
import dev.holdfast.language.Key;
import dev.holdfast.language.Matches;
import dev.holdfast.language.Names;
import dev.holdfast.language.NotYet;
import dev.holdfast.language.Range;
import dev.holdfast.language.Shorthand;
import dev.holdfast.language.WordsOf;
import dev.holdfast.reader.Shape.Fallback;
import dev.holdfast.reader.Shape.Field;
import dev.holdfast.reader.Shape.Wrap;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Embedded;
import dev.holdfast.stack.Reference;
import dev.holdfast.text.Durations;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Works out the {@link Shape} of each record once; reflection is the dear part of reading a file. */
final class Shapes {
    static final Kind.Form NAME = new Kind.Form(
            Pattern.compile("^[A-Za-z_][A-Za-z0-9_-]{0,62}$"),
            "letters, digits, '_' and '-', beginning with a letter or '_', at most 63 of them");

    private final Map<Class<?>, Shape> known = new HashMap<>();

    synchronized Shape of(Class<? extends Record> type) {
        Shape found = known.get(type);
        if (found == null) {
            found = shape(type);
            known.put(type, found);
        }
        return found;
    }

    private Shape shape(Class<? extends Record> type) {
        Map<String, Field> fields = new LinkedHashMap<>();
        RecordComponent[] components = type.getRecordComponents();
        for (RecordComponent component : components) {
            Field field = field(component);
            if (fields.put(field.key(), field) != null) {
                throw new IllegalStateException(type.getName() + " has the key '" + field.key() + "' twice");
            }
        }
        Map<String, NotYet> notYet = new LinkedHashMap<>();
        for (NotYet word : type.getAnnotationsByType(NotYet.class)) {
            notYet.put(word.key(), word);
        }
        Optional<Field> shorthand = said(type, Shorthand.class, Shorthand::value)
                .map(key -> Optional.ofNullable(fields.get(key))
                        .orElseThrow(() -> new IllegalStateException(
                                type.getName() + " has no key '" + key + "' to be written for")));
        return new Shape(
                type,
                said(type, Doc.class, Doc::value).orElse(""),
                fields,
                notYet,
                shorthand,
                constructor(type, components));
    }

    private static Constructor<? extends Record> constructor(
            Class<? extends Record> type, RecordComponent[] components) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<? extends Record> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor;
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("a record without its canonical constructor: " + type.getName(), e);
        }
    }

    private Field field(RecordComponent component) {
        String key = said(component, Key.class, Key::value).orElse(component.getName());
        Type type = component.getGenericType();
        Wrap wrap = wrap(component.getType());
        Kind kind = switch (wrap) {
            case PLAIN -> kind(type, component);
            case OPTIONAL -> kind(argument(type, 0), component);
            case OPTIONAL_INT -> whole(component, true);
            case OPTIONAL_LONG -> whole(component, false);
        };
        Optional<Fallback> fallback =
                said(component, Default.class, Default::value).map(text -> fallback(text, component));
        boolean empty = switch (kind) {
            case Kind.Items _, Kind.Names _ -> true;
            case Kind.Section(Shape shape) -> shape.isOptional();
            default -> wrap != Wrap.PLAIN;
        };
        component.getAccessor().setAccessible(true);
        return new Field(
                key,
                kind,
                wrap,
                wrap == Wrap.PLAIN && fallback.isEmpty() && !empty,
                fallback,
                said(component, Doc.class, Doc::value).orElse(""),
                said(component, Example.class, Example::value),
                component.getAccessor());
    }

    private static Fallback fallback(String text, RecordComponent component) {
        Findings findings = new Findings();
        Optional<Written> written = YamlReader.read("@Default of " + component, text, findings);
        findings.throwIfAny();
        return new Fallback(text, written.orElseThrow());
    }

    private static Wrap wrap(Class<?> type) {
        if (type == Optional.class) {
            return Wrap.OPTIONAL;
        }
        if (type == OptionalInt.class) {
            return Wrap.OPTIONAL_INT;
        }
        return type == OptionalLong.class ? Wrap.OPTIONAL_LONG : Wrap.PLAIN;
    }

    private Kind kind(Type type, RecordComponent component) {
        if (type instanceof ParameterizedType generic) {
            Class<?> raw = (Class<?>) generic.getRawType();
            if (raw == List.class) {
                return new Kind.Items(kind(argument(type, 0), component));
            }
            if ((raw == Map.class || raw == SortedMap.class) && argument(type, 0) == String.class) {
                Kind.Form names = said(component, Names.class, n -> new Kind.Form(Pattern.compile(n.value()), n.rule()))
                        .orElse(NAME);
                return new Kind.Names(names, kind(argument(type, 1), component), raw == SortedMap.class);
            }
        }
        if (type instanceof Class<?> plain) {
            return kind(plain, component);
        }
        throw unsupported(type, component);
    }

    private Kind kind(Class<?> type, RecordComponent component) {
        if (type == String.class) {
            return new Kind.Text(
                    said(component, Matches.class, m -> new Kind.Form(Pattern.compile(m.value()), m.rule())));
        }
        if (type == int.class || type == Integer.class) {
            return whole(component, true);
        }
        if (type == long.class || type == Long.class) {
            return whole(component, false);
        }
        if (type == boolean.class || type == Boolean.class) {
            return new Kind.Truth();
        }
        if (type == Duration.class) {
            return new Kind.Span(
                    limit(component, Range::least, Durations::parse), limit(component, Range::most, Durations::parse));
        }
        if (type == Bytes.class) {
            return new Kind.Amount(
                    limit(component, Range::least, Bytes::parse), limit(component, Range::most, Bytes::parse));
        }
        if (type == Cpu.class) {
            return new Kind.Share();
        }
        if (type == Reference.class) {
            return new Kind.Pointer();
        }
        if (type == Embedded.class) {
            return new Kind.Block(
                    said(component, WordsOf.class, WordsOf::value).orElseThrow(() -> unsupported(type, component)));
        }
        if (type.isEnum()) {
            return word(type);
        }
        if (type.isRecord()) {
            return new Kind.Section(of(type.asSubclass(Record.class)));
        }
        throw unsupported(type, component);
    }

    private static Kind whole(RecordComponent component, boolean small) {
        long least = limit(component, Range::least, text -> Optional.of(Long.valueOf(text)))
                .orElse(0L);
        long most = limit(component, Range::most, text -> Optional.of(Long.valueOf(text)))
                .orElse(small ? Integer.MAX_VALUE : Long.MAX_VALUE);
        return new Kind.Whole(least, most, small);
    }

    private static Kind word(Class<?> type) {
        SequencedMap<String, Object> words = new LinkedHashMap<>();
        Map<String, String> docs = new LinkedHashMap<>();
        for (Object constant : type.getEnumConstants()) {
            String name = ((Enum<?>) constant).name();
            String word = name.toLowerCase(Locale.ROOT).replace('_', '-');
            words.put(word, constant);
            try {
                said(type.getField(name), Doc.class, Doc::value).ifPresent(doc -> docs.put(word, doc));
            } catch (NoSuchFieldException e) {
                throw new IllegalStateException("an enum without its constant: " + name, e);
            }
        }
        return new Kind.Word(words, docs);
    }

    private static <T> Optional<T> limit(
            RecordComponent component, Function<Range, String> side, Function<String, Optional<T>> parse) {
        Optional<String> text = said(component, Range.class, side).filter(limit -> !limit.isEmpty());
        return text.map(limit -> parse.apply(limit)
                .orElseThrow(() -> new IllegalStateException("@Range of " + component + ": " + limit)));
    }

    private static Type argument(Type type, int index) {
        return ((ParameterizedType) type).getActualTypeArguments()[index];
    }

    private static <A extends Annotation, T> Optional<T> said(
            AnnotatedElement element, Class<A> annotation, Function<A, T> read) {
        return Optional.ofNullable(element.getAnnotation(annotation)).map(read);
    }

    private static IllegalStateException unsupported(Type type, RecordComponent component) {
        return new IllegalStateException("a stack file cannot hold " + type + " of " + component);
    }
}
