package dev.holdfast.engines.questdb;

import dev.holdfast.plan.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the file wants against what the server has. Pure.
 *
 * @param ownTables names of tables that Holdfast made; {@code ownViews} alike
 */
record QuestDbDiff(
        String service,
        Map<String, QuestDbTable> wantedTables,
        Map<String, QuestDbView> wantedViews,
        Map<String, QuestDbTable> tables,
        Map<String, QuestDbView> views,
        Set<String> ownTables,
        Set<String> ownViews) {
    /** What separates the statements of one change. */
    static final String THEN = ";\n";

    private static final String UNDECLARED = "Holdfast made it and the file declares it no longer";

    static QuestDbDiff of(String service, QuestDbSpec spec, QuestDbActual actual) {
        SortedMap<String, QuestDbTable> tables = new TreeMap<>();
        spec.tables().forEach((name, table) -> tables.put(name, QuestDbTable.desired(name, table)));
        SortedMap<String, QuestDbView> views = new TreeMap<>();
        spec.views().forEach((name, view) -> views.put(name, QuestDbView.desired(name, view)));
        return new QuestDbDiff(
                service, tables, views, actual.tables(), actual.views(), actual.ownTables(), actual.ownViews());
    }

    /** Views go before the tables they read, and come after them. */
    List<Change> changes() {
        List<Change> changes = new ArrayList<>();
        views.values().stream()
                .filter(view -> ownViews.contains(view.name()) && !wantedViews.containsKey(view.name()))
                .forEach(view -> changes.add(new Change(
                        service + "/views/" + view.name(),
                        "drop view '" + view.name() + "'",
                        view.dropped(),
                        Change.Risk.DATA,
                        Optional.of("declare the view again; it is computed of what its table still holds"),
                        UNDECLARED)));
        tables.keySet().stream()
                .filter(name -> ownTables.contains(name) && !wantedTables.containsKey(name))
                .forEach(name -> changes.add(new Change(
                        service + "/tables/" + name,
                        "drop table '" + name + "' with all its rows",
                        "DROP TABLE IF EXISTS " + QuestDbTable.quoted(name),
                        Change.Risk.DATA,
                        Optional.empty(),
                        UNDECLARED)));
        wantedTables.forEach((name, wanted) -> Optional.ofNullable(tables.get(name))
                .ifPresentOrElse(there -> altered(wanted, there, changes), () -> changes.add(created(wanted))));
        wantedViews.forEach((name, wanted) -> Optional.ofNullable(views.get(name))
                .ifPresentOrElse(there -> altered(wanted, there, changes), () -> changes.add(created(wanted))));
        return changes;
    }

    /** What is other than the file says and cannot be changed in place. */
    List<String> notes() {
        List<String> notes = new ArrayList<>();
        wantedTables.forEach((name, wanted) -> Optional.ofNullable(tables.get(name))
                .filter(there -> !wanted.timestamp().equals(there.timestamp())
                        || !wanted.partition().equals(there.partition()))
                .ifPresent(there -> notes.add("Table '" + name + "' of service '" + service + "' is ordered by "
                        + order(there) + ", and the file says " + order(wanted)
                        + ": QuestDB cannot change that in place. Make a table of another name, copy the rows"
                        + " (`INSERT INTO … SELECT`), and rename both.")));
        return notes;
    }

    private static String order(QuestDbTable table) {
        return table.timestamp()
                .map(at -> "'" + at + "' in parts of a " + table.partition())
                .orElse("nothing");
    }

    private Change created(QuestDbTable wanted) {
        return new Change(
                service + "/tables/" + wanted.name(),
                "create table '" + wanted.name() + "'",
                wanted.created(),
                Change.Risk.NONE,
                Optional.of("DROP TABLE " + QuestDbTable.quoted(wanted.name())),
                "the file declares it and the server has no such table");
    }

    private Change created(QuestDbView wanted) {
        return new Change(
                service + "/views/" + wanted.name(),
                "create view '" + wanted.name() + "'",
                wanted.created(),
                Change.Risk.NONE,
                Optional.of("DROP MATERIALIZED VIEW " + QuestDbTable.quoted(wanted.name())),
                "the file declares it and the server has no such view");
    }

    private void altered(QuestDbTable wanted, QuestDbTable there, List<Change> changes) {
        String alter = "ALTER TABLE " + QuestDbTable.quoted(wanted.name()) + " ";
        String where = service + "/tables/" + wanted.name();
        for (QuestDbTable.Column column : wanted.columns()) {
            Optional<QuestDbTable.Column> found = there.column(column.name());
            if (found.isEmpty()) {
                changes.add(new Change(
                        where + "/" + column.name(),
                        "add column '" + column.name() + "' to table '" + wanted.name() + "'",
                        alter + "ADD COLUMN IF NOT EXISTS " + column.words(),
                        Change.Risk.NONE,
                        Optional.of(alter + "DROP COLUMN " + QuestDbTable.quoted(column.name())),
                        "the file declares it and the table has no such column"));
            } else if (!found.get().type().equals(column.type())) {
                changes.add(new Change(
                        where + "/" + column.name(),
                        "change the type of column '" + column.name() + "' of table '" + wanted.name() + "'",
                        alter + "ALTER COLUMN " + QuestDbTable.quoted(column.name()) + " TYPE "
                                + column.type().toUpperCase(Locale.ROOT),
                        Change.Risk.DATA,
                        Optional.empty(),
                        "in the server it is " + found.get().type() + ", and the file says " + column.type()
                                + "; values that the new type cannot hold become null"));
            }
        }
        if (wanted.timestamp().isEmpty()) {
            return;
        }
        ttl(where, alter, "table '" + wanted.name() + "'", wanted.ttl(), there.ttl())
                .ifPresent(changes::add);
        if (!wanted.keys().equals(there.keys())) {
            boolean none = wanted.keys().isEmpty();
            changes.add(new Change(
                    where + "/deduplicate",
                    none
                            ? "deduplicate table '" + wanted.name() + "' no longer"
                            : "deduplicate table '" + wanted.name() + "' by " + String.join(", ", wanted.keys()),
                    alter
                            + (none
                                    ? "DEDUP DISABLE"
                                    : "DEDUP ENABLE UPSERT KEYS(" + QuestDbTable.quoted(wanted.keys()) + ")"),
                    Change.Risk.NONE,
                    Optional.of(alter
                            + (there.keys().isEmpty()
                                    ? "DEDUP DISABLE"
                                    : "DEDUP ENABLE UPSERT KEYS(" + QuestDbTable.quoted(there.keys()) + ")")),
                    there.keys().isEmpty()
                            ? "in the server a row written again stands beside the one before"
                            : "in the server rows are told apart by " + String.join(", ", there.keys())));
        }
    }

    private static Optional<Change> ttl(
            String where, String alter, String what, Optional<QuestDbTtl> wanted, Optional<QuestDbTtl> there) {
        if (wanted.equals(there)) {
            return Optional.empty();
        }
        boolean loses = wanted.isPresent() && (there.isEmpty() || !wanted.get().isNoShorterThan(there.get()));
        String now = there.map(span -> "keeps rows for " + span.words().toLowerCase(Locale.ROOT))
                .orElse("keeps rows for ever");
        return Optional.of(new Change(
                where + "/ttl",
                wanted.map(span -> "keep the rows of " + what + " for "
                                + span.words().toLowerCase(Locale.ROOT))
                        .orElse("keep the rows of " + what + " for ever"),
                alter + "SET TTL " + wanted.map(QuestDbTtl::words).orElse("0 HOURS"),
                loses ? Change.Risk.DATA : Change.Risk.NONE,
                loses
                        ? Optional.empty()
                        : Optional.of(alter + "SET TTL "
                                + there.map(QuestDbTtl::words).orElse("0 HOURS")),
                "in the server it " + now + (loses ? "; whole parts that are older go" : "")));
    }

    private void altered(QuestDbView wanted, QuestDbView there, List<Change> changes) {
        String where = service + "/views/" + wanted.name();
        if (!wanted.keepsAs(there)) {
            changes.add(new Change(
                    where,
                    "compute view '" + wanted.name() + "' anew by another query",
                    wanted.dropped() + THEN + wanted.created(),
                    Change.Risk.DATA,
                    Optional.of(there.dropped() + THEN + there.created()),
                    "in the server it keeps another; rows of which its table no longer holds the source are gone"));
            return;
        }
        String alter = "ALTER MATERIALIZED VIEW " + QuestDbTable.quoted(wanted.name()) + " ";
        ttl(where, alter, "view '" + wanted.name() + "'", wanted.ttl(), there.ttl())
                .ifPresent(changes::add);
        if (!wanted.refresh().equals(there.refresh())) {
            changes.add(new Change(
                    where + "/refresh",
                    "bring view '" + wanted.name() + "' up to date "
                            + (wanted.refresh().equals("immediate") ? "with each write" : "when somebody says so"),
                    alter + "SET REFRESH " + wanted.refresh().toUpperCase(Locale.ROOT),
                    Change.Risk.NONE,
                    Optional.empty(),
                    "in the server its refresh is " + there.refresh()));
        }
        there.complaint().ifPresent(complaint -> {
            boolean loses = there.base()
                    .map(wantedTables::get)
                    .flatMap(QuestDbTable::ttl)
                    .isPresent();
            changes.add(new Change(
                    where + "/content",
                    "compute view '" + wanted.name() + "' anew",
                    "REFRESH MATERIALIZED VIEW " + QuestDbTable.quoted(wanted.name()) + " FULL",
                    loses ? Change.Risk.DATA : Change.Risk.NONE,
                    Optional.empty(),
                    "the server keeps it no longer: " + complaint
                            + (loses ? "; what is older than the ttl of its table is not computed again" : "")));
        });
    }
}
