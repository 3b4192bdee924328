package dev.holdfast.engine;

/** What shape: databases, extensions, buckets, queues. */
public interface Schema<S extends Record> extends Reconciled<S> {
    /** The numbered files that go on where the declaration ends. */
    default Support<Migrations<S>> migrations() {
        return Support.notOffered(
                "this engine has nothing that numbered files would bring to its shape",
                "Change what it holds with its own client.");
    }
}
