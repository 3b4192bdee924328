package dev.holdfast.reader;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.Position;
import dev.holdfast.reader.Written.Form;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Reference;
import dev.holdfast.text.Durations;
import dev.holdfast.text.Nearest;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;

/** Single values: their types, units and limits. */
final class Scalars {
    private static final int LONGEST = 4_096;

    private Scalars() {}

    static Optional<Object> read(Kind kind, String key, Written written, Findings findings) {
        if (!(written instanceof Written.Scalar scalar)) {
            return Binder.wrong(kind, key, written, findings);
        }
        String name = Shown.text(key);
        return switch (kind) {
            case Kind.Text text -> text(text, name, scalar, findings);
            case Kind.Whole whole -> whole(whole, name, scalar, findings);
            case Kind.Truth _ ->
                scalar.form() == Form.TRUTH
                        ? Optional.of(scalar.text().toLowerCase(Locale.ROOT).equals("true"))
                        : Binder.wrong(kind, key, written, findings);
            case Kind.Word(SequencedMap<String, Object> words, var _) -> word(kind, words, name, scalar, findings);
            case Kind.Span span -> span(span, name, scalar, findings);
            case Kind.Amount amount -> amount(amount, name, scalar, findings);
            case Kind.Share _ -> share(kind, name, scalar, findings);
            case Kind.Pointer _ -> pointer(kind, name, scalar, findings);
            case Kind.Block _, Kind.Items _, Kind.Names _, Kind.Section _ ->
                throw new IllegalStateException("not a single value: " + kind);
        };
    }

    private static Optional<Object> text(Kind.Text kind, String key, Written.Scalar scalar, Findings findings) {
        String text = scalar.text();
        if (scalar.form() != Form.TEXT) {
            findings.add(
                    Code.HF1008,
                    scalar.at(),
                    "'" + key + "' is " + scalar.noun() + ", and takes text",
                    "Write it in quotes: \"" + Shown.text(text) + "\".");
            return Optional.empty();
        }
        if (text.length() > LONGEST || text.codePoints().anyMatch(Shown::isInvisible)) {
            findings.add(
                    Code.HF1013,
                    scalar.at(),
                    "the text of '" + key + "' "
                            + (text.length() > LONGEST
                                    ? "is longer than " + LONGEST + " characters"
                                    : "holds a character that does not show"),
                    "Write it on one line, in printable characters.");
            return Optional.empty();
        }
        if (kind.form().isPresent() && !kind.form().get().allows(text)) {
            findings.add(
                    Code.HF1013,
                    scalar.at(),
                    "'" + Shown.text(text) + "' has the wrong form for '" + key + "'",
                    "It must be " + kind.form().get().rule() + ".");
            return Optional.empty();
        }
        return Optional.of(text);
    }

    private static Optional<Object> whole(Kind.Whole kind, String key, Written.Scalar scalar, Findings findings) {
        String text = scalar.text();
        boolean decimal = scalar.form() == Form.WHOLE && text.indexOf('o') < 0 && text.indexOf('x') < 0;
        if (!decimal) {
            return Binder.wrong(kind, key, scalar, findings);
        }
        Optional<Long> value = number(text);
        if (value.isEmpty() || value.get() < kind.least() || value.get() > kind.most()) {
            String most = kind.most() >= Integer.MAX_VALUE ? "" : " and at most " + kind.most();
            return outside(
                    key,
                    Shown.text(text),
                    "Write a number of at least " + kind.least() + most + ".",
                    scalar.at(),
                    findings);
        }
        return kind.small() ? Optional.of(Math.toIntExact(value.get())) : Optional.of(value.get());
    }

    private static Optional<Long> number(String text) {
        try {
            return Optional.of(Long.parseLong(text));
        } catch (NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static Optional<Object> word(
            Kind kind, Map<String, Object> words, String key, Written.Scalar scalar, Findings findings) {
        if (scalar.form() != Form.TEXT) {
            return Binder.wrong(kind, key, scalar, findings);
        }
        Object constant = words.get(scalar.text());
        if (constant == null) {
            findings.add(
                    Code.HF1014,
                    scalar.at(),
                    "'" + Shown.text(scalar.text()) + "' is not a word that '" + key + "' takes",
                    Shown.guess(Nearest.to(scalar.text(), words.keySet())) + "It takes: " + Shown.list(words.keySet())
                            + ".");
        }
        return Optional.ofNullable(constant);
    }

    private static Optional<Object> span(Kind.Span kind, String key, Written.Scalar scalar, Findings findings) {
        if (scalar.form() == Form.WHOLE || scalar.form() == Form.DECIMAL) {
            return bare(key, scalar, "s", "m", "Units are ms, s, m, h and d.", findings);
        }
        Optional<Duration> parsed = scalar.form() == Form.TEXT ? Durations.parse(scalar.text()) : Optional.empty();
        if (parsed.isEmpty()) {
            return unit(kind, key, scalar, findings);
        }
        return within(key, scalar, parsed.get(), kind.least(), kind.most(), Durations::text, findings);
    }

    private static Optional<Object> amount(Kind.Amount kind, String key, Written.Scalar scalar, Findings findings) {
        if (scalar.form() == Form.WHOLE || scalar.form() == Form.DECIMAL) {
            return bare(key, scalar, "Mi", "Gi", "Units are B, Ki, Mi, Gi and Ti.", findings);
        }
        Optional<Bytes> parsed = scalar.form() == Form.TEXT ? Bytes.parse(scalar.text()) : Optional.empty();
        if (parsed.isEmpty()) {
            return unit(kind, key, scalar, findings);
        }
        return within(key, scalar, parsed.get(), kind.least(), kind.most(), Bytes::toString, findings);
    }

    private static <T extends Comparable<T>> Optional<Object> within(
            String key,
            Written.Scalar scalar,
            T value,
            Optional<T> least,
            Optional<T> most,
            Function<T, String> shown,
            Findings findings) {
        boolean low = least.filter(limit -> value.compareTo(limit) < 0).isPresent();
        boolean high = most.filter(limit -> value.compareTo(limit) > 0).isPresent();
        return low || high
                ? outside(key, scalar.text(), limits(least.map(shown), most.map(shown)), scalar.at(), findings)
                : Optional.of(value);
    }

    private static Optional<Object> share(Kind kind, String key, Written.Scalar scalar, Findings findings) {
        Optional<Cpu> parsed = Cpu.parse(scalar.text());
        if (parsed.isEmpty()) {
            return scalar.form() == Form.TEXT
                    ? unit(kind, key, scalar, findings)
                    : Binder.wrong(kind, key, scalar, findings);
        }
        if (parsed.get().millis() < 10) {
            return outside(key, scalar.text(), "Write at least 10m, a hundredth of a core.", scalar.at(), findings);
        }
        return Optional.of(parsed.get());
    }

    private static Optional<Object> pointer(Kind kind, String key, Written.Scalar scalar, Findings findings) {
        if (scalar.form() != Form.TEXT) {
            return Binder.wrong(kind, key, scalar, findings);
        }
        Optional<Reference> parsed = Reference.parse(scalar.text());
        if (parsed.isEmpty()) {
            findings.add(
                    Code.HF1013,
                    scalar.at(),
                    "'" + Shown.text(scalar.text()) + "' has the wrong form for '" + key + "', a reference",
                    "Write the service and its thing with one '/' between, such as objects/backups.");
        }
        return parsed.map(Object.class::cast);
    }

    /** The unit that was probably meant: {@code 2GB} is asked whether it is {@code 2Gi}. */
    private static Optional<Object> unit(Kind kind, String key, Written.Scalar scalar, Findings findings) {
        if (scalar.form() != Form.TEXT) {
            return Binder.wrong(kind, key, scalar, findings);
        }
        String text = scalar.text().strip();
        int end = 0;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        String number = text.substring(0, end);
        String meant = number.isEmpty() || number.length() > 6
                ? ""
                : meant(kind, text.substring(end).strip().toLowerCase(Locale.ROOT));
        String guess = meant.isEmpty() ? "" : "Did you mean " + number + meant + "? ";
        findings.add(
                Code.HF1009,
                scalar.at(),
                "'" + key + "' is '" + Shown.text(scalar.text()) + "', and takes " + kind.takes(),
                guess + kind.shown(key));
        return Optional.empty();
    }

    private static String meant(Kind kind, String suffix) {
        return switch (kind) {
            case Kind.Amount _ ->
                switch (suffix) {
                    case "k", "kb", "kib", "ki" -> "Ki";
                    case "m", "mb", "mib", "mi" -> "Mi";
                    case "g", "gb", "gib", "gi" -> "Gi";
                    case "t", "tb", "tib", "ti" -> "Ti";
                    case "b", "byte", "bytes" -> "B";
                    default -> "";
                };
            case Kind.Span _ ->
                switch (suffix) {
                    case "ms", "msec", "millis", "milliseconds", "millisecond" -> "ms";
                    case "s", "sec", "secs", "second", "seconds" -> "s";
                    case "m", "min", "mins", "minute", "minutes" -> "m";
                    case "h", "hr", "hrs", "hour", "hours" -> "h";
                    case "d", "day", "days" -> "d";
                    default -> "";
                };
            default -> "";
        };
    }

    private static Optional<Object> bare(
            String key, Written.Scalar scalar, String small, String large, String units, Findings findings) {
        String number = Shown.text(scalar.text());
        findings.add(
                Code.HF1009,
                scalar.at(),
                "'" + key + "' is the bare number " + number + ", and a unit is always written",
                (scalar.form() == Form.WHOLE
                                ? "Write " + number + small + " or " + number + large + ", whichever is meant. "
                                : "Write a whole number and a unit. ")
                        + units);
        return Optional.empty();
    }

    private static Optional<Object> outside(String key, String seen, String remedy, Position at, Findings findings) {
        findings.add(Code.HF1010, at, "'" + key + "' is " + seen + ", which is out of range", remedy);
        return Optional.empty();
    }

    private static String limits(Optional<String> least, Optional<String> most) {
        String low = least.map(limit -> "at least " + limit).orElse("");
        String high = most.map(limit -> "at most " + limit).orElse("");
        return "Write " + low + (low.isEmpty() || high.isEmpty() ? "" : " and ") + high + ".";
    }
}
