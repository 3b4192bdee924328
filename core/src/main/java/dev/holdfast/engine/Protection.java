package dev.holdfast.engine;

import dev.holdfast.stack.Service;
import java.util.List;

/** How a service is saved. */
public interface Protection<S extends Record> {
    /** What the engine can save and restore, each a sentence. */
    List<String> promises(Service<S> service);
}
