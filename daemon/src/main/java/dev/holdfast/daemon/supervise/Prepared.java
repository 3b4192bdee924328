package dev.holdfast.daemon.supervise;

import dev.holdfast.blueprint.Workload;
import java.time.Instant;
import java.util.Optional;

/** What the files of a member were last written for; nothing changes those of one that sleeps. Confined to its keeper. */
final class Prepared {
    private Optional<Workload> last = Optional.empty();

    /** Whether nothing needs to be written, so that a member that wakes need not wait for it. */
    boolean isFor(Workload workload, Site site, Instant now) {
        return last.equals(Optional.of(workload))
                && site.certificate(workload.member().name())
                        .filter(certificate -> certificate.isDue(now))
                        .isEmpty();
    }

    void by(Workload workload) {
        last = Optional.of(workload);
    }
}
