package dev.holdfast.engines.postgres.doctor;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Doctor.Finding;
import dev.holdfast.engines.Beside;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** What was found inside a server, judged; the findings go to the list it is given. */
record InsideJudge(List<Finding> findings) {
    private static final Duration DRIFT = Duration.ofSeconds(5);
    private static final long FAR_MICROS = 10_000;
    private static final long SLOW_LOGIN_MICROS = 500_000;

    void server(DoctorSession.Server server, Address address, Instant now) {
        version(server, LocalDate.ofInstant(now, ZoneOffset.UTC));
        if (server.inRecovery()) {
            findings.add(
                    Finding.warn(
                            "role of the server",
                            "it is in recovery: a standby, which takes no writes",
                            "Write to the primary; target_session_attrs=read-write in the address finds it among several hosts."));
        }
        if (server.port() != 0 && server.port() != address.port()) {
            findings.add(Finding.ok(
                    "path",
                    "the server itself listens at port " + server.port() + ": something at port " + address.port()
                            + " stands between"));
        }
        Duration drift = Duration.between(Instant.ofEpochMilli((long) (server.clock() * 1000)), now)
                .abs();
        if (drift.compareTo(DRIFT) > 0) {
            findings.add(Finding.warn(
                    "clock",
                    "the server's clock and this machine's are " + drift.toSeconds() + " s apart",
                    "Let both follow NTP: certificates, tokens and points in time depend on it."));
        }
        long allowed = Math.max(1, server.allowed());
        String taken = server.clients() + " of " + allowed + " connections are taken";
        findings.add(
                server.clients() * 10 >= allowed * 8
                        ? Finding.warn("connections", taken, "Put a pooler before it, or end idle clients.")
                        : Finding.ok("connections", taken));
    }

    private void version(DoctorSession.Server server, LocalDate today) {
        int major = server.number() / 10_000;
        String name = major < 10 ? major + "." + server.number() / 100 % 100 : Integer.toString(major);
        SortedMap<String, Map<String, ?>> known = Beside.table(InsideJudge.class, "versions.yaml");
        Optional<LocalDate> end =
                Optional.ofNullable(known.get(name)).map(words -> LocalDate.parse(String.valueOf(words.get("until"))));
        boolean ended = end.map(today::isAfter).orElse(major < 10);
        String shown = "PostgreSQL " + server.version();
        if (ended) {
            findings.add(Finding.bad(
                    "version",
                    shown + ", which has not been mended since "
                            + end.map(LocalDate::toString).orElse("long ago"),
                    "Upgrade: security holes found since then are open."));
        } else if (end.filter(last -> today.plusDays(180).isAfter(last)).isPresent()) {
            findings.add(Finding.warn(
                    "version",
                    shown + ", which is mended until " + end.get(),
                    "Plan the upgrade to a later major version."));
        } else {
            findings.add(Finding.ok(
                    "version", shown + end.map(last -> ", mended until " + last).orElse("")));
        }
    }

    void rights(DoctorSession.Rights rights) {
        boolean strong = rights.powers().contains("superuser");
        String powers = rights.powers().isEmpty() ? "no special powers" : String.join(", ", rights.powers());
        String reach = rights.readable() + " of " + rights.tables() + " tables readable and " + rights.writable()
                + " writable in " + rights.database() + " (owner " + rights.owner() + "), "
                + (rights.createsSchemas() ? "may create schemas, " : "")
                + "schemas " + (rights.schemas().isEmpty() ? "none" : String.join(", ", rights.schemas())) + ", enters "
                + rights.enters() + (rights.enters() == 1 ? " database" : " databases");
        if (strong || rights.powers().contains("bypassrls")) {
            findings.add(
                    Finding.warn(
                            "rights",
                            rights.role() + " has " + powers + "; " + reach,
                            "Right for looking after the server. An application should have a role that can neither drop it nor pass by row-level security."));
        } else {
            findings.add(Finding.ok("rights", rights.role() + " has " + powers + "; " + reach));
        }
    }

    void extensions(List<DoctorSession.Extension> extensions) {
        List<String> installed = extensions.stream()
                .filter(extension -> extension.installed().isPresent())
                .map(extension -> extension.name() + " " + extension.installed().orElse(""))
                .toList();
        List<String> offered = missing(extensions, true);
        List<String> withheld = missing(extensions, false);
        findings.add(Finding.ok(
                "extensions",
                "created: " + (installed.isEmpty() ? "none" : String.join(", ", installed)) + "; could be created: "
                        + (offered.isEmpty() ? "none of those that matter" : String.join(", ", offered))
                        + (withheld.isEmpty() ? "" : "; not with these rights: " + String.join(", ", withheld))));
        extensions.stream()
                .filter(extension -> extension.installed().isPresent()
                        && !extension.installed().equals(Optional.of(extension.offered())))
                .forEach(extension -> findings.add(Finding.warn(
                        "extension " + extension.name(),
                        "created in version " + extension.installed().orElse("") + ", and the server's library is "
                                + extension.offered(),
                        "Run: ALTER EXTENSION \"" + extension.name() + "\" UPDATE;")));
    }

    private static List<String> missing(List<DoctorSession.Extension> extensions, boolean creatable) {
        return extensions.stream()
                .filter(extension -> extension.installed().isEmpty() && extension.creatable() == creatable)
                .map(DoctorSession.Extension::name)
                .toList();
    }

    void settings(SortedMap<String, String> settings) {
        findings.addAll(new SettingsJudge(settings).judge());
    }

    void pooling(DoctorSession.Pooling pooling, Optional<Boolean> keepsPrepared) {
        if (!pooling.pooled()) {
            findings.add(Finding.ok("pooling", "direct: " + pooling.because()));
            return;
        }
        String mode = pooling.mode().orElse("a mode that could not be told");
        String shown = "pooled, " + mode + (pooling.mode().isPresent() ? " mode: " : ": ") + pooling.because();
        findings.add(
                switch (mode) {
                    case "statement" ->
                        Finding.warn(
                                "pooling", shown, "Use transaction mode, unless no client ever needs a transaction.");
                    case "transaction" ->
                        keepsPrepared.orElse(true)
                                ? Finding.ok(
                                        "pooling",
                                        shown
                                                + "; prepared statements last, but SET, LISTEN and advisory locks of a session do not")
                                : Finding.warn(
                                        "pooling",
                                        shown + "; prepared statements are lost when the process changes",
                                        "Set max_prepared_statements at PgBouncer (1.21 and later), or switch them off in the client.");
                    default -> Finding.ok("pooling", shown);
                });
    }

    void latency(DoctorSession.Latency latency) {
        String shown = "login " + millis(latency.connectMicros()) + ", SELECT 1 p50 " + millis(latency.p50Micros())
                + ", p95 " + millis(latency.p95Micros());
        if (latency.p50Micros() >= FAR_MICROS) {
            findings.add(
                    Finding.warn(
                            "latency",
                            shown,
                            "Run the application nearer to it (same region), and send fewer, larger statements: each one pays this."));
        } else if (latency.connectMicros() >= SLOW_LOGIN_MICROS) {
            findings.add(Finding.warn(
                    "latency",
                    shown,
                    "Keep connections in a pool: each login costs that much; a server that sleeps looks like this."));
        } else {
            findings.add(Finding.ok("latency", shown));
        }
    }

    private static String millis(long micros) {
        return String.format(Locale.ROOT, "%.2f ms", micros / 1000.0);
    }
}
