package dev.holdfast.engine;

/** What shape: databases, extensions, buckets, queues. */
public interface Schema<S extends Record> extends Reconciled<S> {}
