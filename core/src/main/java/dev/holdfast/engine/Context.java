package dev.holdfast.engine;

import dev.holdfast.blueprint.Address;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.Safe;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Reference;
import dev.holdfast.stack.Stack;
import java.util.List;
import java.util.Optional;

/**
 * What an engine may know of the place its service runs in, without learning which place it is. The same questions get
 * the same answers for as long as the stack lives there.
 */
public interface Context {
    Stack stack();

    /** What the member binds: a loopback port here, every interface and the standard port in a container. */
    Address listen(String member, String port);

    /** Where other members of the stack reach it. */
    Address inside(String member, String port);

    /** Where a person or a program on the outside reaches it, and where Holdfast itself does. */
    Address outside(String member, String port);

    /** The secret of that name, generated the first time anyone asks and kept from then on. */
    Redacted secret(SecretRef secret);

    /** The same, with a length for one that is made now; a place that makes none of its own pays no heed to it. */
    default Redacted secret(SecretRef secret, int length) {
        return secret(secret);
    }

    /** Where secrets can be replaced; empty in a place that only writes them down, and for a stack only imagined. */
    default Optional<Safe> safe() {
        return Optional.empty();
    }

    /**
     * Whether its doors are still closed to everyone but Holdfast: what it holds came from another stack, and has that one's
     * passwords until Holdfast has set its own.
     */
    default boolean isClosed() {
        return false;
    }

    /** A bucket of another service of the stack, with the way in; refuses what is no bucket. */
    default ObjectStore.Bucket bucket(Reference reference) {
        throw new HoldfastException(Problem.of(
                Code.HF2001, "there are no buckets here for '" + reference + "'", "Name a bucket of an s3 service."));
    }

    /** The stack's own certificate authority as a file that programs outside the workloads can read. */
    String authorityFile();

    /** All that the other services offer to be collected; empty for an engine that collects nothing. */
    List<Scrape> scrapes();

    /** The alert rules of all services; empty for an engine that collects nothing. */
    List<AlertRules> alerts();
}
