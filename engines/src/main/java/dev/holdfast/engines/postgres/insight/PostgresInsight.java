package dev.holdfast.engines.postgres.insight;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.Insight;
import dev.holdfast.engine.Support;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Nearest;
import java.util.List;

/** The reports of PostgreSQL: a new one is its class and a line here. */
public final class PostgresInsight implements Insight<PostgresSpec> {
    private final List<Report> reports = List.of(
            new SlowReport(),
            new IndexReport(),
            new BloatReport(),
            new LockReport(),
            new ConnectionReport(),
            new SizeReport(),
            new SeriesReport(),
            new VacuumReport(),
            new SettingReport());

    @Override
    public List<Topic> topics() {
        return reports.stream().map(Report::topic).toList();
    }

    @Override
    public Answer answer(Question question, Service<PostgresSpec> service, Context context) {
        Report report = reports.stream()
                .filter(one -> one.topic().name().equals(question.topic()))
                .findFirst()
                .orElseThrow(() -> unknown(question.topic()));
        if (question.order().isPresent() && report.topic().orders().isEmpty()) {
            throw new HoldfastException(
                    Problem.of(Code.HF3550, "report '" + question.topic() + "' has one order only", "Leave out --by."));
        }
        return report.answer(new Desk(service, context), question);
    }

    @Override
    public Support<Explaining<PostgresSpec>> explaining() {
        return Support.offered(new PlanReport());
    }

    private HoldfastException unknown(String name) {
        List<String> names = topics().stream().map(Topic::name).toList();
        return new HoldfastException(Problem.of(
                Code.HF3550,
                "PostgreSQL has no report '" + name + "'",
                Nearest.to(name, names)
                        .map(near -> "Did you mean '" + near + "'?")
                        .orElse("It has " + String.join(", ", names) + ".")));
    }
}
