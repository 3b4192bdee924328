package dev.holdfast.engines.questdb;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.engine.Parameters;
import dev.holdfast.engine.Sizing;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import java.util.List;

/** From resources to the Java heap, the memory outside of it and the threads; the rules stand in {@code parameters.yaml}. */
final class QuestDbSizing implements Sizing<QuestDbSpec> {
    static final String HEAP = "-Xmx";
    static final String NATIVE = "ram.usage.limit.bytes";
    static final String WORKERS = "shared.worker.count";

    private static final long LEAST_HEAP = 200;
    private static final long MOST_HEAP = 4096;
    private static final long OF_THE_MACHINE = 96;

    private final Parameters parameters;

    QuestDbSizing(Parameters parameters) {
        this.parameters = parameters;
    }

    @Override
    public List<Setting> settings(Service<QuestDbSpec> service) {
        Resources resources = service.resources();
        long memory = resources.memory().inMebi();
        long heap = Math.clamp(memory / 4, LEAST_HEAP, MOST_HEAP);
        long outside = Math.max(memory - heap - OF_THE_MACHINE, LEAST_HEAP);
        long workers = Math.max(1, (resources.cpu().millis() + 999) / 1000);
        return List.of(
                parameters.setting(
                        HEAP,
                        heap + "m",
                        "a quarter of " + resources.memory() + ", at least " + LEAST_HEAP + " and at most " + MOST_HEAP
                                + " MiB: QuestDB keeps what it works on outside of the heap"),
                parameters.setting(
                        NATIVE,
                        Long.toString(outside * Bytes.MEBI),
                        outside + " MiB: what the heap and the Java machine leave of " + resources.memory()),
                parameters.setting(WORKERS, Long.toString(workers), "one for each begun core of " + resources.cpu()));
    }
}
