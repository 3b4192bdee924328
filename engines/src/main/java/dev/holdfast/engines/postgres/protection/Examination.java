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

    private Examination() {}

    static Verdict of(List<String> lines) {
        List<String> found = new ArrayList<>();
        List<String> faults = new ArrayList<>();
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
            }
        }
        return new Verdict(found, faults);
    }

    private static void add(List<String> faults, String fault) {
        if (!faults.contains(fault)) {
            faults.add(fault);
        }
    }
}
