package dev.holdfast.engines.pgbouncer;

import dev.holdfast.engine.Access;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Observation;
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
import dev.holdfast.text.Nearest;
import java.util.List;

/** PgBouncer as the pooler of a PostgreSQL service. */
public final class PgBouncerEngine implements Engine<PgBouncerSpec> {
    private final PgBouncerParameters parameters = PgBouncerParameters.known();
    private final PgBouncerSizing sizing = new PgBouncerSizing(parameters);
    private final PgBouncerProvisioning provisioning = new PgBouncerProvisioning(parameters, sizing);
    private final PgBouncerAccess access = new PgBouncerAccess();
    private final PgBouncerObservation observation = new PgBouncerObservation();

    @Override
    public String name() {
        return "pgbouncer";
    }

    @Override
    public String title() {
        return "PgBouncer";
    }

    @Override
    public List<String> versions() {
        return List.of("1.24");
    }

    @Override
    public Class<PgBouncerSpec> settings() {
        return PgBouncerSpec.class;
    }

    @Override
    public Resources resources() {
        return new Resources(new Cpu(500), Bytes.mebi(64), Bytes.mebi(64));
    }

    @Override
    public boolean isCompanion() {
        return true;
    }

    @Override
    public void check(Service<PgBouncerSpec> service, Stack stack, Problems problems) {
        PgBouncerSpec spec = service.settings();
        if (spec.clients() < spec.servers()) {
            add(
                    problems,
                    service,
                    Code.HF1521,
                    "clients",
                    "pooler '" + service.name() + "' takes " + spec.clients() + " clients for " + spec.servers()
                            + " server connections, so that some are never used",
                    "Raise clients: to " + spec.servers() + " or more, or lower servers:.");
        }
        spec.parameters().forEach((name, value) -> {
            PgBouncerParameters.Parameter parameter = parameters.byName().get(name);
            String path = "parameters." + name;
            if (parameter == null) {
                String guess = Nearest.to(name, parameters.byName().keySet())
                        .map(near -> " Did you mean '" + near + "'?")
                        .orElse("");
                String cause = "PgBouncer " + service.version() + " has no parameter '" + name + "'";
                add(problems, service, Code.HF1506, path, cause, "Remove it." + guess);
                return;
            }
            parameter
                    .owned()
                    .ifPresent(reason -> add(
                            problems,
                            service,
                            Code.HF1508,
                            path,
                            "parameter '" + name + "' is kept by Holdfast: it " + reason,
                            "Remove it from parameters:."));
            boolean fits = parameter.form().map(value::matches).orElse(true)
                    && value.chars().noneMatch(Character::isISOControl);
            if (!fits) {
                add(
                        problems,
                        service,
                        Code.HF1507,
                        path,
                        "parameter '" + name + "' has the value '" + value.replaceAll("\\p{Cntrl}", "?")
                                + "', which is not what it takes",
                        parameter.form().isPresent()
                                ? "Write a number, in seconds where it is a time."
                                : "Write it on one line.");
            }
        });
    }

    private static void add(
            Problems problems, Service<?> service, Code code, String path, String cause, String remedy) {
        problems.add(Problem.of(code, cause, remedy).at(service.positions().of(path)));
    }

    @Override
    public Provisioning<PgBouncerSpec> provisioning() {
        return provisioning;
    }

    @Override
    public Support<Access<PgBouncerSpec>> access() {
        return Support.offered(access);
    }

    @Override
    public Support<Schema<PgBouncerSpec>> schema() {
        return Support.notOffered(
                "a pooler holds no databases of its own", "Declare databases on the PostgreSQL service it belongs to.");
    }

    @Override
    public Support<Protection<PgBouncerSpec>> protection() {
        return Support.notOffered("a pooler keeps no data", "Declare backups on the PostgreSQL service it belongs to.");
    }

    @Override
    public Support<Observation<PgBouncerSpec>> observation() {
        return Support.offered(observation);
    }

    @Override
    public Support<Sizing<PgBouncerSpec>> sizing() {
        return Support.offered(sizing);
    }
}
