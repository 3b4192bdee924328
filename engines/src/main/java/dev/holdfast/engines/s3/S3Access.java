package dev.holdfast.engines.s3;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.ObjectStore;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Accounts of the store. S3Proxy reads them from its files when it starts, so there is nothing inside it that could
 * differ: a changed role is a changed file, which the target's own plan shows.
 */
final class S3Access implements Access<S3Spec> {
    /** The account Holdfast itself uses, and the name no role can have. */
    static final String ADMINISTRATOR = "holdfast";

    /** The account of the other services of the stack that keep something here; no role can have that name either. */
    static final String KEEPER = "holdfast-keeper";

    @Override
    public List<Change> changes(Service<S3Spec> service, Context context) {
        return List.of();
    }

    @Override
    public List<Change> fromNothing(Service<S3Spec> service, Context context) {
        return List.of();
    }

    @Override
    public void apply(Change change, Service<S3Spec> service, Context context) {
        throw new HoldfastException(Problem.of(
                Code.HF9001,
                "the accounts of an object store have no change '" + change.statement() + "'",
                "Please report this: it is a mistake of ours."));
    }

    @Override
    public List<Endpoint> endpoints(Service<S3Spec> service, Context context) {
        String member = S3Provisioning.member(service);
        Address address = context.outside(member, S3Provisioning.PORT);
        return List.of(new Endpoint("direct", member, address.host(), address.port(), "https://" + address));
    }

    @Override
    public SortedMap<String, Redacted> variables(Service<S3Spec> service, Optional<String> role, Context context) {
        String name = role(service, role);
        SortedMap<String, Redacted> variables = new TreeMap<>();
        variables.put("AWS_ACCESS_KEY_ID", new Redacted(key(service.name(), name)));
        variables.put("AWS_SECRET_ACCESS_KEY", context.secret(secret(service.name(), name)));
        variables.put("AWS_ENDPOINT_URL_S3", url(service, context));
        variables.put("AWS_CA_BUNDLE", new Redacted(context.authorityFile()));
        variables.put("AWS_REGION", new Redacted(S3Session.REGION));
        for (String bucket : service.settings().buckets().keySet()) {
            String suffix = bucket.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
            variables.put("S3_BUCKET_" + suffix, new Redacted(bucket));
        }
        return variables;
    }

    /** S3Proxy has no shell; the variables are all that an {@code aws s3 ls} needs. */
    @Override
    public Client client(Service<S3Spec> service, Optional<String> role, Context context) {
        return new Client(List.of(), variables(service, role, context), url(service, context));
    }

    /** The name of the account: legible, and the same for as long as service and role are called so. */
    static String key(String service, String role) {
        return service + "-" + role;
    }

    /** A bucket as other members of the stack use it, with an account of their own. */
    static ObjectStore.Bucket bucket(Service<S3Spec> service, String name, Context context) {
        return new ObjectStore.Bucket(
                S3Provisioning.member(service),
                context.inside(S3Provisioning.member(service), S3Provisioning.PORT),
                S3Session.REGION,
                name,
                key(service.name(), KEEPER),
                context.secret(secret(service.name(), KEEPER)));
    }

    static SecretRef secret(String service, String role) {
        return new SecretRef(service, role.equals(ADMINISTRATOR) || role.equals(KEEPER) ? role : "roles/" + role);
    }

    /** Where Holdfast itself goes in. */
    static S3Session.Door door(Service<S3Spec> service, Context context) {
        return new S3Session.Door(
                service.name(),
                context.outside(S3Provisioning.member(service), S3Provisioning.PORT),
                context.authorityFile(),
                key(service.name(), ADMINISTRATOR),
                context.secret(secret(service.name(), ADMINISTRATOR)));
    }

    private static Redacted url(Service<S3Spec> service, Context context) {
        return new Redacted("https://" + context.outside(S3Provisioning.member(service), S3Provisioning.PORT));
    }

    private static String role(Service<S3Spec> service, Optional<String> role) {
        String name = role.orElseGet(() -> service.settings().applicationRole());
        if (!name.equals(ADMINISTRATOR) && !service.settings().rolesInForce().containsKey(name)) {
            throw new HoldfastException(Problem.of(
                    Code.HF1605,
                    "service '" + service.name() + "' has no role '" + name + "'",
                    "Name one of: "
                            + String.join(
                                    ", ", service.settings().rolesInForce().keySet()) + ", " + ADMINISTRATOR
                            + "."));
        }
        return name;
    }
}
