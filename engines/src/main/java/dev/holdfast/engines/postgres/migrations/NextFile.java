package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The next file of a folder, numbered as those that are there. */
final class NextFile {
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Pattern LAST_NUMBER = Pattern.compile("^V(.*?)(\\d+)__.*", Pattern.DOTALL);
    private static final int MOMENT_DIGITS = 14;
    private static final int LONGEST = 100;

    private final MigrationPlace place;

    NextFile(MigrationPlace place) {
        this.place = place;
    }

    Path write(String title, Instant now) {
        String name = named(title);
        MigrationFolder folder =
                MigrationFolder.read(place.folder(), place.service().positions().start(), true, new Problems());
        Path file = place.folder().resolve("V" + next(folder, now) + "__" + name + ".sql");
        String text = """
                -- %s
                -- Runs once, in one transaction, as role %s. What PostgreSQL does only outside of one, such as
                -- CREATE INDEX CONCURRENTLY, belongs into a file of its own. Rehearse it: holdfast migrate check

                """.formatted(title.strip(), place.role());
        try {
            Files.createDirectories(place.folder());
            return Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF1530,
                            "the file " + file + " cannot be written: " + e.getMessage(),
                            "Give the user of Holdfast the right to write into " + place.folder() + "."),
                    e);
        }
    }

    private static String named(String title) {
        String name = title.strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "_")
                .replaceAll("^_+|_+$", "");
        if (name.isEmpty() || name.length() > LONGEST || title.chars().anyMatch(Character::isISOControl)) {
            throw new HoldfastException(Problem.of(
                    Code.HF1537,
                    "'" + title.replaceAll("\\p{Cntrl}", "?") + "' names no migration",
                    "Say in a few plain words what it does, as in: holdfast migrate new add telemetry"));
        }
        return name;
    }

    /** The number after the last one, written as wide as that; a moment where those are moments. */
    private static String next(MigrationFolder folder, Instant now) {
        if (folder.versioned().isEmpty()) {
            return "1";
        }
        MigrationFile last = folder.versioned().getLast();
        String file = Optional.ofNullable(last.path().getFileName())
                .map(Path::toString)
                .orElse("");
        Matcher number = LAST_NUMBER.matcher(file);
        if (!number.matches()) {
            return MOMENT.format(now);
        }
        String digits = number.group(2);
        if (digits.length() >= MOMENT_DIGITS && number.group(1).isEmpty()) {
            return MOMENT.format(now);
        }
        String raised =
                new java.math.BigInteger(digits).add(java.math.BigInteger.ONE).toString();
        return number.group(1) + "0".repeat(Math.max(0, digits.length() - raised.length())) + raised;
    }
}
