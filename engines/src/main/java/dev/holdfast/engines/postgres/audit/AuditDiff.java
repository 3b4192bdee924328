package dev.holdfast.engines.postgres.audit;

import dev.holdfast.engines.postgres.Sql;
import dev.holdfast.engines.postgres.audit.ActualAudit.Watched;
import dev.holdfast.engines.postgres.tenancy.Table;
import dev.holdfast.plan.Change;
import dev.holdfast.plan.Change.Risk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What has to be done so that changes are written down. Pure, and used for one comparison. */
final class AuditDiff {
    private static final String AUDITOR = "holdfast_auditor";

    private final String where;
    private final String database;
    private final String connect;
    private final ActualAudit actual;
    private final List<Change> changes = new ArrayList<>();

    AuditDiff(String service, String database, ActualAudit actual) {
        this.where = service + "/databases/" + database + "/audit";
        this.database = database;
        this.connect = Sql.connect(database) + "\n";
        this.actual = actual;
    }

    List<Change> changes(Audited audited) {
        if (!actual.mark().equals(audited.mark())) {
            add(
                    "",
                    actual.there()
                            ? "renew the log and the functions of the audit"
                            : "make the log and the functions of the audit",
                    audited.installation(),
                    "the stack declares an audit" + (actual.there() ? " otherwise than it is there" : ""));
        }
        for (Table table : audited.tables()) {
            Watched watched = actual.tables().get(table);
            if (watched != null && watched.isTable() && !watched.whole()) {
                add(
                        "/" + table,
                        table + ": write down who changes what",
                        "SELECT holdfast.audit_watch(" + table.literal() + ");",
                        "the stack declares that its changes are kept");
            }
        }
        if (audited.speaks()) {
            speak(audited);
        }
        release(audited.tables());
        return List.copyOf(changes);
    }

    /** pgaudit writes down what the auditor may touch, whoever touches it; nobody logs in as the auditor. */
    private void speak(Audited audited) {
        if (!actual.auditor() || !actual.settings().contains("pgaudit.role=" + AUDITOR)) {
            add(
                    "/statements",
                    "let pgaudit write statements on audited tables into the server's log",
                    "DO $holdfast$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '" + AUDITOR
                            + "') THEN CREATE ROLE " + AUDITOR + " NOLOGIN; END IF; END $holdfast$;\nCOMMENT ON ROLE "
                            + AUDITOR
                            + " IS 'holdfast itself: pgaudit writes down what this role may touch';\nALTER DATABASE "
                            + Sql.name(database) + " SET pgaudit.role = '" + AUDITOR + "';\nALTER DATABASE "
                            + Sql.name(database) + " SET pgaudit.log = 'ddl, role';",
                    "the stack declares an audit and the extension pgaudit");
        }
        for (Table table : audited.tables()) {
            Watched watched = actual.tables().get(table);
            if (watched != null && watched.isTable() && !watched.spoken()) {
                add(
                        "/" + table + "/statements",
                        table + ": write its statements into the server's log",
                        "GRANT SELECT, INSERT, UPDATE, DELETE ON " + table.sql() + " TO " + AUDITOR + ";",
                        "pgaudit asks what the auditor may touch");
            }
        }
    }

    /** What was kept stays; that no more is kept is approved. */
    List<Change> release(List<Table> declared) {
        actual.watched().stream()
                .filter(table -> !declared.contains(table))
                .forEach(table -> changes.add(new Change(
                        where + "/" + table,
                        "stop writing down who changes " + table,
                        connect + "DROP TRIGGER IF EXISTS zz_holdfast_audit ON " + table.sql()
                                + ";\nDROP TRIGGER IF EXISTS zz_holdfast_audit_truncate ON " + table.sql()
                                + ";\nDROP TRIGGER IF EXISTS zz_holdfast_audit_close ON " + table.sql() + ";",
                        Risk.DATA,
                        Optional.empty(),
                        "Holdfast keeps the changes of '" + table + "' and the stack declares it no longer")));
        return List.copyOf(changes);
    }

    private void add(String thing, String summary, String statement, String because) {
        changes.add(new Change(where + thing, summary, connect + statement, Risk.NONE, Optional.empty(), because));
    }
}
