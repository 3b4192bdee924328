package dev.holdfast.engines.postgres.masking;

import dev.holdfast.engines.postgres.Declared;
import dev.holdfast.engines.postgres.Sql;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The databases of a server: who may come into those that are masked, and which of them nobody has declared. */
final class Databases {
    private static final Set<String> TEMPLATES = Set.of("template0", "template1");

    /** Nobody but Holdfast gets into any of them before all are masked; who opens the copy afterwards gives the limits back. */
    private static final String OUT =
            "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid"
                    + " WHERE a.datname = ANY (?::text[]) AND a.pid <> pg_backend_pid() AND NOT r.rolsuper";

    private Databases() {}

    /** Returns the limits that they had. */
    static SortedMap<String, Long> close(MaskingSession session, Collection<String> databases) {
        SortedMap<String, Long> limits = new TreeMap<>();
        for (String database : databases) {
            session.ids("SELECT datconnlimit FROM pg_database WHERE datname = ?", database)
                    .forEach(limit -> limits.put(database, limit));
        }
        limits.keySet().forEach(database -> limit(session, "closing its doors", database, 0));
        session.query(OUT, row -> {}, databases);
        return limits;
    }

    static void open(MaskingSession session, SortedMap<String, Long> limits) {
        limits.forEach((database, limit) -> limit(session, "opening its doors", database, limit));
    }

    private static void limit(MaskingSession session, String what, String database, long limit) {
        session.execute(what, "ALTER DATABASE " + Sql.name(database) + " CONNECTION LIMIT " + limit);
    }

    /** Made by hand: no rule can be written for what is in them. */
    static List<String> undeclared(MaskingSession home, Collection<String> declared) {
        List<String> undeclared = new ArrayList<>();
        home.lines("SELECT datname::text FROM pg_database ORDER BY 1").stream()
                .filter(database -> !declared.contains(database) && !TEMPLATES.contains(database))
                .filter(database -> !database.equals(Declared.HOME)
                        || home.catalogue().relations().values().stream().anyMatch(Relation::isTable))
                .forEach(undeclared::add);
        return undeclared;
    }
}
