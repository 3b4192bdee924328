package dev.holdfast.engines.questdb;

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
import java.util.ArrayList;
import java.util.List;

/** QuestDB 9, one server of the open edition. */
public final class QuestDbEngine implements Engine<QuestDbSpec> {
    private final QuestDbSizing sizing;
    private final QuestDbProvisioning provisioning;
    private final QuestDbAccess access = new QuestDbAccess();
    private final QuestDbSchema schema;
    private final QuestDbObservation observation;

    public QuestDbEngine() {
        QuestDbSession session = new QuestDbSession();
        Parameters parameters = Parameters.beside(QuestDbEngine.class);
        sizing = new QuestDbSizing(parameters);
        provisioning = new QuestDbProvisioning(sizing, parameters);
        schema = new QuestDbSchema(session);
        observation = new QuestDbObservation(session);
    }

    @Override
    public String name() {
        return "questdb";
    }

    @Override
    public String title() {
        return "QuestDB";
    }

    @Override
    public List<String> versions() {
        return List.of("9");
    }

    @Override
    public Class<QuestDbSpec> settings() {
        return QuestDbSpec.class;
    }

    @Override
    public Resources resources() {
        return new Resources(new Cpu(1000), Bytes.mebi(1024), Bytes.mebi(10 * 1024));
    }

    @Override
    public void check(Service<QuestDbSpec> service, Stack stack, Problems problems) {
        QuestDbCheck.check(service, problems);
    }

    @Override
    public List<String> things(Service<QuestDbSpec> service) {
        List<String> things = new ArrayList<>(service.settings().tables().keySet());
        things.addAll(service.settings().views().keySet());
        return things;
    }

    @Override
    public List<String> notes(Service<QuestDbSpec> service) {
        List<String> notes = new ArrayList<>();
        notes.add("Service '" + service.name() + "' speaks without TLS, which QuestDB keeps for its Enterprise edition:"
                + " let nobody reach it but over this machine's loopback or a network of its own.");
        service.settings()
                .writer()
                .ifPresent(writer -> notes.add("Role '" + writer + "' of service '" + service.name()
                        + "' is the login that Holdfast itself uses: the open edition of QuestDB has one that may do"
                        + " everything and one that only reads."));
        return notes;
    }

    @Override
    public Provisioning<QuestDbSpec> provisioning() {
        return provisioning;
    }

    @Override
    public Support<Access<QuestDbSpec>> access() {
        return Support.offered(access);
    }

    @Override
    public Support<Schema<QuestDbSpec>> schema() {
        return Support.offered(schema);
    }

    @Override
    public Support<Protection<QuestDbSpec>> protection() {
        return Support.notOffered(
                "Holdfast does not save QuestDB into a bucket yet",
                "Say `CHECKPOINT CREATE`, copy the service's folders `db` and `.checkpoint` away, say `CHECKPOINT RELEASE`;"
                        + " or keep a branch of the stack with `holdfast branch create`.");
    }

    @Override
    public Support<Observation<QuestDbSpec>> observation() {
        return Support.offered(observation);
    }

    @Override
    public Support<Sizing<QuestDbSpec>> sizing() {
        return Support.offered(sizing);
    }
}
