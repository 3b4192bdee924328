package dev.holdfast.engines.postgres.migrations;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a file's name says of it. Whatever is accepted here is read alike by Flyway; what Flyway would pass over in silence is refused. */
sealed interface MigrationName {
    record Versioned(MigrationVersion version, String description) implements MigrationName {}

    record Repeatable(String description) implements MigrationName {}

    /** SQL that Flyway runs before or after something, such as {@code beforeMigrate.sql}. */
    record Callback(String event) implements MigrationName {}

    /** Settings of one file, such as {@code V3__x.sql.conf}. */
    record Settings(String of) implements MigrationName {}

    /** Something else that lies in the folder, a README perhaps. */
    record Foreign() implements MigrationName {}

    record Malformed(String because, String remedy) implements MigrationName {}

    String SUFFIX = ".sql";
    int LONGEST = 200;

    Pattern VERSIONED = Pattern.compile("V([0-9][0-9._]*?)__(.+)", Pattern.DOTALL);
    Pattern REPEATABLE = Pattern.compile("R__(.+)", Pattern.DOTALL);
    Pattern NEARLY = Pattern.compile("[vV] ?([0-9]+(?:[._][0-9]+)*?)[ _.-]*([^0-9 _.-].*)?", Pattern.DOTALL);
    Set<String> EVENTS = Set.of(
            "beforeMigrate",
            "beforeRepeatables",
            "beforeEachMigrate",
            "afterEachMigrate",
            "afterEachMigrateError",
            "afterMigrate",
            "afterVersioned",
            "afterMigrateApplied",
            "afterMigrateError");

    static MigrationName of(String file) {
        if (file.endsWith(SUFFIX + ".conf")) {
            return new Settings(file.substring(0, file.length() - ".conf".length()));
        }
        if (!file.toLowerCase(Locale.ROOT).endsWith(SUFFIX)) {
            return new Foreign();
        }
        if (!file.endsWith(SUFFIX)) {
            return new Malformed("does not end in .sql but in " + end(file), "Rename it so that it ends in .sql.");
        }
        if (file.length() > LONGEST || file.chars().anyMatch(c -> Character.isISOControl(c) || c == '\\')) {
            return new Malformed(
                    file.length() > LONGEST
                            ? "is longer than " + LONGEST + " characters"
                            : "holds a character that cannot be shown",
                    "Rename it, as in V1__create_orders.sql.");
        }
        String name = file.substring(0, file.length() - SUFFIX.length());
        return versioned(name)
                .or(() -> repeatable(name))
                .or(() -> callback(name))
                .orElseGet(() -> malformed(name));
    }

    private static Optional<MigrationName> versioned(String name) {
        Matcher matcher = VERSIONED.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String description = matcher.group(2).replace('_', ' ');
        return description.isBlank()
                ? Optional.empty()
                : MigrationVersion.parse(matcher.group(1)).map(version -> new Versioned(version, description));
    }

    private static Optional<MigrationName> repeatable(String name) {
        Matcher matcher = REPEATABLE.matcher(name);
        if (!matcher.matches() || matcher.group(1).replace('_', ' ').isBlank()) {
            return Optional.empty();
        }
        return Optional.of(new Repeatable(matcher.group(1).replace('_', ' ')));
    }

    private static Optional<MigrationName> callback(String name) {
        int end = name.indexOf("__");
        String event = end < 0 ? name : name.substring(0, end);
        return EVENTS.contains(event) ? Optional.of(new Callback(event)) : Optional.empty();
    }

    private static MigrationName malformed(String name) {
        if (name.startsWith("U") && !versioned("V" + name.substring(1)).isEmpty()) {
            return new Malformed(
                    "is an undo file, which Flyway's free engine passes over",
                    "Move it out of the folder, and write what takes a migration back as the next version.");
        }
        if (name.startsWith("B") && !versioned("V" + name.substring(1)).isEmpty()) {
            return new Malformed(
                    "is a baseline file, which Holdfast does not run",
                    "Move it out of the folder; holdfast migrate adopt --at VERSION says where an existing database stands.");
        }
        Matcher nearly = NEARLY.matcher(name);
        if (nearly.matches()) {
            String description = Optional.ofNullable(nearly.group(2)).orElse("what_it_does");
            String wanted = "V" + nearly.group(1) + "__" + description.replace(' ', '_') + SUFFIX;
            return new Malformed(
                    "is not of the form V1__what_it_does.sql, so that Flyway would not run it",
                    "Rename it to " + wanted + ".");
        }
        return new Malformed(
                "is neither a version (V1__what_it_does.sql), nor repeatable (R__what_it_makes.sql), nor one of Flyway's callbacks",
                "Rename it to one of these forms, or move it out of the folder.");
    }

    private static String end(String file) {
        return file.substring(file.length() - SUFFIX.length());
    }
}
