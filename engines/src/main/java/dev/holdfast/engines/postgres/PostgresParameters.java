package dev.holdfast.engines.postgres;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.engines.Beside;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What PostgreSQL can be told, read from {@code parameters.yaml}: the judge of every setting, ours and the stack file's. */
record PostgresParameters(SortedMap<String, Parameter> byName) {
    private static final Pattern NUMBER = Pattern.compile("(-?[0-9]+(?:\\.[0-9]+)?)\\s*([A-Za-z]*)");
    private static final List<String> TRUTHS = List.of("on", "off", "true", "false", "yes", "no");
    private static final Map<String, Long> MEMORY =
            Map.of("B", 1L, "kB", 1L << 10, "MB", 1L << 20, "GB", 1L << 30, "TB", 1L << 40);
    private static final Map<String, Long> TIME = Map.of(
            "us", 1L, "ms", 1_000L, "s", 1_000_000L, "min", 60_000_000L, "h", 3_600_000_000L, "d", 86_400_000_000L);

    PostgresParameters {
        byName = Collections.unmodifiableSortedMap(new TreeMap<>(byName));
    }

    /** @param owned why a stack file may not set it */
    record Parameter(
            String type,
            Optional<String> unit,
            Optional<BigDecimal> least,
            Optional<BigDecimal> most,
            List<String> words,
            Setting.Effect effect,
            Optional<String> extension,
            Optional<String> owned,
            Optional<String> rule) {}

    /** Why a value does not fit, and what to write instead. */
    record Misfit(String cause, String remedy) {}

    static PostgresParameters known() {
        SortedMap<String, Parameter> byName = new TreeMap<>();
        Beside.table(PostgresParameters.class, "parameters.yaml").forEach((name, words) -> {
            String effect = String.valueOf(words.get("effect")).toUpperCase(Locale.ROOT);
            byName.put(
                    name,
                    new Parameter(
                            String.valueOf(words.get("type")),
                            text(words, "unit"),
                            text(words, "least").map(BigDecimal::new),
                            text(words, "most").map(BigDecimal::new),
                            words.get("words") instanceof List<?> list
                                    ? list.stream().map(String::valueOf).toList()
                                    : List.of(),
                            Setting.Effect.valueOf(effect),
                            text(words, "extension"),
                            text(words, "owned"),
                            text(words, "rule")));
        });
        return new PostgresParameters(byName);
    }

    private static Optional<String> text(Map<String, ?> words, String key) {
        return Optional.ofNullable(words.get(key)).map(String::valueOf);
    }

    /** PostgreSQL does not mind the case of a name. */
    Optional<String> name(String written) {
        return byName.containsKey(written)
                ? Optional.of(written)
                : byName.keySet().stream()
                        .filter(name -> name.equalsIgnoreCase(written))
                        .findFirst();
    }

    Optional<Parameter> find(String name) {
        return name(name).map(known -> byName.get(known));
    }

    /** A setting of ours: the rule of the file, and where it helps the figures it was computed from. */
    Setting setting(String name, String value, String figures) {
        Parameter parameter = find(name).orElseThrow(() -> missing(name, "a line"));
        String rule = parameter.rule().orElseThrow(() -> missing(name, "a rule"));
        return new Setting(name, value, parameter.effect(), figures.isEmpty() ? rule : rule + " (" + figures + ")");
    }

    Setting setting(String name, String value) {
        return setting(name, value, "");
    }

    private static HoldfastException missing(String name, String what) {
        return new HoldfastException(Problem.of(
                Code.HF9001,
                "PostgreSQL's setting '" + name + "' is written without " + what + " in parameters.yaml",
                "Please report this: it is a mistake of ours."));
    }

    /** Judges a value as PostgreSQL would, and more strictly: an amount or a time has its unit written. */
    static Optional<Misfit> misfit(Parameter parameter, String value) {
        return switch (parameter.type()) {
            case "boolean" ->
                TRUTHS.contains(value.toLowerCase(Locale.ROOT))
                        ? Optional.empty()
                        : misfit("is neither on nor off", "Write on or off.");
            case "enum" ->
                parameter.words().stream().anyMatch(value::equalsIgnoreCase)
                        ? Optional.empty()
                        : misfit("is none of its words", "Write one of " + String.join(", ", parameter.words()) + ".");
            case "integer", "real" -> number(parameter, value);
            default ->
                value.chars().anyMatch(Character::isISOControl)
                        ? misfit("has a control character in it", "Write it on one line.")
                        : Optional.empty();
        };
    }

    private static Optional<Misfit> number(Parameter parameter, String value) {
        Matcher matcher = NUMBER.matcher(value.strip());
        if (!matcher.matches()) {
            return misfit("is not a number", "Write " + example(parameter) + ".");
        }
        BigDecimal number = new BigDecimal(matcher.group(1));
        String unit = matcher.group(2);
        Optional<Map<String, Long>> units = parameter.unit().map(PostgresParameters::units);
        if (unit.isEmpty()) {
            boolean special = number.signum() <= 0;
            if (units.isPresent() && !special) {
                return misfit("has no unit", "Write its unit, as in " + example(parameter) + ".");
            }
        } else {
            Long factor = units.map(known -> known.get(unit)).orElse(null);
            if (factor == null) {
                return misfit("has the unit '" + unit + "'", "Write " + example(parameter) + ".");
            }
            number = number.multiply(BigDecimal.valueOf(factor))
                    .divide(base(parameter.unit().orElse("")), java.math.MathContext.DECIMAL64);
        }
        boolean fits = parameter.least().orElse(number).compareTo(number) <= 0
                && parameter.most().orElse(number).compareTo(number) >= 0;
        return fits ? Optional.empty() : misfit("is out of its range", "Write " + range(parameter) + ".");
    }

    private static Optional<Misfit> misfit(String cause, String remedy) {
        return Optional.of(new Misfit(cause, remedy));
    }

    private static Map<String, Long> units(String unit) {
        return unit.endsWith("B") ? MEMORY : TIME;
    }

    /** How many bytes or microseconds one of PostgreSQL's own units is, such as 8kB or s. */
    private static BigDecimal base(String unit) {
        Matcher matcher = Pattern.compile("([0-9]*)([A-Za-z]+)").matcher(unit);
        if (!matcher.matches()) {
            return BigDecimal.ONE;
        }
        long count = matcher.group(1).isEmpty() ? 1 : Long.parseLong(matcher.group(1));
        return BigDecimal.valueOf(count * units(unit).getOrDefault(matcher.group(2), 1L));
    }

    private static String example(Parameter parameter) {
        return parameter
                .unit()
                .map(unit -> unit.endsWith("B") ? "64MB" : "30s")
                .orElseGet(
                        () -> parameter.least().map(BigDecimal::toPlainString).orElse("a number"));
    }

    private static String range(Parameter parameter) {
        String unit = parameter.unit().map(u -> " in units of " + u).orElse("");
        return "a value from " + shown(parameter.least()) + " to " + shown(parameter.most()) + unit;
    }

    private static String shown(Optional<BigDecimal> limit) {
        return limit.map(number -> number.precision() > 30 ? number.toString() : number.toPlainString())
                .orElse("any");
    }
}
