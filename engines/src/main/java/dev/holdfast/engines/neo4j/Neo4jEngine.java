package dev.holdfast.engines.neo4j;

import dev.holdfast.engine.Access;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Parameters;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Provisioning;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Sizing;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Neo4j 5.26, one server. */
public final class Neo4jEngine implements Engine<Neo4jSpec> {
    private final Neo4jSizing sizing;
    private final Neo4jProvisioning provisioning;
    private final Neo4jAccess access;
    private final Neo4jSchema schema;
    private final Neo4jObservation observation;
    private final Neo4jMigrations migrations;

    public Neo4jEngine(InstantSource clock) {
        Neo4jSession session = new Neo4jSession();
        Parameters parameters = Parameters.beside(Neo4jEngine.class);
        sizing = new Neo4jSizing(parameters);
        provisioning = new Neo4jProvisioning(sizing, parameters);
        access = new Neo4jAccess(session);
        migrations = new Neo4jMigrations(session, clock);
        schema = new Neo4jSchema(session, migrations);
        observation = new Neo4jObservation(session);
    }

    @Override
    public String name() {
        return "neo4j";
    }

    @Override
    public String title() {
        return "Neo4j";
    }

    @Override
    public List<String> versions() {
        return List.of("5.26");
    }

    @Override
    public Class<Neo4jSpec> settings() {
        return Neo4jSpec.class;
    }

    @Override
    public Resources resources() {
        return new Resources(new Cpu(1000), Bytes.mebi(1024), Bytes.mebi(10 * 1024));
    }

    @Override
    public void check(Service<Neo4jSpec> service, Stack stack, Problems problems) {
        Neo4jCheck.check(service, problems);
    }

    @Override
    public void checkFiles(Service<Neo4jSpec> service, Problems problems) {
        migrations.databases(service).forEach(database -> migrations.check(service, database, problems));
    }

    @Override
    public List<String> things(Service<Neo4jSpec> service) {
        return List.of(Neo4jSession.DATABASE);
    }

    @Override
    public List<String> notes(Service<Neo4jSpec> service) {
        List<String> notes = new ArrayList<>();
        if (service.settings().edition() == Neo4jSpec.Edition.COMMUNITY) {
            notes.add("Service '" + service.name() + "' runs Neo4j Community, which shows its figures to nobody:"
                    + " Prometheus collects nothing of it, and no alert is raised. See `holdfast status` and `holdfast insight "
                    + service.name() + "`.");
            if (service.settings().rolesInForce().size() > 1) {
                notes.add("Neo4j Community keeps users and no rights: each role of service '" + service.name()
                        + "' may do everything.");
            }
        }
        return notes;
    }

    @Override
    public Provisioning<Neo4jSpec> provisioning() {
        return provisioning;
    }

    @Override
    public Support<Access<Neo4jSpec>> access() {
        return Support.offered(access);
    }

    @Override
    public Support<Schema<Neo4jSpec>> schema() {
        return Support.offered(schema);
    }

    @Override
    public Support<Protection<Neo4jSpec>> protection() {
        return Support.notOffered(
                "Neo4j Community saves a stopped server only, and Holdfast does not do that into a bucket yet",
                "Keep a branch of the stack with `holdfast branch create`, which stands still for a moment only.");
    }

    @Override
    public Support<Observation<Neo4jSpec>> observation() {
        return Support.offered(observation);
    }

    @Override
    public Support<Sizing<Neo4jSpec>> sizing() {
        return Support.offered(sizing);
    }
}
