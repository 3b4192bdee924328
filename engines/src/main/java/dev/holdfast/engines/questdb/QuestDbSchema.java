package dev.holdfast.engines.questdb;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.Migrations;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Support;
import dev.holdfast.plan.Change;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.util.List;

/**
 * Tables and views. What the file declares is made; what programs made by writing stays; what Holdfast made and the file
 * no longer declares is proposed to go. Which those are stands in a table of Holdfast's own, because QuestDB has no comments.
 */
final class QuestDbSchema implements Schema<QuestDbSpec> {
    static final String OWN = "holdfast_managed";
    static final String VIEW = "view";
    static final String MARKS = "SELECT kind, name, kept FROM " + OWN + " LATEST ON at PARTITION BY kind, name";

    private static final String TABLE = "table";

    /** Not through a write-ahead log: what was marked is to be seen at once. */
    private static final String MARKS_TABLE = "CREATE TABLE IF NOT EXISTS " + OWN
            + " (at TIMESTAMP, kind SYMBOL, name SYMBOL, kept BOOLEAN) TIMESTAMP(at) PARTITION BY YEAR BYPASS WAL";

    private final QuestDbSession session;

    QuestDbSchema(QuestDbSession session) {
        this.session = session;
    }

    @Override
    public Support<Migrations<QuestDbSpec>> migrations() {
        return Support.notOffered(
                "QuestDB has no transactions over several statements, so a file that fails half way could not be taken back",
                "Declare tables and views in the stack file, and change the rest with `holdfast connect`.");
    }

    @Override
    public List<Change> changes(Service<QuestDbSpec> service, Context context) {
        return diff(service, context).changes();
    }

    @Override
    public List<String> notes(Service<QuestDbSpec> service, Context context) {
        return diff(service, context).notes();
    }

    private QuestDbDiff diff(Service<QuestDbSpec> service, Context context) {
        QuestDbSession.Door door = QuestDbSession.Door.of(service, context);
        try {
            return QuestDbDiff.of(
                    service.name(),
                    service.settings(),
                    QuestDbActual.read(
                            session, door, service.settings().tables().keySet()));
        } catch (IOException e) {
            throw QuestDbSession.refused(e, door);
        }
    }

    @Override
    public List<Change> fromNothing(Service<QuestDbSpec> service, Context context) {
        return QuestDbDiff.of(service.name(), service.settings(), QuestDbActual.none())
                .changes();
    }

    @Override
    public void apply(Change change, Service<QuestDbSpec> service, Context context) {
        QuestDbSession.Door door = QuestDbSession.Door.of(service, context);
        String[] where = change.where().split("/", -1);
        String kind = where[1].equals("views") ? VIEW : TABLE;
        String name = where[2];
        boolean creates = change.statement().contains("CREATE ");
        try {
            if (creates) {
                // the mark first: a table without it would never be proposed to go
                mark(door, kind, name, true);
            }
            for (String statement : change.statement().split(QuestDbDiff.THEN, -1)) {
                session.run(door, statement);
            }
            if (!creates && change.statement().startsWith("DROP ")) {
                mark(door, kind, name, false);
            }
        } catch (IOException e) {
            throw QuestDbSession.refused(e, door);
        }
    }

    private void mark(QuestDbSession.Door door, String kind, String name, boolean kept) throws IOException {
        session.run(door, MARKS_TABLE);
        session.run(
                door,
                "INSERT INTO " + OWN + " VALUES (now(), '" + kind + "', '" + name.replace("'", "''") + "', " + kept
                        + ")");
    }
}
