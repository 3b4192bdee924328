package dev.holdfast.proof.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** {@code docs/benchmarks.md}: each part is replaced as a whole, the others stay as they were measured. */
final class Pages {
    private static final String HEAD = """
            # Benchmarks

            Written by `./verify --benchmarks [PART …]`. All figures of a part are of one run on one machine; it says when and
            where. Medians, with the range in brackets. A ratio is against a floor or a peer measured in the same run: quote the
            ratios, the times are this machine's.
            """;

    private Pages() {}

    static void write(Path file, Part measured, Page page) throws IOException {
        Map<String, String> sections = Files.exists(file) ? sections(Files.readString(file)) : new HashMap<>();
        sections.put(
                measured.word(),
                "Measured by `./verify --benchmarks " + measured.word() + "` on " + LocalDate.now(ZoneOffset.UTC) + ": "
                        + machine() + ".\n\n" + page.markdown());
        StringBuilder text = new StringBuilder(HEAD);
        for (Part each : Part.ALL) {
            Optional.ofNullable(sections.get(each.word()))
                    .ifPresent(section -> text.append("\n## ")
                            .append(each.title())
                            .append("\n\n")
                            .append(section));
        }
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(part, text);
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static Map<String, String> sections(String text) {
        Map<String, String> sections = new HashMap<>();
        for (Part part : Part.ALL) {
            String heading = "\n## " + part.title() + "\n\n";
            int begin = text.indexOf(heading);
            if (begin >= 0) {
                int end = text.indexOf("\n## ", begin + heading.length());
                sections.put(part.word(), text.substring(begin + heading.length(), end < 0 ? text.length() : end));
            }
        }
        return sections;
    }

    private static String machine() throws IOException {
        return Runtime.getRuntime().availableProcessors() + " cores, " + Math.round(memory("MemTotal") / 1048576.0)
                + " GiB, "
                + System.getProperty("os.name") + " " + System.getProperty("os.version") + ", Java "
                + System.getProperty("java.version");
    }

    /** What the kernel says of the machine's memory, in KiB. */
    static long memory(String what) throws IOException {
        return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith(what + ":"))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }
}
