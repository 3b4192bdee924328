package dev.holdfast.targets.local;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * From which ports a home gives its members theirs.
 *
 * @param standard whether the port that everybody expects is given where nobody has it
 */
public record PortRange(int first, int last, boolean standard) {
    /** Below the ports that the kernel gives to outgoing connections. */
    public static final PortRange USUAL = new PortRange(15_000, 31_999, true);

    private static final String VARIABLE = "HOLDFAST_PORTS";
    private static final Pattern WRITTEN = Pattern.compile("([0-9]{4,5})-([0-9]{4,5})");
    private static final int LEAST = 1_024;
    private static final int MOST = 65_535;

    /** {@code HOLDFAST_PORTS=20000-20999} keeps homes out of one another's way that know nothing of each other. */
    static PortRange of(Map<String, String> environment) {
        return Optional.ofNullable(environment.get(VARIABLE))
                .filter(written -> !written.isEmpty())
                .map(PortRange::parsed)
                .orElse(USUAL);
    }

    private static PortRange parsed(String written) {
        Matcher matcher = WRITTEN.matcher(written);
        if (matcher.matches()) {
            int first = Integer.parseInt(matcher.group(1));
            int last = Integer.parseInt(matcher.group(2));
            if (first >= LEAST && first <= last && last <= MOST) {
                return new PortRange(first, last, false);
            }
        }
        throw new HoldfastException(Problem.of(
                Code.HF3107,
                VARIABLE + " is '" + written + "', which is no range of ports",
                "Write the first and the last one, such as 20000-20999, or unset it."));
    }

    int size() {
        return last - first + 1;
    }
}
