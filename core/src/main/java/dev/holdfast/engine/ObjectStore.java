package dev.holdfast.engine;

import dev.holdfast.blueprint.Address;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;

/** What an engine offers that keeps objects for other services of the stack: buckets that speak S3, over TLS. */
public interface ObjectStore<S extends Record> {
    /** The bucket as the programs of other members reach it, with an account that is theirs alone. */
    Bucket bucket(Service<S> service, String name, Context context);

    /**
     * A bucket and the way in. Who uses it trusts the authority of the stack.
     *
     * @param member the one that has to be ready before the bucket can be used
     * @param key the name of the account, {@code secret} its password
     */
    record Bucket(String member, Address address, String region, String name, String key, Redacted secret) {}
}
