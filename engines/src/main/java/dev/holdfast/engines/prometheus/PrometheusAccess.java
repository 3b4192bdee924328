package dev.holdfast.engines.prometheus;

import dev.holdfast.engine.Access;
import dev.holdfast.engine.Context;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Two accounts, one for Holdfast and one for people and programs. Both programs know no rights: who is in may read all.
 * The accounts stand in a file that is read anew at every request, so there is nothing inside that could differ.
 */
final class PrometheusAccess implements Access<PrometheusSpec> {
    static final String ADMINISTRATOR = "holdfast";
    static final String VIEWER = "viewer";
    static final List<String> USERS = List.of(ADMINISTRATOR, VIEWER);

    @Override
    public List<Change> changes(Service<PrometheusSpec> service, Context context) {
        return List.of();
    }

    @Override
    public List<Change> fromNothing(Service<PrometheusSpec> service, Context context) {
        return List.of();
    }

    @Override
    public void apply(Change change, Service<PrometheusSpec> service, Context context) {
        throw new HoldfastException(Problem.of(
                Code.HF9001,
                "the accounts of Prometheus have no change '" + change.statement() + "'",
                "Please report this: it is a mistake of ours."));
    }

    @Override
    public List<Endpoint> endpoints(Service<PrometheusSpec> service, Context context) {
        return List.of(
                endpoint(PrometheusProvisioning.SERVER, PrometheusProvisioning.server(service), context),
                endpoint(PrometheusProvisioning.ALERTS, PrometheusProvisioning.alerts(service), context));
    }

    private static Endpoint endpoint(String port, String member, Context context) {
        var address = context.outside(member, port);
        return new Endpoint(port, member, address.host(), address.port(), "https://" + address);
    }

    @Override
    public SortedMap<String, Redacted> variables(
            Service<PrometheusSpec> service, Optional<String> role, Context context) {
        String user = role.orElse(VIEWER);
        if (!USERS.contains(user)) {
            throw new HoldfastException(Problem.of(
                    Code.HF1605,
                    "service '" + service.name() + "' has no role '" + user + "'",
                    "Name one of: " + String.join(", ", USERS) + "."));
        }
        Redacted password = context.secret(new SecretRef(service.name(), user));
        SortedMap<String, Redacted> variables = new TreeMap<>();
        variables.put(
                "PROMETHEUS_URL",
                url(user, password, PrometheusProvisioning.server(service), PrometheusProvisioning.SERVER, context));
        variables.put(
                "ALERTMANAGER_URL",
                url(user, password, PrometheusProvisioning.alerts(service), PrometheusProvisioning.ALERTS, context));
        variables.put("PROMETHEUS_USERNAME", new Redacted(user));
        variables.put("PROMETHEUS_PASSWORD", password);
        variables.put("PROMETHEUS_CA_FILE", new Redacted(context.authorityFile()));
        return variables;
    }

    /** Prometheus is asked over HTTP: a browser with the URL is its shell. */
    @Override
    public Client client(Service<PrometheusSpec> service, Optional<String> role, Context context) {
        SortedMap<String, Redacted> variables = variables(service, role, context);
        Redacted url = variables.getOrDefault("PROMETHEUS_URL", new Redacted(""));
        return new Client(List.of(), variables, url);
    }

    private static Redacted url(String user, Redacted password, String member, String port, Context context) {
        return new Redacted("https://" + user + ":" + password.reveal() + "@" + context.outside(member, port));
    }
}
