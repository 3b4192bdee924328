package dev.holdfast.engines.s3;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.Schema;
import dev.holdfast.plan.Change;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Buckets. What the file declares is created; what programs created for themselves stays; what Holdfast created and the
 * file no longer declares is proposed to go. Holdfast remembers what it created as one empty object a bucket in a bucket
 * of its own, because S3 has no other place for such a mark.
 */
final class S3Schema implements Schema<S3Spec> {
    /** Holdfast's own bucket, a name no other can have. */
    static final String OWN = "holdfast-managed";

    private static final String CREATE = "CREATE BUCKET ";
    private static final String DELETE = "DELETE BUCKET ";
    private static final String DELETE_ALL = "DELETE BUCKET AND OBJECTS ";

    private final S3Session session;

    S3Schema(S3Session session) {
        this.session = session;
    }

    @Override
    public List<Change> changes(Service<S3Spec> service, Context context) {
        S3Session.Door door = S3Access.door(service, context);
        try {
            List<String> there = session.buckets(door);
            Set<String> created = new HashSet<>();
            if (there.contains(OWN)) {
                created.addAll(session.keys(door, OWN));
            }
            SortedMap<String, Boolean> undeclared = new TreeMap<>();
            for (String bucket : there) {
                if (created.contains(bucket) && !service.settings().buckets().containsKey(bucket)) {
                    undeclared.put(bucket, session.isEmpty(door, bucket));
                }
            }
            return diff(service.name(), service.settings().buckets().keySet(), there, undeclared);
        } catch (IOException e) {
            throw S3Session.refused(e, door);
        }
    }

    @Override
    public List<Change> fromNothing(Service<S3Spec> service, Context context) {
        return diff(service.name(), service.settings().buckets().keySet(), List.of(), new TreeMap<>());
    }

    @Override
    public void apply(Change change, Service<S3Spec> service, Context context) {
        S3Session.Door door = S3Access.door(service, context);
        String statement = change.statement();
        try {
            if (statement.startsWith(CREATE)) {
                String bucket = statement.substring(CREATE.length());
                // the mark first: a bucket without it would never be proposed to go
                session.createBucket(door, OWN);
                session.put(door, OWN, bucket, new byte[0]);
                session.createBucket(door, bucket);
            } else {
                boolean withObjects = statement.startsWith(DELETE_ALL);
                String bucket = statement.substring((withObjects ? DELETE_ALL : DELETE).length());
                if (withObjects && session.hasBucket(door, bucket)) {
                    session.empty(door, bucket);
                }
                session.deleteBucket(door, bucket);
                session.delete(door, OWN, bucket);
            }
        } catch (IOException e) {
            throw S3Session.refused(e, door);
        }
    }

    /** @param undeclared Holdfast's own buckets that the file no longer declares, and whether each is empty */
    static List<Change> diff(
            String service,
            Collection<String> desired,
            Collection<String> there,
            SortedMap<String, Boolean> undeclared) {
        List<Change> changes = new ArrayList<>();
        for (String bucket : desired) {
            if (!there.contains(bucket)) {
                changes.add(new Change(
                        service + "/buckets/" + bucket,
                        "create bucket '" + bucket + "'",
                        CREATE + bucket,
                        Change.Risk.NONE,
                        Optional.of("delete the bucket while it is empty"),
                        "the file declares it and the store has no such bucket"));
            }
        }
        undeclared.forEach((bucket, empty) -> changes.add(
                empty
                        ? new Change(
                                service + "/buckets/" + bucket,
                                "delete the empty bucket '" + bucket + "'",
                                DELETE + bucket,
                                Change.Risk.NONE,
                                Optional.of("declare the bucket again"),
                                "Holdfast created it, the file declares it no longer, and it holds nothing")
                        : new Change(
                                service + "/buckets/" + bucket,
                                "delete bucket '" + bucket + "' with all its objects",
                                DELETE_ALL + bucket,
                                Change.Risk.DATA,
                                Optional.empty(),
                                "Holdfast created it and the file declares it no longer; it still holds objects")));
        return changes;
    }
}
