package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Insight.Answer;
import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Question;
import dev.holdfast.engine.Insight.Remedy;
import dev.holdfast.engine.Insight.Severity;
import dev.holdfast.engine.Insight.Topic;
import dev.holdfast.engine.Insight.Unit;
import java.util.List;

/** What takes how much room, the largest first. */
final class SizeReport implements Report {
    private static final long WORTH_A_WORD = 64L << 20;

    @Override
    public Topic topic() {
        return new Topic("sizes", "databases and tables by size, their indexes and outsized values apart", List.of());
    }

    @Override
    public Answer answer(Desk desk, Question question) {
        Sheet sheet = new Sheet("sizes")
                .column("kind", Unit.TEXT)
                .column("name", Unit.TEXT)
                .column("total", Unit.BYTES)
                .column("rows", Unit.BYTES)
                .column("outsized", Unit.BYTES)
                .column("indexes", Unit.BYTES)
                .column("count", Unit.COUNT);
        List<String> databases = desk.databases(question.thing());
        try (InsightSession session = desk.home()) {
            List<Facts> all = session.rows("sizes_databases.sql");
            if (question.thing().isEmpty()) {
                server(desk, all, sheet);
            }
            all.stream()
                    .filter(facts -> databases.contains(facts.text("database")))
                    .forEach(facts -> sheet.row(
                            facts.text("database"),
                            List.of(),
                            "database",
                            facts.text("database"),
                            facts.count("bytes"),
                            "",
                            "",
                            "",
                            ""));
        }
        for (String database : databases) {
            try (InsightSession session = desk.open(database)) {
                session.rows("tables.sql").forEach(facts -> table(database, facts, sheet));
            }
        }
        return sheet.answer(question.most());
    }

    /** Against what the stack file gives it; nobody but the disk enforces that here, so it is said early. */
    private static void server(Desk desk, List<Facts> databases, Sheet sheet) {
        long bytes = databases.stream().mapToLong(facts -> facts.count("bytes")).sum();
        long allowed = desk.service().resources().storage().count();
        double share = (double) bytes / allowed;
        List<Finding> findings = share < 0.8
                ? List.of()
                : List.of(
                        new Finding(
                                share >= 0.95 ? Severity.CRITICAL : Severity.WARNING,
                                "service " + desk.service().name(),
                                "its databases take " + Said.bytes(bytes) + " of the " + Said.bytes(allowed)
                                        + " of storage in the stack file, and its write-ahead log needs room too",
                                Remedy.of(
                                        "Raise resources.storage, or drop what nobody needs: 'holdfast insight bloat' and 'holdfast insight indexes' name some.")));
        sheet.row("", findings, "server", desk.service().name(), bytes, "", "", "", databases.size());
    }

    private static void table(String database, Facts facts, Sheet sheet) {
        long heap = facts.count("heap_bytes");
        long indexes = facts.count("index_bytes");
        String name = Said.table(facts);
        List<Finding> findings = indexes > 2 * heap && indexes > WORTH_A_WORD
                ? List.of(
                        new Finding(
                                Severity.ADVICE,
                                "table " + name,
                                "its indexes take " + Said.bytes(indexes) + " and its rows " + Said.bytes(heap),
                                Remedy.of(
                                        "See which of them are unused or bloated: 'holdfast insight indexes', 'holdfast insight bloat'.")))
                : List.of();
        long leaves = facts.count("leaves");
        sheet.row(
                database,
                findings,
                facts.is("partitioned") ? "table of " + leaves + (leaves == 1 ? " partition" : " partitions") : "table",
                name,
                facts.count("total_bytes"),
                heap,
                facts.count("toast_bytes"),
                indexes,
                Math.max(facts.count("live"), facts.count("rows")));
    }
}
