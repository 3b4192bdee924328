package dev.holdfast.engine;

import dev.holdfast.stack.Service;
import java.util.List;

/** How a service that runs becomes the beginning of another, while it serves on. */
public interface Copying<S extends Record> {
    /**
     * What fills the members of the service in {@code to}, a stack derived from that of {@code from}, with what the
     * service holds there when the first step runs. Asks nobody; the service in {@code from} must run when it is done.
     *
     * @param kept whether the copy must outlive a crash of this machine; one that is thrown away need not
     */
    List<Filling> fillings(Service<S> service, Context from, Context to, boolean kept);

    /** The same for a server that somebody else runs, into which nobody can look but as a client. */
    default Support<BringingHome<S>> bringingHome() {
        return Support.notOffered(
                "servers of this engine that somebody else runs are not copied",
                "Use a copy that its provider makes, and name that in the stack file.");
    }
}
