package dev.holdfast.engine;

import dev.holdfast.secret.Redacted;
import dev.holdfast.text.Json;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Looks at a server from the outside, with nothing but its address; reads only, and ends in time whatever is there. */
public interface Doctor {
    /** Whether the text looks like an address of this engine, however wrong. */
    boolean knows(String address);

    Examination examine(Redacted address, InstantSource clock);

    /**
     * @param shown the address without what is secret in it
     * @param figures what was measured, for programs
     */
    record Examination(String shown, List<Finding> findings, Json figures) {
        public Examination {
            findings = List.copyOf(findings);
        }

        public boolean isBad() {
            return findings.stream().anyMatch(finding -> finding.verdict() == Verdict.BAD);
        }
    }

    /** @param check what was looked at: {@code dns}, {@code tls}, {@code setting fsync} */
    record Finding(String check, Verdict verdict, String evidence, Optional<String> remedy) {
        public static Finding ok(String check, String evidence) {
            return new Finding(check, Verdict.OK, evidence, Optional.empty());
        }

        public static Finding warn(String check, String evidence, String remedy) {
            return new Finding(check, Verdict.WARN, evidence, Optional.of(remedy));
        }

        public static Finding bad(String check, String evidence, String remedy) {
            return new Finding(check, Verdict.BAD, evidence, Optional.of(remedy));
        }
    }

    enum Verdict {
        OK,
        WARN,
        BAD
    }
}
