package dev.holdfast.daemon.http;

import java.time.Duration;

/**
 * What one client may cost.
 *
 * @param request how long a request may take to arrive
 * @param write how long a client may leave what it is sent unread before it counts as gone
 */
public record Limits(int headBytes, int bodyBytes, int connections, Duration request, Duration write) {
    public static Limits standard() {
        return new Limits(16 << 10, 1 << 20, 64, Duration.ofSeconds(10), Duration.ofSeconds(10));
    }
}
