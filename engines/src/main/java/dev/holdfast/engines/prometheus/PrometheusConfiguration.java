package dev.holdfast.engines.prometheus;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Scrape;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/** The files both programs read, as text. Equal contexts give equal bytes. */
final class PrometheusConfiguration {
    static final String SCHEME = "__scheme__";

    /**
     * The passwords have 190 bits of their own, so a costly hash would protect nothing and be paid at every request whose
     * answer the server does not remember.
     */
    private static final int COST = 5;

    private static final int SALT_BYTES = 16;

    private PrometheusConfiguration() {}

    /** {@code prometheus.yml}. */
    static String main(Service<PrometheusSpec> service, Context context) {
        String every = service.settings().every().toSeconds() + "s";
        Address alertmanager = context.inside(PrometheusProvisioning.alerts(service), PrometheusProvisioning.ALERTS);
        StringBuilder out = new StringBuilder();
        out.append("global:\n  scrape_interval: ")
                .append(every)
                .append("\n  evaluation_interval: ")
                .append(every)
                .append("\n  scrape_timeout: ")
                .append(Math.min(10, service.settings().every().toSeconds()))
                .append("s\n  external_labels: { stack: ")
                .append(quoted(context.stack().name()))
                .append(" }\nrule_files: [\"/config/rules-*.yml\"]\nalerting:\n  alertmanagers:\n    - scheme: https\n")
                .append(account("      "))
                .append("      static_configs: [{ targets: [")
                .append(quoted(alertmanager.toString()))
                .append("] }]\nscrape_configs:\n");
        own(service).forEach(scrape -> out.append(job(scrape, true, context)));
        context.scrapes().stream()
                .filter(scrape -> !scrape.service().equals(service.name()))
                .sorted(Comparator.comparing(PrometheusConfiguration::name))
                .forEach(scrape -> out.append(job(scrape, false, context)));
        return out.toString();
    }

    /** What the two say of themselves. */
    private static List<Scrape> own(Service<PrometheusSpec> service) {
        Map<String, String> tls = Map.of(SCHEME, "https");
        return List.of(
                new Scrape(
                        "prometheus",
                        service.name(),
                        PrometheusProvisioning.server(service),
                        PrometheusProvisioning.SERVER,
                        "/metrics",
                        tls),
                new Scrape(
                        "alertmanager",
                        service.name(),
                        PrometheusProvisioning.alerts(service),
                        PrometheusProvisioning.ALERTS,
                        "/metrics",
                        tls));
    }

    private static String job(Scrape scrape, boolean own, Context context) {
        boolean tls = "https".equals(scrape.labels().get(SCHEME));
        Map<String, String> labels = new TreeMap<>(scrape.labels());
        labels.remove(SCHEME);
        labels.put("job", scrape.job());
        labels.put("service", scrape.service());
        labels.put("member", scrape.member());
        List<String> written = new ArrayList<>();
        labels.forEach((key, value) -> written.add(key + ": " + quoted(value)));
        StringBuilder out = new StringBuilder("  - job_name: ").append(quoted(name(scrape)));
        out.append("\n    metrics_path: ").append(quoted(scrape.path())).append('\n');
        if (own) {
            out.append("    scheme: https\n").append(account("    "));
        } else if (tls) {
            // a page that asks for a certificate is shown this member's own
            out.append("    scheme: https\n    tls_config: { ca_file: /tls/ca.crt, cert_file: /tls/server.crt,"
                    + " key_file: /tls/server.key }\n");
        }
        return out.append("    static_configs:\n      - targets: [")
                .append(quoted(context.inside(scrape.member(), scrape.port()).toString()))
                .append("]\n        labels: { ")
                .append(String.join(", ", written))
                .append(" }\n")
                .toString();
    }

    private static String name(Scrape scrape) {
        return scrape.service() + "/" + scrape.job() + "/" + scrape.member();
    }

    private static String account(String indent) {
        return indent + "basic_auth: { username: " + PrometheusAccess.ADMINISTRATOR
                + ", password_file: /secrets/" + PrometheusAccess.ADMINISTRATOR + " }\n" + indent
                + "tls_config: { ca_file: /tls/ca.crt }\n";
    }

    /** {@code rules-<service>.yml} by file name; the service's own among them. */
    static Map<String, String> rules(Service<PrometheusSpec> service, Context context) {
        Map<String, List<String>> byService = new TreeMap<>();
        byService.put(
                service.name(),
                List.of(AlertRules.beside(PrometheusConfiguration.class, service.name())
                        .yaml()));
        for (AlertRules rules : context.alerts()) {
            if (!rules.service().equals(service.name())) {
                byService
                        .computeIfAbsent(rules.service(), ignored -> new ArrayList<>())
                        .add(rules.yaml());
            }
        }
        Map<String, String> files = new TreeMap<>();
        byService.forEach((name, texts) -> {
            for (int at = 0; at < texts.size(); at++) {
                files.put("rules-" + name + (at == 0 ? "" : "." + (at + 1)) + ".yml", texts.get(at));
            }
        });
        return files;
    }

    /** {@code web.yml} of either program: TLS, and the accounts with hashes of their passwords. */
    static Redacted web(Service<PrometheusSpec> service, Context context) {
        StringBuilder out = new StringBuilder("""
                tls_server_config:
                  cert_file: /tls/server.crt
                  key_file: /tls/server.key
                  min_version: TLS12
                basic_auth_users:
                """);
        for (String user : PrometheusAccess.USERS) {
            out.append("  ")
                    .append(user)
                    .append(": ")
                    .append(quoted(hash(
                            context.secret(new SecretRef(service.name(), user)),
                            context.secret(new SecretRef(service.name(), "salts/" + user)))))
                    .append('\n');
        }
        return new Redacted(out.toString());
    }

    /** How promtool and amtool get in. */
    static String tools() {
        return account("");
    }

    /** Alertmanager without a receiver: alerts are grouped and shown, and sent nowhere. */
    static String alertmanager() {
        return """
                route:
                  receiver: nobody
                  group_by: [alertname, service]
                  group_wait: 30s
                  group_interval: 5m
                  repeat_interval: 4h
                receivers:
                  - name: nobody
                inhibit_rules:
                  - source_matchers: ["severity = critical"]
                    target_matchers: ["severity =~ warning|info"]
                    equal: [service]
                """;
    }

    /** The salt is a secret that is kept, so that an unchanged password gives an unchanged file. */
    static String hash(Redacted password, Redacted salt) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(salt.reveal().getBytes(StandardCharsets.UTF_8));
            return OpenBSDBCrypt.generate(
                    "2y", password.reveal().toCharArray(), Arrays.copyOf(digest, SALT_BYTES), COST);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String quoted(String text) {
        return Json.text(text).compact();
    }
}
