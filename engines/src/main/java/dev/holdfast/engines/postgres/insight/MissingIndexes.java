package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Remedy;
import dev.holdfast.engine.Insight.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Indexes that are not there. The statements that cost most are planned as their roles would have them planned; where a
 * large table is read from end to end, indexes on what the plan itself filters, joins and sorts by are tried.
 */
final class MissingIndexes {
    private static final int STATEMENTS = 40;
    private static final int TRIALS = 120;
    private static final long LARGE = 1000;
    private static final double WORTH_IT = 0.2;

    private final String service;
    private final InsightSession session;
    private final Trial trial;
    private final Sheet sheet;
    private final Map<String, Facts> tables = new LinkedHashMap<>();
    private int trials;

    MissingIndexes(String service, InsightSession session, Trial trial, Sheet sheet) {
        this.service = service;
        this.session = session;
        this.trial = trial;
        this.sheet = sheet;
    }

    /** Writes them, and returns those that were proposed. */
    List<NewIndex> find() {
        List<Facts> all = session.rows("tables.sql");
        for (Facts table : all) {
            table.texts("parts").forEach(part -> tables.put(part, table));
        }
        Statements statements = Statements.of(session);
        if (!statements.isThere()) {
            sheet.note(statements.missing(service, session.database())
                    + " Without it no index can be proposed for what is asked, only for foreign keys.");
        }
        Set<Long> explained = new HashSet<>();
        List<Proposal> proposals = proposals(statements.all(session));
        proposals.forEach(proposal -> {
            explained.add(proposal.table().count("oid"));
            propose(proposal);
        });
        all.stream().filter(table -> !explained.contains(table.count("oid"))).forEach(this::unexplained);
        return proposals.stream().map(Proposal::index).toList();
    }

    /** One index, with what it would do for all statements that were seen to want it. */
    private record Proposal(Facts table, NewIndex index, List<Wish> wishes) {
        double millisSaved() {
            return wishes.stream()
                    .mapToDouble(wish -> wish.gain().share() * wish.facts().number("total"))
                    .sum();
        }

        double before() {
            return wishes.stream().mapToDouble(wish -> wish.gain().before()).sum();
        }

        double after() {
            return wishes.stream().mapToDouble(wish -> wish.gain().after()).sum();
        }
    }

    private record Wish(Facts facts, Gain gain) {}

    private List<Proposal> proposals(List<Facts> statements) {
        Map<NewIndex, Proposal> proposals = new LinkedHashMap<>();
        statements.stream()
                .filter(facts -> Statements.isPlanned(facts.text("query")))
                .sorted(Comparator.comparingDouble((Facts facts) -> facts.number("total"))
                        .reversed())
                .limit(STATEMENTS)
                .forEach(facts -> best(facts)
                        .ifPresent(found -> proposals
                                .computeIfAbsent(
                                        found.index(), index -> new Proposal(found.table(), index, new ArrayList<>()))
                                .wishes()
                                .add(new Wish(facts, found.gain()))));
        return proposals.values().stream()
                .sorted(Comparator.comparingDouble(Proposal::millisSaved).reversed())
                .toList();
    }

    private record Found(Facts table, NewIndex index, Gain gain) {}

    /** Of all indexes that help the statement, the one that helps most; of those that help alike, the shortest. */
    private Optional<Found> best(Facts facts) {
        SqlText statement = SqlText.of(facts.text("query"));
        String role = facts.text("role");
        if (!statement.isSingle() || !(trial.plan(role, statement) instanceof Attempt.Done<PlanNode>(PlanNode plan))) {
            return Optional.empty();
        }
        List<Found> found = new ArrayList<>();
        for (Candidates candidates : Candidates.of(plan)) {
            Facts table = tables.get(candidates.scan().table());
            if (table == null || table.count("rows") < LARGE) {
                continue;
            }
            for (List<String> keys : candidates.keys()) {
                if (trials++ > TRIALS) {
                    break;
                }
                NewIndex index = NewIndex.on(session.database(), table, keys);
                Gain gain = Gain.tried(trial, index, role, statement, plan);
                if (gain.share() >= WORTH_IT) {
                    found.add(new Found(table, index, gain));
                }
            }
        }
        double least =
                found.stream().mapToDouble(one -> one.gain().after()).min().orElse(0);
        return found.stream()
                .filter(one -> one.gain().after() <= least * 1.1 + 1)
                .min(Comparator.comparingInt(one -> one.index().keys().size()));
    }

    private void propose(Proposal proposal) {
        NewIndex index = proposal.index();
        long calls = proposal.wishes().stream()
                .mapToLong(wish -> wish.facts().count("calls"))
                .sum();
        double total = proposal.wishes().stream()
                .mapToDouble(wish -> wish.facts().number("total"))
                .sum();
        Gain gain = new Gain(
                proposal.before(),
                proposal.after(),
                proposal.wishes().stream()
                        .mapToLong(wish -> wish.gain().bytes())
                        .max()
                        .orElse(0));
        String ids = String.join(
                ", ",
                proposal.wishes().stream().map(wish -> wish.facts().text("id")).toList());
        double saved = proposal.millisSaved() / 1000;
        Finding finding = new Finding(
                saved > 60 || (saved > 1 && gain.share() > 0.9) ? Severity.WARNING : Severity.ADVICE,
                "table " + index.target(),
                "is read from end to end (" + proposal.table().count("rows") + " rows) by "
                        + (proposal.wishes().size() == 1 ? "statement " : "statements ") + ids + ", called " + calls
                        + " times for " + Said.seconds(total / 1000) + " in all",
                index.remedy(String.format(
                        Locale.ROOT,
                        "Make the index%s.",
                        trial.canTry()
                                ? " that was tried"
                                : " and see with 'holdfast insight explain' whether it is used")));
        sheet.row(
                session.database(),
                List.of(finding),
                "missing",
                index.target(),
                index.shown(),
                gain.bytes() == 0 ? "" : gain.bytes(),
                "",
                "",
                (trial.canTry() ? "" : "estimated ") + gain.said());
    }

    /** A table that is read from end to end time and again, by statements nobody has seen or that no index helps. */
    private void unexplained(Facts table) {
        long scans = table.count("seq_scans");
        long rows = scans == 0 ? 0 : table.count("seq_rows") / scans;
        if (scans < 100 || rows < 10_000 || table.count("live") < 10_000) {
            return;
        }
        sheet.row(
                session.database(),
                List.of(new Finding(
                        Severity.ADVICE,
                        "table " + Said.table(table),
                        "was read from end to end " + scans + " times, " + rows + " rows each time",
                        Remedy.of("See which statements do it with 'holdfast insight slow " + service + "/"
                                + session.database() + " --by reads', and explain them."))),
                "full reads",
                Said.table(table),
                "",
                "",
                scans,
                "",
                "");
    }
}
