package dev.holdfast.daemon.supervise;

import dev.holdfast.apply.Tasks;
import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Port;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.stack.Service;
import dev.holdfast.targets.local.Listening;
import dev.holdfast.targets.local.Running;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Asks a member through its engine, and answers in time even where the engine does not. */
final class Probe {
    private final Register register;
    private final Supplier<Site> place;
    private final Duration deadline;
    private final InstantSource clock;

    Probe(Register register, Supplier<Site> place, Duration deadline, InstantSource clock) {
        this.register = register;
        this.place = place;
        this.deadline = deadline;
        this.clock = clock;
    }

    /**
     * A member that answers us may still fail others: on a full disk it will not take the next write, and whoever
     * connects anew refuses an expired certificate.
     */
    Health now(Workload workload) {
        String member = workload.member().name();
        Health health = answer(workload);
        Optional<Health> full =
                place.get().lacking(member).map(problem -> worse(problem.cause(), problem.remedy(), health));
        return full.or(() -> place.get()
                        .certificate(member)
                        .filter(certificate -> certificate.isExpired(clock.instant()))
                        .map(certificate -> worse(
                                "its certificate expired at " + certificate.until() + ", so clients refuse it",
                                "Wait a moment: it is renewed by itself. Where it is not, 'holdfast why "
                                        + workload.member().service() + "' says what keeps it from that.",
                                health)))
                .orElse(health);
    }

    private static Health worse(String cause, String next, Health health) {
        return new Health.NotReady(cause + (health instanceof Health.Ready ? "" : "; " + health.because()), next);
    }

    private Health answer(Workload workload) {
        Site site = place.get();
        Context context = site.context();
        Service<?> service = context.stack().services().get(workload.member().service());
        if (service == null) {
            return new Health.NotReady(
                    "its service is no longer in the stack file", "Run 'holdfast plan' to see what becomes of it.");
        }
        Bound<?> bound = Bound.of(register, service);
        try {
            Callable<Health> question = () -> ask(bound, workload.member().name(), site);
            return Tasks.all(List.of(question), deadline).getFirst();
        } catch (TimeoutException late) {
            return new Health.NotReady(
                    "it did not answer a probe within " + deadline.toMillis() + " ms",
                    "See 'holdfast logs " + workload.member().service() + "'.");
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return new Health.NotReady("the probe was interrupted", "Ask again.");
        } catch (HoldfastException problem) {
            return new Health.NotReady(
                    problem.problems().getFirst().cause(),
                    problem.problems().getFirst().remedy());
        } catch (RuntimeException mistake) {
            return new Health.NotReady(
                    "the probe failed: " + mistake, "Please report this with the end of the daemon's log.");
        }
    }

    private <S extends Record> Health ask(Bound<S> bound, String member, Site site) {
        return switch (bound.engine().observation()) {
            case Support.Offered<Observation<S>>(Observation<S> observation) ->
                observation.exporters(bound.service()).stream()
                        .filter(exporter -> exporter.name().equals(member))
                        .findFirst()
                        .map(exporter -> page(exporter, site))
                        .orElseGet(() -> observation.probe(bound.service(), member, site.context()));
            case Support.NotOffered<Observation<S>>(String because, String instead) ->
                new Health.Ready("its process runs; nobody can ask it more because " + because);
        };
    }

    /**
     * An exporter serves if it listens where it should; what its page says is for whoever collects it. The kernel is
     * asked, because the page wants a client's certificate and every connection without one is an error in its log.
     */
    private static Health page(Member exporter, Site site) {
        String log = "See 'holdfast logs " + exporter.service() + "'.";
        Optional<Running> running = site.find(exporter.name());
        if (running.isEmpty()) {
            return new Health.NotReady("its process has ended", log);
        }
        for (Port port : exporter.ports()) {
            Address address = site.context().outside(exporter.name(), port.name());
            if (!Listening.isListening(running.get(), address.port())) {
                return new Health.NotReady("process " + running.get().pid() + " does not listen at " + address, log);
            }
        }
        return new Health.Ready(
                "process " + running.get().pid() + " listens for those who collect its page of metrics");
    }
}
