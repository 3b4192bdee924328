package dev.holdfast.daemon.stacks;

import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Insight;
import dev.holdfast.engine.Insight.Finding;
import dev.holdfast.engine.Insight.Question;
import dev.holdfast.engine.Insight.Row;
import dev.holdfast.engine.Insight.Severity;
import dev.holdfast.engine.Insight.Topic;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.stack.Service;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Which services tell more of themselves, and what all reports of one have found, the worst first. */
final class InsightReport {
    private static final int ROWS = 500;

    private final Stacks stacks;

    InsightReport(Stacks stacks) {
        this.stacks = stacks;
    }

    /** The services that have reports, and the reports they have. */
    Json of(String name) {
        List<Json> services = new ArrayList<>();
        for (Service<?> service :
                stacks.find(name).orRefuse().stack().services().values()) {
            Bound<?> bound = Bound.of(stacks.parts().register(), service);
            List<Topic> topics = topics(bound);
            if (!topics.isEmpty()) {
                services.add(Json.object()
                        .put("service", service.name())
                        .put("engine", service.engine())
                        .put(
                                "reports",
                                Json.array(
                                        topics.stream().map(InsightJson::topic).toList()))
                        .build());
            }
        }
        return Json.object()
                .put("stack", name)
                .put("services", Json.array(services))
                .build();
    }

    Json of(String name, String serviceName, Optional<String> thing) {
        ManagedStack.Live live = stacks.find(name).orRefuse();
        Service<?> service = Optional.<Service<?>>ofNullable(
                        live.stack().services().get(serviceName))
                .orElseThrow(() -> WhyReport.noService(name, serviceName));
        return findings(
                Bound.of(stacks.parts().register(), service),
                live.supervisor().site().context(),
                thing);
    }

    /** A report that cannot be had is a note: the others are worth having without it. */
    <S extends Record> Json findings(Bound<S> bound, Context context, Optional<String> thing) {
        Insight<S> insight = bound.engine().observation().orRefuse().insight().orRefuse();
        List<Told> told = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        List<HoldfastException> failures = new ArrayList<>();
        for (Topic topic : insight.topics()) {
            try {
                Insight.Answer answer = insight.answer(
                        new Question(topic.name(), thing, Optional.empty(), false, ROWS), bound.service(), context);
                answer.notes().stream().filter(note -> !notes.contains(note)).forEach(notes::add);
                answer.rows()
                        .forEach(row -> row.findings().stream()
                                .filter(finding -> finding.severity() != Severity.FINE)
                                .forEach(finding -> told.add(new Told(topic.name(), row, finding))));
            } catch (HoldfastException refused) {
                failures.add(refused);
                notes.add("Report '" + topic.name() + "' cannot be had: "
                        + refused.problems().getFirst().cause() + ".");
            }
        }
        if (failures.size() == insight.topics().size()) {
            throw failures.getFirst();
        }
        told.sort(Comparator.comparing(one -> one.finding().severity()));
        return Json.object()
                .put("service", bound.service().name())
                .put("engine", bound.engine().name())
                .put("critical", count(told, Severity.CRITICAL))
                .put("warning", count(told, Severity.WARNING))
                .put("advice", count(told, Severity.ADVICE))
                .put("findings", Json.array(told.stream().map(Told::json).toList()))
                .put("notes", Json.texts(notes))
                .build();
    }

    /** A finding, and where it was found. */
    private record Told(String report, Row row, Finding finding) {
        Json json() {
            return InsightJson.finding(finding)
                    .put("report", report)
                    .put("where", InsightJson.where(row.where()))
                    .build();
        }
    }

    private static long count(List<Told> told, Severity severity) {
        return told.stream().filter(one -> one.finding().severity() == severity).count();
    }

    private static <S extends Record> List<Topic> topics(Bound<S> bound) {
        return bound.engine().observation() instanceof Support.Offered<Observation<S>>(Observation<S> observation)
                        && observation.insight() instanceof Support.Offered<Insight<S>>(Insight<S> insight)
                ? insight.topics()
                : List.of();
    }
}
