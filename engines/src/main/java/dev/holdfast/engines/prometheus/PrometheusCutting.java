package dev.holdfast.engines.prometheus;

import dev.holdfast.engine.Cutting;
import dev.holdfast.stack.Service;
import java.util.List;

/** What was collected up to the instant: Prometheus replays its log, and Alertmanager reads its silences. */
final class PrometheusCutting implements Cutting<PrometheusSpec> {
    /** The queries that were under way were not asked of the copy. */
    @Override
    public List<String> leftOut(Service<PrometheusSpec> service) {
        return List.of("metrics/lock", "metrics/queries.active");
    }
}
