package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Restoration.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code pgbackrest verify} says, file by file. */
final class Examination {
    private static final Pattern FAULT = Pattern.compile(
            "(?:P\\d\\d\\s+)?(?:INFO|WARN|ERROR): (?:\\[\\d{3}]: )?((?:invalid|missing|unable|no such|file .* missing|.*checksum).*)");
    private static final Pattern CHECKED = Pattern.compile(
            "\\s*backup: (\\S+), status: (\\S+), total files checked: (\\d+), total valid files: (\\d+)");

    private static final Pattern ERROR = Pattern.compile("(?:P\\d\\d\\s+)?ERROR: (.*)");
    private static final Pattern ENDED = Pattern.compile("ended with \\d+");

    private Examination() {}

    static Verdict of(List<String> lines) {
        List<String> found = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        String ended = "";
        String error = "";
        for (String line : lines) {
            Matcher fault = FAULT.matcher(line);
            Matcher checked = CHECKED.matcher(line);
            if (checked.matches()) {
                String sentence = checked.group(4) + " of " + checked.group(3) + " files of backup " + checked.group(1)
                        + " are stored as they were written";
                if (!found.contains(sentence)) {
                    found.add(sentence);
                }
                if (!checked.group(2).equals("valid")) {
                    add(faults, "backup " + checked.group(1) + " is " + checked.group(2));
                }
            } else if (fault.matches()) {
                add(faults, fault.group(1));
            } else if (ERROR.matcher(line).matches()) {
                error = ": " + line.strip();
            } else if (ENDED.matcher(line).matches()) {
                ended = line;
            }
        }
        if (found.isEmpty() && faults.isEmpty()) {
            add(
                    faults,
                    "nothing of it was examined, as pgBackRest named no file of it that it read"
                            + (ended.isEmpty() ? "" : " and " + ended) + error);
        }
        return new Verdict(found, faults);
    }

    private static void add(List<String> faults, String fault) {
        if (!faults.contains(fault)) {
            faults.add(fault);
        }
    }
}
