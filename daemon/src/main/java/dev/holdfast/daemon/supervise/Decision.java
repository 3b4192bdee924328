package dev.holdfast.daemon.supervise;

import java.time.Instant;

/** What was decided, as a sentence with a because. {@code member} is empty where it is about the whole stack. */
public record Decision(Instant at, String member, String text) {}
