package dev.holdfast.daemon.supervise;

import dev.holdfast.apply.Journal;
import dev.holdfast.blueprint.Container;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.targets.local.Facts;
import dev.holdfast.targets.local.ProcessId;
import dev.holdfast.targets.local.Running;
import dev.holdfast.targets.local.ServerCertificate;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A daemon that runs for a year, looked at once an hour. */
final class RenewalTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final String DIGEST = "always the same";
    private static final Duration LIFETIME = Duration.ofDays(90);
    private static final Running RUNNING = new Running(
            "main-0",
            new ProcessId(1, 2),
            Optional.empty(),
            new ProcessId(1, 2),
            "boot",
            "pg 17",
            "c",
            new TreeMap<>(),
            START,
            new Workload.Stop(Workload.Signal.INTERRUPT, Duration.ofSeconds(1)),
            Workload.Reload.SIGHUP,
            inForce());

    @TempDir
    private Path folder;

    private Instant now = START;
    private final InstantSource clock = () -> now;
    private final Engine engine = new Engine();
    private Decisions decisions;
    private Renewal renewal;

    @BeforeEach
    void begin() {
        decisions = new Decisions("test", new Journal(folder.resolve("journal.ndjson"), clock), clock);
        renewal = new Renewal("main-0", () -> engine, decisions, clock);
    }

    @Test
    void anEngineThatReadsItWhileItServesHasANewOneEverySixtyDays() {
        List<Renewal.Step> steps = year(Workload.Reload.SIGHUP);

        assertThat(engine.renewed)
                .hasSize(6)
                .allSatisfy(when ->
                        assertThat(Duration.between(START, when).toDays() % 60).isZero());
        assertThat(steps).noneMatch(Renewal.Step.Restart.class::isInstance);
        assertThat(texts())
                .first()
                .isEqualTo("renewed the certificate of main-0 without interruption because its certificate would expire"
                        + " at 2026-04-01T00:00:00Z");
    }

    @Test
    void anEngineThatCannotIsRestartedInTheLastDaysOnly() {
        Renewal.Step last = new Renewal.Step.Nothing();
        while (last instanceof Renewal.Step.Nothing) {
            now = now.plus(Duration.ofHours(1));
            last = renewal.now(RUNNING, workload(Workload.Reload.RESTART));
        }

        assertThat(Duration.between(now, START.plus(LIFETIME))).isLessThan(Renewal.LAST_DAYS);
        assertThat(Duration.between(now, START.plus(LIFETIME))).isGreaterThan(Duration.ofDays(6));
        assertThat(last)
                .isEqualTo(new Renewal.Step.Restart("its certificate would expire at 2026-04-01T00:00:00Z, and it reads"
                        + " one only when it starts"));
        assertThat(engine.renewed).isEmpty();
    }

    @Test
    void aRefusedRenewalIsSaidOnceAnHourAndARestartIsTheLastResort() {
        engine.refuses = true;
        now = START.plus(Duration.ofDays(61));
        for (int minute = 0; minute < 120; minute++) {
            assertThat(renewal.now(RUNNING, workload(Workload.Reload.CONNECTION)))
                    .isEqualTo(new Renewal.Step.Nothing());
            now = now.plus(Duration.ofMinutes(1));
        }
        assertThat(texts())
                .hasSize(2)
                .containsOnly("did not renew the certificate of main-0 because it does not listen");

        now = START.plus(LIFETIME);

        assertThat(renewal.now(RUNNING, workload(Workload.Reload.CONNECTION)))
                .isEqualTo(new Renewal.Step.Restart("its certificate expired at 2026-04-01T00:00:00Z, and it could not"
                        + " be told of a new one: it does not listen"));
    }

    @Test
    void aMemberWithoutOneIsLeftAlone() {
        engine.certificate = Optional.empty();

        assertThat(year(Workload.Reload.SIGHUP)).containsOnly(new Renewal.Step.Nothing());
    }

    private List<Renewal.Step> year(Workload.Reload reload) {
        List<Renewal.Step> steps = new ArrayList<>();
        for (int hour = 0; hour < 365 * 24; hour++) {
            now = now.plus(Duration.ofHours(1));
            steps.add(renewal.now(RUNNING, workload(reload)));
        }
        return steps;
    }

    private List<String> texts() {
        return decisions.recent().stream().map(Decision::text).toList();
    }

    private static Facts inForce() {
        Facts.Fact fact = new Facts.Fact(DIGEST, Setting.Effect.RELOAD, false, "");
        return new Facts(new TreeMap<>(
                Map.of("tls/server.crt", new Facts.FileFacts(DIGEST, new TreeMap<>(Map.of("", fact))))));
    }

    private static Workload workload(Workload.Reload reload) {
        return new Workload(
                new Member("main-0", "main", "primary", List.of()),
                new Programs.Debian(List.of("dash")),
                new Container("none", List.of(), new TreeMap<>(), List.of()),
                List.of("true"),
                new TreeMap<>(),
                List.of(),
                List.of(),
                true,
                Optional.empty(),
                Set.of(),
                RUNNING.stop(),
                reload);
    }

    /** Has a certificate of 90 days from the beginning, and from each renewal. */
    private final class Engine implements Certified {
        private final List<Instant> renewed = new ArrayList<>();
        private Optional<ServerCertificate> certificate =
                Optional.of(new ServerCertificate(START, START.plus(LIFETIME), DIGEST));
        private boolean refuses;

        @Override
        public Optional<ServerCertificate> certificate(String member) {
            return certificate;
        }

        @Override
        public Running renew(Running running, Workload workload) {
            if (refuses) {
                throw new HoldfastException(Problem.of(Code.HF3521, "it does not listen", "Is it there?"));
            }
            renewed.add(now);
            certificate = Optional.of(new ServerCertificate(now, now.plus(LIFETIME), DIGEST));
            return running;
        }
    }
}
