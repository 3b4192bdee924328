package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Port;
import dev.holdfast.text.Json;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class PortsTest {
    private static final List<Member> MEMBERS = List.of(
            new Member("cache", "cache", "primary", List.of(new Port("redis", 6379))),
            new Member("main-0", "main", "primary", List.of(new Port("postgres", 5432), new Port("more", 5432))));

    @Test
    void theStandardOneWhereItIsFree() {
        Ports ports = Ports.none().completed("s", MEMBERS, PortRange.USUAL, Set.of(), port -> true);
        assertThat(ports.find("cache", "redis")).contains(6379);
        assertThat(ports.find("main-0", "postgres")).contains(5432);
        assertThat(ports.find("main-0", "more").orElseThrow())
                .isBetween(PortRange.USUAL.first(), PortRange.USUAL.last());
    }

    @Test
    void anotherWhereItIsTakenOrKept() {
        Ports taken = Ports.none().completed("s", MEMBERS, PortRange.USUAL, Set.of(), port -> port != 6379);
        Ports kept = Ports.none().completed("s", MEMBERS, PortRange.USUAL, Set.of(6379), port -> true);
        assertThat(taken.find("cache", "redis")).isEqualTo(kept.find("cache", "redis"));
        assertThat(taken.find("cache", "redis").orElseThrow())
                .isBetween(PortRange.USUAL.first(), PortRange.USUAL.last());
    }

    @Test
    void whatWasGivenStays() {
        Ports first = Ports.none().completed("s", MEMBERS, PortRange.USUAL, Set.of(), port -> port != 6379);
        assertThat(first.completed("s", MEMBERS, PortRange.USUAL, Set.of(), port -> true))
                .isEqualTo(first);
        assertThat(first.completed("s", MEMBERS, PortRange.USUAL, Set.of(), port -> false))
                .isEqualTo(first);
        assertThat(Ports.of(Json.parse(first.json().pretty()))).isEqualTo(first);
        assertThat(first.without("cache").find("cache", "redis")).isEmpty();
    }

    @Test
    void portsAboveTheRangeAreNeverGiven() {
        List<Member> high = List.of(new Member("m", "m", "primary", List.of(new Port("p", 40_000))));
        assertThat(Ports.none()
                        .completed("s", high, PortRange.USUAL, Set.of(), port -> true)
                        .find("m", "p")
                        .orElseThrow())
                .isLessThan(32_768);
    }

    @Test
    void noneIsFree() {
        Set<Integer> all = IntStream.rangeClosed(PortRange.USUAL.first(), PortRange.USUAL.last())
                .boxed()
                .collect(Collectors.toSet());
        assertThatThrownBy(() -> Ports.none().completed("s", MEMBERS, PortRange.USUAL, all, port -> port > 10_000))
                .hasMessageContaining("no port between 15000 and 31999 is free for s/cache/redis [HF3107]");
    }

    @Test
    void aHomeCanHaveARangeOfItsOwn() {
        PortRange own = PortRange.of(Map.of("HOLDFAST_PORTS", "20000-20002"));
        Ports ports = Ports.none().completed("s", MEMBERS, own, Set.of(), port -> true);
        assertThat(ports.numbers()).containsExactlyInAnyOrder(20000, 20001, 20002);
        assertThat(PortRange.of(Map.of("HOLDFAST_PORTS", ""))).isEqualTo(PortRange.USUAL);
        for (String wrong : List.of("20000", "20000-19999", "80-90000", "1000-2000", "20000-70000", "a-b")) {
            assertThatThrownBy(() -> PortRange.of(Map.of("HOLDFAST_PORTS", wrong)))
                    .hasMessageContaining("HOLDFAST_PORTS is '" + wrong + "'")
                    .hasMessageContaining("[HF3107]");
        }
    }

    @Test
    void whatIsNoPortIsRefused() {
        assertThatThrownBy(() -> Ports.of(Json.parse("{\"m\": {\"p\": 70000}}")))
                .hasMessage("70000 is not a port");
        assertThatThrownBy(() -> Ports.of(Json.parse("[]"))).hasMessage("an object is missing");
    }

    @Test
    void theTableOfTheKernelIsRead() {
        String table = """
                  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
                   0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   101        0 4711 1 0
                   1: 0100007F:1538 0100007F:C000 01 00000000:00000000 00:00000000 00000000   101        0 4712 1 0
                """;
        assertThat(Sockets.listening(table, 5432)).containsExactly("4711");
        assertThat(Sockets.listening(table, 5433)).isEmpty();
    }

    @Test
    void theHolderOfAPortIsFound() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(Sockets.isFree(socket.getLocalPort())).isFalse();
            assertThat(Sockets.holder(socket.getLocalPort()))
                    .isEqualTo(new Sockets.Holder(
                            Optional.of(ProcessHandle.current().pid())));
        }
        assertThat(new Sockets.Holder(Optional.empty()).text()).isEqualTo("a process of another user");
    }

    @Test
    void theTableOfLocksIsRead() {
        String table = """
                1: POSIX  ADVISORY  WRITE 77 fd:01:4711 0 EOF
                2: FLOCK  ADVISORY  WRITE 78 fd:01:4711 0 EOF
                """;
        assertThat(FileLocks.holder(table, "fd:01:4711")).contains(78L);
        assertThat(FileLocks.holder(table, "fd:01:47")).isEmpty();
    }
}
