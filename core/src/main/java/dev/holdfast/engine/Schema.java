package dev.holdfast.engine;

/** What shape: databases, extensions, buckets, queues. */
public interface Schema<S extends Record> extends Reconciled<S> {
    /** The numbered files that go on where the declaration ends. */
    default Support<Migrations<S>> migrations() {
        return Support.notOffered(
                "this engine has nothing that numbered files would bring to its shape",
                "Change what it holds with its own client.");
    }

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

    default Support<Masking<S>> masking() {
        return Support.notOffered(
                "Holdfast does not replace personal values in copies of this engine yet",
                "Leave the service out of the copy, or fill it with values made up for the purpose.");
    }
}
