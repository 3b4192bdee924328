package dev.holdfast.engine;

/** What shape: databases, extensions, buckets, queues. */
public interface Schema<S extends Record> extends Reconciled<S> {
    default Support<Tenancy<S>> tenancy() {
        return Support.notOffered(
                "this engine does not keep tenants apart",
                "Give each tenant a service of its own, or keep its rows in a PostgreSQL service with tenancy:.");
    }

    default Support<Audit<S>> audit() {
        return Support.notOffered(
                "this engine does not write down who changed what",
                "Keep what has to be accounted for in a PostgreSQL service with audit:.");
    }
}
