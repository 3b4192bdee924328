package dev.holdfast.engines.neo4j;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.engine.Parameters;
import dev.holdfast.engine.Sizing;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import java.util.List;

/** From resources to the Java heap, the page cache and the threads; the rules stand in {@code parameters.yaml}. */
final class Neo4jSizing implements Sizing<Neo4jSpec> {
    static final String HEAP = "server.memory.heap.max_size";

    private static final String FIRST_HEAP = "server.memory.heap.initial_size";
    private static final String PAGES = "server.memory.pagecache.size";
    private static final String TRANSACTIONS = "dbms.memory.transaction.total.max";
    private static final String WORKERS = "server.threads.worker_count";

    /** What threads, classes, code and buffers take, whatever the size (measured: 200 to 260 MiB). */
    private static final long OF_THE_MACHINE = 256;

    private static final long MOST_HEAP = 31 * 1024;
    private static final long LEAST_PAGES = 64;

    private final Parameters parameters;

    Neo4jSizing(Parameters parameters) {
        this.parameters = parameters;
    }

    /** In MiB, with its {@code m}. */
    static String heap(Service<Neo4jSpec> service) {
        return heapMebi(service.resources()) + "m";
    }

    private static long heapMebi(Resources resources) {
        return Math.clamp((resources.memory().inMebi() - OF_THE_MACHINE) / 2, 256, MOST_HEAP);
    }

    @Override
    public List<Setting> settings(Service<Neo4jSpec> service) {
        Resources resources = service.resources();
        long heap = heapMebi(resources);
        long pages = Math.max(resources.memory().inMebi() - OF_THE_MACHINE - heap, LEAST_PAGES);
        long workers = Math.max(2, (resources.cpu().millis() + 999) / 1000);
        String ofHeap = "half of what " + OF_THE_MACHINE + " MiB for the Java machine leave of " + resources.memory();
        return List.of(
                parameters.setting(FIRST_HEAP, heap + "m", "the same as the most: it never waits for the heap to grow"),
                parameters.setting(HEAP, heap + "m", ofHeap + ", at most 31 GiB"),
                parameters.setting(
                        PAGES, pages + "m", "what the heap and the Java machine leave of " + resources.memory()),
                parameters.setting(
                        TRANSACTIONS,
                        heap * 7 / 10 + "m",
                        "70 % of the heap: one that wants more fails, and not the server"),
                parameters.setting(
                        WORKERS,
                        Long.toString(workers),
                        "one for each begun core of " + resources.cpu() + ", at least 2"));
    }
}
