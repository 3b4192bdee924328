package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Insight.Answer;
import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Question;
import dev.holdfast.engine.Insight.Remedy;
import dev.holdfast.engine.Insight.Severity;
import dev.holdfast.engine.Insight.Statement;
import dev.holdfast.engine.Insight.Topic;
import dev.holdfast.engine.Insight.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Indexes that cost and give nothing, that are broken, and that are not there. */
final class IndexReport implements Report {
    private static final long WEEK = 7 * 86_400;
    private static final long QUARTER = 90 * 86_400;

    /** An index of less is as quick without as with. */
    private static final long LEAST_ROWS = 1000;

    private static final long LEAST_BYTES = 64 * 1024;

    @Override
    public Topic topic() {
        return new Topic(
                "indexes", "unused, duplicate, broken and missing indexes, each with what it would gain", List.of());
    }

    @Override
    public Answer answer(Desk desk, Question question) {
        Sheet sheet = new Sheet("indexes")
                .column("kind", Unit.TEXT)
                .column("table", Unit.TEXT)
                .column("index", Unit.TEXT)
                .column("size", Unit.BYTES)
                .column("scans", Unit.COUNT)
                .column("writes", Unit.COUNT)
                .column("gain", Unit.TEXT);
        for (String database : desk.databases(question.thing())) {
            try (InsightSession session = desk.open(database)) {
                List<IndexShape> shapes = session.rows("indexes.sql").stream()
                        .map(IndexShape::new)
                        .toList();
                List<Facts> foreign = session.rows("indexes_foreign.sql");
                Facts age = session.rows("statistics_age.sql").getFirst();
                broken(database, shapes, sheet);
                List<IndexShape> redundant = redundant(database, shapes, sheet);
                unused(database, shapes, redundant, foreign, age, sheet);
                Trial trial = Trial.begin(session, sheet);
                List<NewIndex> proposed = new MissingIndexes(desk.service().name(), session, trial, sheet).find();
                new ForeignKeys(database, trial, sheet).unindexed(foreign, shapes, proposed);
            }
        }
        return sheet.worstFirst(question.most());
    }

    private static void broken(String database, List<IndexShape> shapes, Sheet sheet) {
        for (IndexShape shape : shapes) {
            if (shape.isValid() || shape.facts().is("is_being_built")) {
                continue;
            }
            boolean isLeftover = shape.facts().text("name").matches(".*_cc(new|old)[0-9]*");
            Remedy remedy = shape.isPartitioned()
                    ? Remedy.of("Create the index on the partitions that lack it and attach each with ALTER INDEX "
                            + shape.name() + " ATTACH PARTITION; it becomes valid with the last one.")
                    : isLeftover
                            ? new Remedy(
                                    "It is what an interrupted REINDEX CONCURRENTLY left: drop it.",
                                    List.of(drop(database, shape)))
                            : new Remedy(
                                    shape.facts().is("is_unique")
                                            ? "Remove the rows that are there twice, if that is why it failed, and build it anew; or drop it."
                                            : "Build it anew, or drop it if nobody wants it any more.",
                                    List.of(Said.in(database, "REINDEX INDEX CONCURRENTLY " + shape.name())));
            Finding finding = new Finding(
                    Severity.WARNING,
                    "index " + shape.name(),
                    "is invalid: its CREATE INDEX CONCURRENTLY failed or was interrupted; it answers no query, and every write pays for it",
                    remedy);
            row(database, "invalid", shape, finding, "", sheet);
        }
    }

    /** Of two that do the same, the one that keeps a rule stays; else the one that is used more; else the older. */
    private static List<IndexShape> redundant(String database, List<IndexShape> shapes, Sheet sheet) {
        List<IndexShape> found = new ArrayList<>();
        for (IndexShape shape : shapes) {
            Optional<IndexShape> twin = shapes.stream()
                    .filter(other -> !other.equals(shape) && shape.equalsIn(other) && !found.contains(other))
                    .filter(other -> isWorthMore(other, shape))
                    .findFirst();
            Optional<IndexShape> longer =
                    shapes.stream().filter(shape::isBeginningOf).findFirst();
            if (twin.isPresent() && !shape.isConstraint()) {
                found.add(shape);
                row(
                        database,
                        "duplicate",
                        shape,
                        superfluous(
                                database, shape, "is the same as " + twin.get().name()),
                        freed(shape),
                        sheet);
            } else if (longer.isPresent()) {
                found.add(shape);
                row(
                        database,
                        "redundant",
                        shape,
                        superfluous(
                                database,
                                shape,
                                "is the beginning of " + longer.get().name() + ", which serves its queries too"),
                        freed(shape),
                        sheet);
            }
        }
        return found;
    }

    private static boolean isWorthMore(IndexShape one, IndexShape other) {
        int ranks = Integer.compare(rank(one), rank(other));
        if (ranks != 0) {
            return ranks > 0;
        }
        int scans = Long.compare(one.facts().count("scans"), other.facts().count("scans"));
        return scans > 0
                || (scans == 0 && one.facts().count("oid") < other.facts().count("oid"));
    }

    private static int rank(IndexShape shape) {
        return shape.facts().is("is_primary") ? 3 : shape.isConstraint() ? 2 : shape.isRule() ? 1 : 0;
    }

    private static Finding superfluous(String database, IndexShape shape, String because) {
        return new Finding(
                shape.bytes() > 1L << 30 ? Severity.WARNING : Severity.ADVICE,
                "index " + shape.name(),
                because + "; it takes " + Said.bytes(shape.bytes()) + " and every write pays for it",
                new Remedy(
                        "Drop it"
                                + (shape.isPartitioned()
                                        ? " in a quiet moment: that of a partitioned table locks it."
                                        : "."),
                        List.of(drop(database, shape))));
    }

    private static void unused(
            String database,
            List<IndexShape> shapes,
            List<IndexShape> redundant,
            List<Facts> foreign,
            Facts age,
            Sheet sheet) {
        boolean isYoung = age.number("seconds") < WEEK;
        for (IndexShape shape : shapes) {
            boolean isIdle = shape.facts().count("scans") == 0 || shape.facts().number("last_scan_seconds") > QUARTER;
            if (!isIdle
                    || shape.isRule()
                    || !shape.isValid()
                    || redundant.contains(shape)
                    || shape.facts().count("rows") < LEAST_ROWS
                    || shape.bytes() < LEAST_BYTES
                    || isNeededByReference(shape, shapes, foreign)) {
                continue;
            }
            String since = "was not used once since " + age.text("since")
                    + (age.is("was_reset") ? "" : " (the server's start; what was before is not known)");
            String because = shape.facts().count("scans") == 0
                    ? since
                    : "was last used " + Said.seconds(shape.facts().number("last_scan_seconds")) + " ago";
            String caveat = age.count("standbys") > 0 || age.is("standby")
                    ? " Standbys count for themselves: ask each of them first."
                    : "";
            String wait = isYoung
                    ? "Wait: figures of " + Said.seconds(age.number("seconds"))
                            + " say little about a job that runs once a month. Then drop it." + caveat
                    : "Drop it." + caveat;
            row(
                    database,
                    "unused",
                    shape,
                    new Finding(
                            isYoung ? Severity.FINE : Severity.ADVICE,
                            "index " + shape.name(),
                            because + ", and takes " + Said.bytes(shape.bytes()),
                            new Remedy(wait, List.of(drop(database, shape)))),
                    freed(shape),
                    sheet);
        }
    }

    /** An index that no query uses may still be what makes the deletion of the rows referred to quick. */
    private static boolean isNeededByReference(IndexShape shape, List<IndexShape> shapes, List<Facts> foreign) {
        return foreign.stream()
                .filter(key -> shape.serves(key.count("table_oid"), key.texts("columns")))
                .anyMatch(key -> shapes.stream()
                        .noneMatch(other ->
                                !other.equals(shape) && other.serves(key.count("table_oid"), key.texts("columns"))));
    }

    private static Statement drop(String database, IndexShape shape) {
        return Said.in(database, (shape.isPartitioned() ? "DROP INDEX " : "DROP INDEX CONCURRENTLY ") + shape.name());
    }

    private static String freed(IndexShape shape) {
        return Said.bytes(shape.bytes()) + " freed, " + shape.facts().count("writes") + " index writes saved so far";
    }

    private static void row(String database, String kind, IndexShape shape, Finding finding, String gain, Sheet sheet) {
        sheet.row(
                database,
                List.of(finding),
                kind,
                shape.table(),
                shape.name(),
                shape.bytes(),
                shape.facts().count("scans"),
                shape.facts().count("writes"),
                gain);
    }
}
