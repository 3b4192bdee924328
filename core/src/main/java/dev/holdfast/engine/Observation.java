package dev.holdfast.engine;

import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.stack.Service;
import java.util.List;

/** How it is. */
public interface Observation<S extends Record> {
    /**
     * Asks the member now, over the door its clients use, within two seconds. Never throws for a member that is down:
     * that is an answer.
     */
    Health probe(Service<S> service, String member, Context context);

    /** Programs that turn the engine's own figures into metrics; they run only where something collects them. */
    default List<Member> exporters(Service<S> service) {
        return List.of();
    }

    default List<Workload> exporterWorkloads(Service<S> service, Context context) {
        return List.of();
    }

    List<Scrape> scrapes(Service<S> service);

    List<AlertRules> alerts(Service<S> service);

    /** What it tells beyond ready or not. */
    default Support<Insight<S>> insight() {
        return Support.notOffered(
                "Holdfast has no reports of this engine yet",
                "See 'holdfast status' and 'holdfast why SERVICE', or ask the engine itself with 'holdfast connect SERVICE'.");
    }
}
