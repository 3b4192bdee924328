package dev.holdfast.engines.redis;

import dev.holdfast.engines.FixedContext;
import dev.holdfast.plan.Change;
import dev.holdfast.stack.Service;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class RedisShardsTest {
    private static final String WHOLE = """
            a0 127.0.0.1:1@11 %s,master - 0 1 1 connected 0-5460
            a1 127.0.0.1:2@12 %s,slave a0 0 1 1 connected
            b0 127.0.0.1:3@13,,tls-port=3 %s,slave b1 0 1 2 connected
            b1 127.0.0.1:4@14 %s,master - 0 1 2 connected 5461-10922
            c0 127.0.0.1:5@15 %s,master - 0 1 3 connected 10923-16383 [5461-<-b1]
            c1 127.0.0.1:6@16 %s,slave c0 0 1 3 connected
            """;
    private static final List<String> IDS = List.of("a0", "a1", "b0", "b1", "c0", "c1");

    @Test
    void ofNothingEverythingIsMadeInTheOrderInWhichItCanBe() {
        assertThat(RedisShards.fromNothing(service()))
                .extracting(change -> change.where() + ": " + change.summary())
                .containsExactly(
                        "cache/cluster/cache-0-1: join cache-0-1 to the cluster",
                        "cache/cluster/cache-1-0: join cache-1-0 to the cluster",
                        "cache/cluster/cache-1-1: join cache-1-1 to the cluster",
                        "cache/cluster/cache-2-0: join cache-2-0 to the cluster",
                        "cache/cluster/cache-2-1: join cache-2-1 to the cluster",
                        "cache/cluster/shard-0: give shard 0 the slots 0-5460",
                        "cache/cluster/shard-1: give shard 1 the slots 5461-10921",
                        "cache/cluster/shard-2: give shard 2 the slots 10922-16383",
                        "cache/cluster/cache-0-1: make cache-0-1 a replica of cache-0-0",
                        "cache/cluster/cache-1-1: make cache-1-1 a replica of cache-1-0",
                        "cache/cluster/cache-2-1: make cache-2-1 a replica of cache-2-0");
    }

    @Test
    void aClusterThatIsWholeIsLeftAsItIsWhoeverIsPrimary() {
        assertThat(RedisShards.diff(service(), views(WHOLE.replace(" [5461-<-b1]", ""))))
                .isEmpty();
        assertThat(RedisShards.diff(service(), views(WHOLE)))
                .extracting(Change::statement)
                .containsExactly("CLUSTER SETTLE 1");
    }

    @Test
    void aFormingThatWasInterruptedIsGoneOnWith() {
        String half = WHOLE.replace(" connected 10923-16383 [5461-<-b1]", " connected")
                .replaceAll("a1 (.*)slave a0", "a1 $1master -");
        TreeMap<String, List<RedisNode>> views = views(half);
        views.put("cache-2-1", RedisNode.all("c1 127.0.0.1:6@16 myself,master - 0 1 3 connected"));
        views.replaceAll((member, nodes) -> member.equals("cache-2-1")
                ? nodes
                : nodes.stream().filter(node -> !node.id().equals("c1")).toList());
        assertThat(RedisShards.diff(service(), views))
                .extracting(Change::statement)
                .containsExactly(
                        "CLUSTER MEET cache-2-1",
                        "CLUSTER ADDSLOTS cache-2-0 10923-16383",
                        "CLUSTER REPLICATE cache-0-1 cache-0-0",
                        "CLUSTER REPLICATE cache-2-1 cache-2-0");
    }

    @Test
    void whoWaitsForAnAgreementCanBeStoppedAndIsToldWhatToDo() {
        Thread.currentThread().interrupt();
        Change change = RedisShards.fromNothing(service()).getFirst();
        assertThatThrownBy(() -> RedisSchema.await(change, service(), () -> false))
                .hasMessage("the forming of 'cache' was interrupted: join cache-0-1 to the cluster [HF3650]\n"
                        + "  fix: Run the same command again: it goes on from what is there.");
        assertThat(Thread.interrupted()).isTrue();
    }

    /** What each of them says, which is the same but for who says it. */
    private static TreeMap<String, List<RedisNode>> views(String nodes) {
        TreeMap<String, List<RedisNode>> views = new TreeMap<>();
        for (int at = 0; at < IDS.size(); at++) {
            Object[] flags = new Object[IDS.size()];
            java.util.Arrays.fill(flags, "x");
            flags[at] = "myself";
            views.put("cache-" + at / 2 + "-" + at % 2, RedisNode.all(nodes.formatted(flags)));
        }
        return views;
    }

    private static Service<RedisSpec> service() {
        return FixedContext.service(
                new RedisEngine(),
                "cache",
                new RedisSpec(
                        RedisSpec.Topology.CLUSTER,
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        OptionalInt.empty(),
                        Duration.ofSeconds(5),
                        RedisSpec.Persistence.AOF,
                        Optional.empty(),
                        List.of(),
                        new TreeMap<>()));
    }
}
