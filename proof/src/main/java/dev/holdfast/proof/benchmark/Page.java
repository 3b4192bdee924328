package dev.holdfast.proof.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code docs/benchmarks.md}: replaced as a whole by each run, so that every figure on it is of one run. */
final class Page {
    private final List<Row> rows = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();

    void add(Row row) {
        rows.add(row);
    }

    void remark(String sentence) {
        remarks.add(sentence);
    }

    void write(Path file) throws IOException {
        StringBuilder text = new StringBuilder("""
                # Benchmarks

                Written by `./verify --benchmarks`; every figure below is of one run on one machine. Medians, with the range in
                brackets. A ratio is against a floor or a peer measured in the same run: quote the ratios, the times are this
                machine's.

                """);
        text.append("Machine: ").append(machine()).append(".\n\n");
        text.append(
                "| what | measured | floor or peer | ratio | goal | | see it yourself |\n|---|---|---|--:|---|---|---|\n");
        text.append(rows());
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.writeString(part, text);
        Files.move(part, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    /** The rows of the table, and the remarks below it. */
    String rows() {
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            text.append(row.markdown()).append('\n');
        }
        if (!remarks.isEmpty()) {
            text.append('\n');
            for (String remark : remarks) {
                text.append("- ").append(remark).append('\n');
            }
        }
        return text.toString();
    }

    private static String machine() throws IOException {
        long memory = Files.readAllLines(Path.of("/proc/meminfo")).stream()
                .filter(line -> line.startsWith("MemTotal"))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElse(0);
        return Runtime.getRuntime().availableProcessors() + " cores, " + Math.round(memory / 1048576.0) + " GiB, "
                + System.getProperty("os.name") + " " + System.getProperty("os.version") + ", Java "
                + System.getProperty("java.version");
    }
}
