package dev.holdfast.targets.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class ListeningTest {
    @Test
    void aPortIsListenedOnByTheProcessThatHasItAndByNoOther() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
            assertThat(Listening.isListening(running(ProcessHandle.current().pid()), port))
                    .isTrue();
            assertThat(Listening.isListening(running(Long.MAX_VALUE), port))
                    .as("somebody else's")
                    .isFalse();
        }
        assertThat(Listening.isListening(running(ProcessHandle.current().pid()), port))
                .as("closed")
                .isFalse();
    }

    @Test
    void aProcessThatWasForkedByTheEngineCountsAsTheEngine() throws IOException {
        long parent = ProcessHandle.current().parent().orElseThrow().pid();
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(Listening.isListening(running(parent), socket.getLocalPort()))
                    .isTrue();
        }
    }

    private static Running running(long pid) {
        Running example = Examples.RUNNING;
        return new Running(
                example.member(),
                example.launcher(),
                example.init(),
                new ProcessId(pid, 1),
                example.bootId(),
                example.programs(),
                example.command(),
                example.ports(),
                example.startedAt(),
                example.stop(),
                example.reload(),
                example.inForce());
    }
}
