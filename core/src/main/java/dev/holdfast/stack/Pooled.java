package dev.holdfast.stack;

import java.util.SortedSet;

/**
 * What a server's settings tell the pooler in front of it: the settings of a session that decide whose rows it sees, which
 * must not outlast the client that set them.
 */
public interface Pooled {
    SortedSet<String> personal();
}
