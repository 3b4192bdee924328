package dev.holdfast.engines.prometheus;

import dev.holdfast.engine.Access;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Parameters;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Provisioning;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Sizing;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.util.List;

/** Prometheus 2 with Alertmanager. */
public final class PrometheusEngine implements Engine<PrometheusSpec> {
    private static final Bytes LEAST_MEMORY = Bytes.mebi(128);
    private static final Bytes LEAST_STORAGE = Bytes.mebi(512);

    private final PrometheusSizing sizing = new PrometheusSizing(Parameters.beside(PrometheusEngine.class));
    private final PrometheusProvisioning provisioning = new PrometheusProvisioning(sizing);
    private final PrometheusAccess access = new PrometheusAccess();
    private final PrometheusObservation observation = new PrometheusObservation(new PrometheusSession());

    @Override
    public String name() {
        return "prometheus";
    }

    @Override
    public String title() {
        return "Prometheus";
    }

    @Override
    public List<String> versions() {
        return List.of("2");
    }

    @Override
    public Class<PrometheusSpec> settings() {
        return PrometheusSpec.class;
    }

    @Override
    public Resources resources() {
        return new Resources(new Cpu(500), Bytes.mebi(512), Bytes.mebi(5 * 1024));
    }

    @Override
    public boolean collectsMetrics() {
        return true;
    }

    @Override
    public void check(Service<PrometheusSpec> service, Stack stack, Problems problems) {
        Resources resources = service.resources();
        if (resources.memory().compareTo(LEAST_MEMORY) < 0) {
            problems.add(Problem.of(
                            Code.HF1621,
                            "service '" + service.name() + "' gives Prometheus and Alertmanager " + resources.memory()
                                    + " of memory, and they need " + LEAST_MEMORY,
                            "Write `resources: { memory: " + LEAST_MEMORY + " }` or more.")
                    .at(service.positions().of("resources.memory")));
        }
        if (resources.storage().compareTo(LEAST_STORAGE) < 0) {
            problems.add(Problem.of(
                            Code.HF1621,
                            "service '" + service.name() + "' gives Prometheus " + resources.storage()
                                    + " of storage, and its write-ahead log alone can need " + LEAST_STORAGE,
                            "Write `resources: { storage: 1Gi }` or more.")
                    .at(service.positions().of("resources.storage")));
        }
    }

    @Override
    public List<String> notes(Service<PrometheusSpec> service) {
        return List.of("Alerts of service '" + service.name()
                + "' are shown in Alertmanager and sent to nobody: receivers come in a later version.");
    }

    @Override
    public Provisioning<PrometheusSpec> provisioning() {
        return provisioning;
    }

    @Override
    public Support<Access<PrometheusSpec>> access() {
        return Support.offered(access);
    }

    @Override
    public Support<Schema<PrometheusSpec>> schema() {
        return Support.notOffered(
                "Prometheus has no schema: a series exists from its first sample on",
                "Nothing needs to be declared; name the services whose figures it shall collect.");
    }

    @Override
    public Support<Protection<PrometheusSpec>> protection() {
        return Support.notOffered(
                "figures are kept for `keep:` and are not backed up",
                "Send them to a long-term store by remote write where they must outlive the stack.");
    }

    @Override
    public Support<Observation<PrometheusSpec>> observation() {
        return Support.offered(observation);
    }

    @Override
    public Support<Sizing<PrometheusSpec>> sizing() {
        return Support.offered(sizing);
    }
}
