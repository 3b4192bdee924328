package dev.holdfast.engines.postgres.drift;

import dev.holdfast.engine.Context;
import dev.holdfast.engines.Beside;
import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import dev.holdfast.stack.Elsewhere;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A table in each database in which event triggers write down who changes its shape. Only a superuser may make one, so a
 * server that somebody else runs has none.
 */
public final class DdlLog {
    private static final String SQL = Beside.text(DdlLog.class, "install.sql").strip();
    private static final String BODY = SQL.split("\\$log\\$", -1)[1];

    private DdlLog() {}

    public static List<Change> changes(Declared declared, Context context, Collection<String> there) {
        List<Change> changes = new ArrayList<>();
        if (Elsewhere.is(declared.service())) {
            return changes;
        }
        for (String database : declared.databases().keySet()) {
            if (!there.contains(database) || !isInstalled(declared, context, database)) {
                changes.add(install(declared, database));
            }
        }
        return changes;
    }

    public static List<Change> fromNothing(Declared declared) {
        return Elsewhere.is(declared.service())
                ? List.of()
                : declared.databases().keySet().stream()
                        .map(database -> install(declared, database))
                        .toList();
    }

    private static Change install(Declared declared, String database) {
        String connect = Sql.connect(database) + "\n";
        return new Change(
                declared.service().name() + "/databases/" + database + "/ddl_log",
                "write down who changes the shape of " + database,
                connect + SQL,
                Risk.NONE,
                Optional.of(connect + "DROP EVENT TRIGGER IF EXISTS holdfast_ddl;\nDROP EVENT TRIGGER IF EXISTS"
                        + " holdfast_drop;"),
                "holdfast drift says who did what by hand, and PostgreSQL forgets that at once");
    }

    private static boolean isInstalled(Declared declared, Context context, String database) {
        return new DriftSession(declared.service(), context)
                .ask(database, "installed.sql", BODY).stream()
                        .allMatch(line -> line.text("installed").equals("t"));
    }
}
