package dev.holdfast.engines.neo4j;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The numbered files of a service, in the order of their versions. */
record Neo4jScripts(Path folder, List<Neo4jScript> files) {
    private static final String SUFFIX = ".cypher";
    private static final Pattern NAME = Pattern.compile("V([0-9]{1,18}(?:[._][0-9]{1,18})*)__(.*[^_ ].*)\\.cypher");
    private static final long MOST_BYTES = 4L << 20;
    private static final int LONGEST_TITLE = 100;

    Neo4jScripts {
        files = List.copyOf(files);
    }

    static Path folder(Service<Neo4jSpec> service) {
        String folder = service.settings()
                .migrations()
                .orElseThrow(() -> new HoldfastException(Problem.of(
                        Code.HF1535,
                        "service '" + service.name() + "' has no migrations",
                        "Write migrations: with a folder under the service in the stack file.")));
        Path file = Path.of(position(service).source()).toAbsolutePath();
        return file.resolveSibling(folder).normalize();
    }

    private static Position position(Service<Neo4jSpec> service) {
        return service.positions().of("migrations");
    }

    /** Adds all that is wrong with the files; what is right of them is read all the same. */
    static Neo4jScripts read(Service<Neo4jSpec> service, Problems problems) {
        Path folder = folder(service);
        List<Neo4jScript> files = new ArrayList<>();
        try (Stream<Path> found = Files.list(folder)) {
            for (Path path : found.sorted().toList()) {
                if (path.toString().toLowerCase(Locale.ROOT).endsWith(SUFFIX)) {
                    read(path, files, problems);
                }
            }
        } catch (IOException e) {
            problems.add(Problem.of(
                            Code.HF1530,
                            "the folder of migrations " + folder + " cannot be read: " + e.getMessage(),
                            "Make the folder, or name another under migrations:.")
                    .at(position(service)));
        }
        files.sort((one, other) -> Neo4jScript.compare(one.version(), other.version()));
        for (int i = 1; i < files.size(); i++) {
            Neo4jScript before = files.get(i - 1);
            Neo4jScript file = files.get(i);
            if (Neo4jScript.compare(before.version(), file.version()) == 0) {
                wrong(
                        file.path(),
                        Code.HF1532,
                        "is " + file.label() + ", and so is " + before.name(),
                        "Give the one that has run nowhere yet the next free version.",
                        problems);
            }
        }
        return new Neo4jScripts(folder, files);
    }

    private static void read(Path path, List<Neo4jScript> files, Problems problems) {
        Matcher name = NAME.matcher(String.valueOf(path.getFileName()));
        if (!name.matches()) {
            wrong(
                    path,
                    Code.HF1531,
                    "is not of the form V1__what_it_does.cypher, so that it would not be run",
                    "Rename it to this form, or move it out of the folder.",
                    problems);
            return;
        }
        try {
            if (Files.size(path) > MOST_BYTES) {
                wrong(
                        path,
                        Code.HF1534,
                        "is longer than " + (MOST_BYTES >> 20) + " MiB",
                        "Load data from a program, and keep in migrations what gives the graph its shape.",
                        problems);
                return;
            }
            files.add(new Neo4jScript(path, name.group(1), name.group(2).replace('_', ' '), Files.readString(path)));
        } catch (CharacterCodingException e) {
            wrong(path, Code.HF1534, "is not UTF-8 text", "Write it in UTF-8.", problems);
        } catch (IOException e) {
            wrong(
                    path,
                    Code.HF1534,
                    "cannot be read: " + e.getMessage(),
                    "Give the user of Holdfast the right to read it.",
                    problems);
        }
    }

    private static void wrong(Path path, Code code, String because, String remedy, Problems problems) {
        problems.add(Problem.of(code, "the migration " + path.getFileName() + " " + because, remedy)
                .at(new Position(path.toString(), 1, 1)));
    }

    /** The files, or all that is wrong with them. */
    static Neo4jScripts sound(Service<Neo4jSpec> service) {
        Problems problems = new Problems();
        Neo4jScripts read = read(service, problems);
        problems.throwIfAny();
        return read;
    }

    /** Writes the next file. */
    Path next(String title) {
        String name = title.strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "_")
                .replaceAll("^_+|_+$", "");
        if (name.isEmpty() || name.length() > LONGEST_TITLE || title.chars().anyMatch(Character::isISOControl)) {
            throw new HoldfastException(Problem.of(
                    Code.HF1537,
                    "'" + title.replaceAll("\\p{Cntrl}", "?") + "' names no migration",
                    "Say in a few plain words what it does, as in: holdfast migrate new add telemetry"));
        }
        long number =
                files.isEmpty() ? 1 : Long.parseLong(files.getLast().version().split("[._]", -1)[0]) + 1;
        Path file = folder.resolve("V" + number + "__" + name + SUFFIX);
        String text = """
                // %s
                // Statements end with a semicolon. All of them are one transaction, unless one changes an index or a constraint, or
                // begins transactions of its own: then each is done by itself, and a run that was stopped goes on with the next.

                """.formatted(title.strip());
        try {
            Files.createDirectories(folder);
            return Files.writeString(file, text, StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF1530,
                            "the file " + file + " cannot be written: " + e.getMessage(),
                            "Give the user of Holdfast the right to write into " + folder + "."),
                    e);
        }
    }
}
