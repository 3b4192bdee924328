package dev.holdfast.engines.s3;

import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Scrape;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ready is: it answers a signed request over TLS, and what was written to it was read back the same within the last half
 * minute. The write is not made at every probe, because it wears a disk; after a failure it is.
 */
final class S3Observation implements Observation<S3Spec> {
    private static final Duration BETWEEN_WRITES = Duration.ofSeconds(30);
    private static final String PROBE = ".probe";

    private final S3Session session;
    private final InstantSource clock;
    private final Map<S3Session.Door, Instant> written = new ConcurrentHashMap<>();

    S3Observation(S3Session session, InstantSource clock) {
        this.session = session;
        this.clock = clock;
    }

    @Override
    public Health probe(Service<S3Spec> service, String member, Context context) {
        S3Session.Door door = S3Access.door(service, context);
        try {
            long buckets = session.buckets(door).stream()
                    .filter(bucket -> !bucket.equals(S3Schema.OWN))
                    .count();
            Instant now = clock.instant();
            Instant last = written.getOrDefault(door, Instant.MIN);
            if (last.isBefore(now.minus(BETWEEN_WRITES))) {
                if (!isWrittenAndRead(door, now)) {
                    return new Health.NotReady(
                            "what was written to the object store at " + door.address() + " was read back different",
                            "Check the disk where the stack's data lives.");
                }
                written.put(door, now);
                last = now;
            }
            return new Health.Ready("it answers signed requests over TLS, " + buckets
                    + (buckets == 1 ? " bucket, " : " buckets, ") + "written to and read back "
                    + Duration.between(last, now).toSeconds() + "s ago");
        } catch (IOException e) {
            written.remove(door);
            S3Session.Failure failure = S3Session.failure(e, door);
            return new Health.NotReady(failure.because(), failure.next());
        }
    }

    private boolean isWrittenAndRead(S3Session.Door door, Instant now) throws IOException {
        byte[] content = now.toString().getBytes(StandardCharsets.UTF_8);
        session.createBucket(door, S3Schema.OWN);
        session.put(door, S3Schema.OWN, PROBE, content);
        boolean equal = Arrays.equals(session.get(door, S3Schema.OWN, PROBE), content);
        session.delete(door, S3Schema.OWN, PROBE);
        return equal;
    }

    @Override
    public List<Scrape> scrapes(Service<S3Spec> service) {
        return List.of(new Scrape(
                "s3",
                service.name(),
                S3Provisioning.member(service),
                S3Provisioning.PORT,
                "/metrics",
                Map.of("__scheme__", "https")));
    }

    @Override
    public List<AlertRules> alerts(Service<S3Spec> service) {
        return List.of(AlertRules.beside(S3Observation.class, service.name()));
    }
}
