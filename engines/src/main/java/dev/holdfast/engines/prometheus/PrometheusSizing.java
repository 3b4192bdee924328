package dev.holdfast.engines.prometheus;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.engine.Parameters;
import dev.holdfast.engine.Sizing;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import java.util.List;

/** From resources to flags and limits of the Go runtime; the rules stand in {@code parameters.yaml}. */
final class PrometheusSizing implements Sizing<PrometheusSpec> {
    static final String SIZE = "storage.tsdb.retention.size";
    static final String TIME = "storage.tsdb.retention.time";
    static final String QUERIES = "query.max-concurrency";
    static final String MEMORY = "GOMEMLIMIT";
    static final String PROCESSORS = "GOMAXPROCS";

    private static final long LEAST_QUERIES = 4;
    private static final long MOST_QUERIES = 20;

    private final Parameters parameters;

    PrometheusSizing(Parameters parameters) {
        this.parameters = parameters;
    }

    @Override
    public List<Setting> settings(Service<PrometheusSpec> service) {
        Resources resources = service.resources();
        long cores = Math.max(1, Math.ceilDiv(resources.cpu().millis(), 1000));
        return List.of(
                parameters.setting(
                        SIZE,
                        resources.storage().inMebi() * 80 / 100 + "MB",
                        "80 % of " + resources.storage() + ": the write-ahead log and a compaction need the rest"),
                parameters.setting(TIME, service.settings().keep().toSeconds() + "s"),
                parameters.setting(
                        QUERIES,
                        Long.toString(Math.clamp(cores * 4, LEAST_QUERIES, MOST_QUERIES)),
                        "4 for each of " + cores + " cores, at most " + MOST_QUERIES),
                parameters.setting(
                        MEMORY,
                        resources.memory().inMebi() * 80 / 100 + "MiB",
                        "80 % of " + resources.memory() + ": Alertmanager and mapped files need the rest"),
                parameters.setting(
                        PROCESSORS, Long.toString(cores), "the cores of " + resources.cpu() + ", rounded up"));
    }

    String value(Service<PrometheusSpec> service, String key) {
        return settings(service).stream()
                .filter(setting -> setting.key().equals(key))
                .map(Setting::value)
                .findFirst()
                .orElseThrow();
    }
}
