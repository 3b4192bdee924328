package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All files of one folder of migrations, versions first and in their order, then what is repeatable by name, as Flyway runs them.
 *
 * @param callbacks Flyway's own hooks, by their path within the folder
 * @param missing the counted versions that the sequence leaps over
 */
public record MigrationFolder(
        Path path, List<MigrationFile> files, Map<String, String> callbacks, List<MigrationVersion> missing) {
    static final long MOST_BYTES = 64L << 20;
    static final int MOST_FILES = 10_000;
    private static final int DEPTH = 16;
    private static final Comparator<MigrationFile> ORDER = Comparator.comparing(MigrationFile::isRepeatable)
            .thenComparing(file -> file.version().orElse(new MigrationVersion(List.of(java.math.BigInteger.ZERO))))
            .thenComparing(MigrationFile::description);

    public MigrationFolder {
        files = files.stream().sorted(ORDER).toList();
        callbacks = Map.copyOf(callbacks);
        missing = List.copyOf(missing);
    }

    public List<MigrationFile> versioned() {
        return files.stream().filter(file -> !file.isRepeatable()).toList();
    }

    /** Reads the folder; what is wrong with it is added, {@code declared} being where the stack file names it. */
    static MigrationFolder read(Path folder, Position declared, boolean gaps, Problems problems) {
        if (!Files.isDirectory(folder)) {
            problems.add(Problem.of(
                            Code.HF1530,
                            "there is no folder " + folder + " for migrations"
                                    + (Files.exists(folder) ? ", it is a file" : ""),
                            "Make it with 'holdfast migrate new NAME', or correct the path: it is seen from the folder of the stack file.")
                    .at(declared));
            return new MigrationFolder(folder, List.of(), Map.of(), List.of());
        }
        try (Stream<Path> walked = Files.walk(folder, DEPTH)) {
            List<Path> found = walked.filter(Files::isRegularFile)
                    .sorted()
                    .limit(MOST_FILES + 1)
                    .toList();
            if (found.size() > MOST_FILES) {
                problems.add(Problem.of(
                                Code.HF1530,
                                "the folder " + folder + " holds more than " + MOST_FILES + " files",
                                "Name the folder that holds the migrations alone.")
                        .at(declared));
                return new MigrationFolder(folder, List.of(), Map.of(), List.of());
            }
            return new Reader(folder, problems).read(found, gaps);
        } catch (IOException | UncheckedIOException unreadable) {
            problems.add(Problem.of(
                            Code.HF1530,
                            "the folder " + folder + " cannot be read: " + unreadable.getMessage(),
                            "Give the user of Holdfast the right to read it.")
                    .at(declared));
            return new MigrationFolder(folder, List.of(), Map.of(), List.of());
        }
    }

    /** The reading of one folder. */
    private static final class Reader {
        private final Path folder;
        private final Problems problems;
        private final List<MigrationFile> files = new ArrayList<>();
        private final Map<String, String> callbacks = new TreeMap<>();
        private final Map<String, String> settings = new HashMap<>();
        private long bytes;

        Reader(Path folder, Problems problems) {
            this.folder = folder;
            this.problems = problems;
        }

        MigrationFolder read(List<Path> found, boolean gaps) {
            for (Path path : found) {
                if (MigrationName.of(name(path)) instanceof MigrationName.Settings) {
                    text(path).ifPresent(text -> settings.put(script(path), text));
                }
            }
            found.forEach(this::one);
            unique();
            return new MigrationFolder(folder, files, callbacks, missing(gaps));
        }

        private void one(Path path) {
            switch (MigrationName.of(name(path))) {
                case MigrationName.Versioned(MigrationVersion version, String description) ->
                    add(path, Optional.of(version), description);
                case MigrationName.Repeatable(String description) -> add(path, Optional.empty(), description);
                case MigrationName.Callback _ -> text(path).ifPresent(text -> callbacks.put(script(path), text));
                case MigrationName.Settings(String of) -> {
                    if (!Files.exists(path.resolveSibling(of))) {
                        wrong(path, Code.HF1531, "belongs to no file called " + of, "Rename it, or remove it.");
                    }
                }
                case MigrationName.Malformed(String because, String remedy) ->
                    wrong(path, Code.HF1531, because, remedy);
                case MigrationName.Foreign _ -> {
                    // a README beside the files is nobody's business
                }
            }
        }

        private void add(Path path, Optional<MigrationVersion> version, String description) {
            text(path)
                    .ifPresent(text -> files.add(new MigrationFile(
                            path,
                            script(path),
                            version,
                            description,
                            text,
                            Optional.ofNullable(settings.get(script(path) + ".conf")))));
        }

        private void unique() {
            Map<String, MigrationFile> seen = new HashMap<>();
            for (MigrationFile file : files.stream()
                    .sorted(Comparator.comparing(MigrationFile::script))
                    .toList()) {
                MigrationFile first = seen.putIfAbsent(file.label(), file);
                if (first != null) {
                    wrong(
                            file.path(),
                            Code.HF1532,
                            "is " + file.label() + ", and so is " + first.script(),
                            file.isRepeatable()
                                    ? "Rename one of the two."
                                    : "Give the one that has run nowhere yet the next free version.");
                }
            }
        }

        /** A counted sequence that leaps: the file that is missing would come too late once it is there. */
        private List<MigrationVersion> missing(boolean gaps) {
            List<MigrationVersion> versions = files.stream()
                    .flatMap(file -> file.version().stream())
                    .sorted()
                    .toList();
            List<MigrationVersion> missing = new ArrayList<>();
            if (versions.stream().allMatch(MigrationVersion::isCounted)) {
                for (int i = 1; i < versions.size(); i++) {
                    int before = versions.get(i - 1).parts().getFirst().intValue();
                    int after = versions.get(i).parts().getFirst().intValue();
                    // a leap by tens is a way to count, not a file that is missing
                    if (after == before + 2 || (after > before + 2 && after < before + 5)) {
                        MigrationVersion leapt =
                                new MigrationVersion(List.of(java.math.BigInteger.valueOf(before + 1L)));
                        missing.add(leapt);
                        if (!gaps) {
                            at(versions.get(i))
                                    .ifPresent(file -> wrong(
                                            file.path(),
                                            Code.HF1533,
                                            "follows on V" + before + ", and there is no V" + leapt,
                                            "Add the missing file, number this one V" + leapt
                                                    + ", or say gaps: true where the gap is meant."));
                        }
                    }
                }
            }
            return missing;
        }

        private Optional<MigrationFile> at(MigrationVersion version) {
            return files.stream()
                    .filter(file -> file.version().equals(Optional.of(version)))
                    .findFirst();
        }

        private Optional<String> text(Path path) {
            try {
                long size = Files.size(path);
                bytes += size;
                if (bytes > MOST_BYTES) {
                    wrong(
                            path,
                            Code.HF1534,
                            "makes the folder longer than " + (MOST_BYTES >> 20) + " MiB",
                            "Load data with COPY from a program, and keep in migrations what gives the database its shape.");
                    return Optional.empty();
                }
                return Optional.of(StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)
                        .decode(ByteBuffer.wrap(Files.readAllBytes(path)))
                        .toString());
            } catch (CharacterCodingException notText) {
                wrong(path, Code.HF1534, "is not UTF-8 text", "Write it in UTF-8.");
            } catch (IOException unreadable) {
                wrong(
                        path,
                        Code.HF1534,
                        "cannot be read: " + unreadable.getMessage(),
                        "Give the user of Holdfast the right to read it.");
            }
            return Optional.empty();
        }

        private void wrong(Path path, Code code, String because, String remedy) {
            String shown = script(path).replaceAll("\\p{Cntrl}", "?");
            problems.add(Problem.of(code, "the migration " + shown + " " + because, remedy)
                    .at(new Position(path.toString().replaceAll("\\p{Cntrl}", "?"), 1, 1)));
        }

        private String script(Path path) {
            return folder.relativize(path).toString();
        }

        private static String name(Path path) {
            return Optional.ofNullable(path.getFileName()).map(Path::toString).orElse("");
        }
    }
}
