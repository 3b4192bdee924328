package dev.holdfast.engines.questdb;

import dev.holdfast.engine.Cutting;
import dev.holdfast.stack.Service;
import java.util.List;

/**
 * A row that was acknowledged is in its table's write-ahead log, whose files the kernel has; the copy applies to its
 * tables what was not applied yet. Passwords stand beside the data and not in it.
 */
final class QuestDbCutting implements Cutting<QuestDbSpec> {
    /** The pages of its console, which it unpacks from its own jar, and results that wait to be fetched. */
    @Override
    public List<String> leftOut(Service<QuestDbSpec> service) {
        return List.of("public", "tmp", "export");
    }
}
