package dev.holdfast.engines.prometheus;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Scrape;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.security.cert.CertificateExpiredException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Ready is: it answers with Holdfast's own account and says so itself, and its rules are loaded. A target that is down is
 * named as evidence, but does not make Prometheus unready: it is doing its work by telling.
 */
final class PrometheusObservation implements Observation<PrometheusSpec> {
    private final PrometheusSession session;

    PrometheusObservation(PrometheusSession session) {
        this.session = session;
    }

    @Override
    public Health probe(Service<PrometheusSpec> service, String member, Context context) {
        boolean server = member.equals(PrometheusProvisioning.server(service));
        Address address =
                context.outside(member, server ? PrometheusProvisioning.SERVER : PrometheusProvisioning.ALERTS);
        String name = service.name();
        try {
            PrometheusSession.Answer ready = session.ask(name, address, "/-/ready", context);
            if (ready.status() == 401) {
                return new Health.NotReady(
                        address + " refuses the password of user '" + PrometheusAccess.ADMINISTRATOR + "'",
                        "Run `holdfast apply`, which writes the accounts' file again.");
            }
            if (ready.status() != 200) {
                return new Health.NotReady(
                        "it answers that it is not ready (" + ready.status() + "): "
                                + ready.body().strip(),
                        "Wait while it reads its write-ahead log, or read `holdfast logs " + name + "`.");
            }
            return server
                    ? health(
                            name,
                            session.ask(name, address, "/api/v1/targets?state=active", context)
                                    .json(),
                            session.ask(name, address, "/api/v1/rules", context).json())
                    : new Health.Ready("alertmanager answers over TLS that it is ready");
        } catch (IOException e) {
            return unreachable(name, address, e);
        }
    }

    /** What the two lists say. Pure. */
    static Health health(String service, Json targets, Json rules) {
        int up = 0;
        int unknown = 0;
        TreeSet<String> down = new TreeSet<>();
        for (Json target : data(targets, "activeTargets")) {
            String member = target.at("labels")
                    .flatMap(labels -> labels.textAt("member"))
                    .orElse("?");
            switch (target.textAt("health").orElse("unknown")) {
                case "up" -> up++;
                case "down" ->
                    down.add(member + " (" + target.textAt("lastError").orElse("") + ")");
                // right after the start: the first round is still to come
                default -> unknown++;
            }
        }
        int loaded = 0;
        List<String> failing = new ArrayList<>();
        for (Json group : data(rules, "groups")) {
            for (Json rule : group.itemsAt("rules")) {
                loaded++;
                if ("err".equals(rule.textAt("health").orElse(""))) {
                    failing.add(rule.textAt("name").orElse("?") + ": "
                            + rule.textAt("lastError").orElse(""));
                }
            }
        }
        if (loaded == 0) {
            return new Health.NotReady(
                    "it has loaded no alert rules, so it would warn of nothing",
                    "Read `holdfast logs " + service + "`: a rule file was refused.");
        }
        // it always has two targets, itself and Alertmanager, but reads them in some seconds after its start
        boolean none = up + unknown + down.size() == 0;
        String evidence = (none ? "its targets not read in yet" : up + " targets up")
                + (unknown == 0 ? "" : ", " + unknown + " not asked yet")
                + (down.isEmpty() ? "" : ", " + down.size() + " down: " + String.join("; ", down)) + ", " + loaded
                + " rules loaded" + (failing.isEmpty() ? "" : ", failing: " + String.join("; ", failing));
        return new Health.Ready(evidence);
    }

    private static List<Json> data(Json answer, String list) {
        Optional<Json> data = answer.at("data");
        return data.map(json -> json.itemsAt(list)).orElse(List.of());
    }

    private static Health unreachable(String service, Address address, IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException) {
                return new Health.NotReady(
                        "the certificate shown at " + address + " has expired",
                        "Run `holdfast restart " + service + "`, which issues a new one.");
            }
        }
        String log = "Read the service's log with `holdfast logs " + service + "`.";
        return switch (e) {
            case ConnectException _ ->
                new Health.NotReady(
                        "nothing listens at " + address, "Start it with `holdfast restart " + service + "`. " + log);
            case HttpTimeoutException _ ->
                new Health.NotReady(
                        address + " did not answer within " + PrometheusSession.PATIENCE.toMillis() + "ms", log);
            default -> new Health.NotReady("no answer from " + address + ": " + e.getMessage(), log);
        };
    }

    /** Its own pages need the account that it has itself, so it collects them by itself. */
    @Override
    public List<Scrape> scrapes(Service<PrometheusSpec> service) {
        return List.of();
    }

    @Override
    public List<AlertRules> alerts(Service<PrometheusSpec> service) {
        return List.of(AlertRules.beside(PrometheusObservation.class, service.name()));
    }
}
