package dev.holdfast.engines.s3;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.engine.Parameters;
import dev.holdfast.engine.Sizing;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import java.util.List;

/** From resources to the Java heap and the threads; the rules stand in {@code parameters.yaml}. */
final class S3Sizing implements Sizing<S3Spec> {
    static final String HEAP = "-Xmx";
    static final String THREADS = "s3proxy.jetty.max-threads";

    private static final long LEAST_THREADS = 32;
    private static final long MOST_THREADS = 200;

    private final Parameters parameters;

    S3Sizing(Parameters parameters) {
        this.parameters = parameters;
    }

    @Override
    public List<Setting> settings(Service<S3Spec> service) {
        Resources resources = service.resources();
        long threads = Math.clamp(resources.cpu().millis() * 50 / 1000, LEAST_THREADS, MOST_THREADS);
        return List.of(
                parameters.setting(
                        HEAP,
                        resources.memory().inMebi() / 2 + "m",
                        "half of " + resources.memory()
                                + ": objects stream through, and classes, threads and TLS need the rest"),
                parameters.setting(
                        THREADS,
                        Long.toString(threads),
                        "50 requests at a time for each of " + resources.cpu() + " cores, at least " + LEAST_THREADS
                                + " and at most " + MOST_THREADS));
    }
}
