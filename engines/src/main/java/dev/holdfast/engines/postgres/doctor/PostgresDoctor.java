package dev.holdfast.engines.postgres.doctor;

import dev.holdfast.apply.Tasks;
import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Doctor;
import dev.holdfast.engines.ExternalPostgres;
import dev.holdfast.engines.PostgresUrl;
import dev.holdfast.engines.PostgresUrl.Read;
import dev.holdfast.engines.PostgresWire.Door;
import dev.holdfast.engines.PostgresWire.Trust;
import dev.holdfast.engines.postgres.doctor.DoctorSession.Failed;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.secret.Redacted;
import dev.holdfast.text.Json;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/**
 * Looks at a PostgreSQL server, or at a pooler before one: each step only where the one before let it through. It reads
 * only, gives a password to nobody that the address would not, and takes half a minute at most whatever is there.
 */
public final class PostgresDoctor implements Doctor {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration INSIDE = Duration.ofSeconds(12);
    private static final List<String> SCHEMES = List.of("postgres", "postgresql", "jdbc:", "psql ", "host=");

    @Override
    public boolean knows(String address) {
        String lower = address.strip().toLowerCase(Locale.ROOT);
        return SCHEMES.stream().anyMatch(lower::startsWith)
                || lower.contains("://")
                || lower.contains("@")
                || lower.matches(".*\\b(host|dbname|user)=.*");
    }

    @Override
    public Examination examine(Redacted written, InstantSource clock) {
        List<Finding> findings = new ArrayList<>();
        Read read = PostgresUrl.read(written.reveal());
        read.remarks()
                .forEach(remark -> findings.add(
                        remark.bad()
                                ? Finding.bad("address", remark.cause(), remark.remedy())
                                : Finding.warn("address", remark.cause(), remark.remedy())));
        if (!(read instanceof Read.Understood(PostgresUrl url, var remarks))) {
            return new Examination(
                    "an address that cannot be read", findings, Json.object().build());
        }
        if (remarks.isEmpty()) {
            findings.add(Finding.ok("address", "well formed"));
        }
        Json.Builder figures = Json.object();
        try {
            new Visit(url, clock, findings, figures).run();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            findings.add(Finding.bad("doctor", "it was interrupted", "Run it again."));
        } catch (HoldfastException problem) {
            problem.problems().forEach(one -> findings.add(Finding.bad("doctor", one.cause(), one.remedy())));
        }
        return new Examination(url.shown(), findings, figures.build());
    }

    /** One examination, as its findings come together. */
    private record Visit(PostgresUrl url, InstantSource clock, List<Finding> findings, Json.Builder figures) {

        void run() throws InterruptedException {
            Address address = url.address();
            Network.Seen network = new Network(address, PATIENCE).look();
            findings.addAll(network.findings());
            if (network.answering().isEmpty()) {
                return;
            }
            InetAddress at = network.answering().get();
            String authority = authorityFile();
            Instant now = clock.instant();
            TlsJudge.Judged tls = new TlsJudge(address, url.sslmode(), authority, now)
                    .judge(new Handshake(at, address, PATIENCE).attempt());
            findings.addAll(tls.findings());
            if (tls.mode().isEmpty()) {
                findings.add(Finding.warn(
                        "login",
                        "not tried: with this address every client ends before it, and no password is given to a server that is not believed",
                        "Put right what is above, then look again."));
                return;
            }
            String user = url.user().orElse("postgres");
            Door door = new Door(
                    address,
                    url.database().orElse(user),
                    user,
                    url.password().orElseGet(() -> new Redacted("")),
                    new Trust(tls.mode().get(), tls.mode().get().startsWith("verify-") ? authority : "", (int)
                            PATIENCE.toSeconds()));
            inside(door);
        }

        private String authorityFile() {
            return Optional.ofNullable(url.options().get("sslrootcert"))
                    .filter(file -> !file.equals("system"))
                    .orElseGet(ExternalPostgres::systemAuthorities);
        }

        private void inside(Door door) throws InterruptedException {
            try (DoctorSession first = DoctorSession.open(door)) {
                DoctorSession.Server server = first.server();
                new InsideJudge(findings).server(server, url.address(), clock.instant());
                beside(door, first);
            } catch (Failed refused) {
                LoginJudge judge = new LoginJudge(
                        door.role(), door.database(), url.password().isPresent());
                findings.add(judge.judge(refused, judge.lacksDatabase(refused) ? databases(door) : List.of()));
            }
        }

        /** What does not depend on one another, at once and each over a connection of its own. */
        private void beside(Door door, DoctorSession first) throws InterruptedException {
            List<Callable<List<Finding>>> looks = List.of(
                    () -> findings("rights", door, (session, judge) -> {
                        judge.rights(session.rights());
                        judge.extensions(session.extensions());
                    }),
                    () -> findings("settings", door, (session, judge) -> judge.settings(session.settings())));
            try {
                Tasks.all(looks, INSIDE).forEach(findings::addAll);
            } catch (TimeoutException late) {
                findings.add(Finding.bad(
                        "answers",
                        "the server let us in and did not answer everything within " + INSIDE.toSeconds() + " s",
                        "Look for locks on its catalogs and for a machine without memory or I/O left."));
                return;
            }
            // these two last and alone, so that nothing of ours is in their way
            findings.addAll(pool(door, first));
            try (DoctorSession session = DoctorSession.open(door)) {
                DoctorSession.Latency latency = session.latency();
                figures.put("connectMicros", latency.connectMicros())
                        .put("p50Micros", latency.p50Micros())
                        .put("p95Micros", latency.p95Micros());
                new InsideJudge(findings).latency(latency);
            } catch (Failed failed) {
                findings.add(unanswered("latency", failed));
            }
        }

        private interface Look {
            void at(DoctorSession session, InsideJudge judge) throws Failed;
        }

        private static List<Finding> findings(String what, Door door, Look look) {
            List<Finding> found = new ArrayList<>();
            try (DoctorSession session = DoctorSession.open(door)) {
                look.at(session, new InsideJudge(found));
            } catch (Failed failed) {
                found.add(unanswered(what, failed));
            }
            return found;
        }

        private List<Finding> pool(Door door, DoctorSession first) {
            List<Finding> found = new ArrayList<>();
            try (DoctorSession second = DoctorSession.open(door)) {
                DoctorSession.Pooling pooling = first.pooling(second);
                figures.put("pooled", pooling.pooled());
                pooling.mode().ifPresent(mode -> figures.put("poolMode", mode));
                boolean asks = pooling.mode().equals(Optional.of("transaction"));
                new InsideJudge(found)
                        .pooling(pooling, asks ? Optional.of(first.keepsPrepared(second)) : Optional.empty());
            } catch (Failed failed) {
                found.add(unanswered("pooling", failed));
            }
            return found;
        }

        private static Finding unanswered(String what, Failed failed) {
            return Finding.warn(
                    what,
                    "it could not be looked at: " + failed.line(),
                    "Give the role a few connections and the right to read the catalogs, then look again.");
        }

        /** The databases there are, seen from one that nearly every server has. */
        private static List<String> databases(Door door) {
            List<String> there = List.of();
            for (String other : List.of("postgres", door.role(), "template1", "defaultdb")) {
                if (there.isEmpty()) {
                    there = databases(
                            new Door(door.address(), other, door.role(), door.password(), door.trust()), other);
                }
            }
            return there;
        }

        private static List<String> databases(Door elsewhere, String fallback) {
            try (DoctorSession session = DoctorSession.open(elsewhere)) {
                List<String> there = session.databases();
                return there.isEmpty() ? List.of(fallback) : there;
            } catch (Failed notThere) {
                return List.of();
            }
        }
    }
}
