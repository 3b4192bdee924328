package dev.holdfast.daemon.supervise;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.targets.local.Running;
import dev.holdfast.targets.local.ServerCertificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Keeps the certificate of one running member from expiring. An engine that can read a new one while it serves does so
 * when a third of the lifetime is left; one that cannot is restarted for it in the last days only, because until then
 * somebody may well have restarted it for another reason. Confined to its keeper's thread.
 */
final class Renewal {
    static final Duration LAST_DAYS = Duration.ofDays(7);

    /** The pause after a renewal that failed: nobody wants to read the same refusal with every probe. */
    static final Duration PAUSE = Duration.ofHours(1);

    private final String member;
    private final Supplier<? extends Certified> place;
    private final Decisions decisions;
    private final InstantSource clock;
    private Instant next = Instant.MIN;

    Renewal(String member, Supplier<? extends Certified> place, Decisions decisions, InstantSource clock) {
        this.member = member;
        this.place = place;
        this.decisions = decisions;
        this.clock = clock;
    }

    /** What became of it. */
    sealed interface Step {
        record Nothing() implements Step {}

        record Renewed(Running running) implements Step {}

        record Restart(String because) implements Step {}
    }

    /** Cheap enough for every probe. */
    Step now(Running running, Workload workload) {
        Instant now = clock.instant();
        Optional<ServerCertificate> certificate =
                now.isBefore(next) ? Optional.empty() : place.get().certificate(member);
        return certificate.isPresent() ? step(running, workload, certificate.get(), now) : new Step.Nothing();
    }

    private Step step(Running running, Workload workload, ServerCertificate certificate, Instant now) {
        if (workload.reload() == Workload.Reload.RESTART) {
            return certificate.left(now).compareTo(LAST_DAYS) < 0
                    ? new Step.Restart(because(certificate, now) + ", and it reads one only when it starts")
                    : new Step.Nothing();
        }
        if (certificate.isInForce(running) && !certificate.isDue(now)) {
            return new Step.Nothing();
        }
        String because = because(certificate, now);
        try {
            Running renewed = place.get().renew(running, workload);
            decisions.add(member, "renewed the certificate of " + member + " without interruption because " + because);
            return new Step.Renewed(renewed);
        } catch (HoldfastException refused) {
            next = now.plus(PAUSE);
            String cause = refused.problems().getFirst().cause();
            if (certificate.isExpired(now)) {
                // who shows an expired certificate may no longer be spoken to, and so cannot be told of another
                return new Step.Restart(because + ", and it could not be told of a new one: " + cause);
            }
            decisions.add(member, "did not renew the certificate of " + member + " because " + cause);
            return new Step.Nothing();
        }
    }

    private static String because(ServerCertificate certificate, Instant now) {
        if (certificate.isExpired(now)) {
            return "its certificate expired at " + certificate.until();
        }
        return certificate.isDue(now)
                ? "its certificate would expire at " + certificate.until()
                : "the certificate in its folder is not the one it has read";
    }
}
