package dev.holdfast.engines.s3;

import dev.holdfast.engine.Access;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.ObjectStore;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Parameters;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Provisioning;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Sizing;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** S3Proxy over the file system. */
public final class S3Engine implements Engine<S3Spec> {
    private static final Bytes LEAST_MEMORY = Bytes.mebi(128);
    private static final Pattern ADDRESS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");
    private static final Set<String> TAKEN = Set.of(S3Schema.OWN, "metrics");

    private final S3Sizing sizing;
    private final S3Provisioning provisioning;
    private final S3Access access = new S3Access();
    private final S3Schema schema;
    private final S3Observation observation;

    public S3Engine(InstantSource clock) {
        S3Session session = new S3Session(clock);
        Parameters parameters = Parameters.beside(S3Engine.class);
        sizing = new S3Sizing(parameters);
        provisioning = new S3Provisioning(sizing, parameters);
        schema = new S3Schema(session);
        observation = new S3Observation(session, clock);
    }

    @Override
    public String name() {
        return "s3";
    }

    @Override
    public String title() {
        return "S3Proxy";
    }

    @Override
    public List<String> versions() {
        return List.of("4");
    }

    @Override
    public Class<S3Spec> settings() {
        return S3Spec.class;
    }

    @Override
    public Resources resources() {
        return new Resources(new Cpu(500), Bytes.mebi(256), Bytes.mebi(10 * 1024));
    }

    @Override
    public void check(Service<S3Spec> service, Stack stack, Problems problems) {
        if (service.resources().memory().compareTo(LEAST_MEMORY) < 0) {
            problems.add(Problem.of(
                            Code.HF1613,
                            "service '" + service.name() + "' gives S3Proxy "
                                    + service.resources().memory() + " of memory, and it needs " + LEAST_MEMORY,
                            "Write `resources: { memory: " + LEAST_MEMORY + " }` or more.")
                    .at(service.positions().of("resources.memory")));
        }
        service.settings().buckets().keySet().forEach(bucket -> {
            String wrong = wrong(bucket);
            if (!wrong.isEmpty()) {
                problems.add(Problem.of(
                                Code.HF1611,
                                "bucket '" + bucket + "' of service '" + service.name() + "' " + wrong,
                                "Choose 3 to 63 small letters, digits and `-`, such as `backups`.")
                        .at(service.positions().of("buckets." + bucket)));
            }
        });
        service.settings().roles().forEach((name, role) -> {
            String wrong = "";
            if (name.equals(S3Access.ADMINISTRATOR) || name.equals(S3Access.KEEPER)) {
                wrong = "has the name of Holdfast's own account";
            } else if (!role.can().contains(S3Spec.Can.READ)) {
                wrong = role.writes() ? "may write and not read, which S3Proxy cannot keep apart" : "may do nothing";
            }
            if (!wrong.isEmpty()) {
                problems.add(Problem.of(
                                Code.HF1612,
                                "role '" + name + "' of service '" + service.name() + "' " + wrong,
                                "Write `can: [read]` or `can: [read, write]` under a name of your own.")
                        .at(service.positions().of("roles." + name)));
            }
        });
    }

    /** What S3 has against the name beyond its characters, or nothing. */
    private static String wrong(String bucket) {
        if (TAKEN.contains(bucket)) {
            return "has a name that the server uses itself";
        }
        if (ADDRESS.matcher(bucket).matches()) {
            return "looks like an internet address, which S3 refuses";
        }
        if (bucket.contains("..") || bucket.contains(".-") || bucket.contains("-.")) {
            return "has a dot beside a dot or a hyphen, which S3 refuses";
        }
        boolean reserved = bucket.startsWith("xn--") || bucket.startsWith("sthree-") || bucket.endsWith("-s3alias");
        return reserved ? "begins or ends in a way that S3 keeps for itself" : "";
    }

    @Override
    public List<String> things(Service<S3Spec> service) {
        return List.copyOf(service.settings().buckets().keySet());
    }

    @Override
    public List<String> notes(Service<S3Spec> service) {
        return service.settings().buckets().entrySet().stream()
                .filter(bucket -> bucket.getValue().versioned())
                .map(bucket -> "Bucket '" + bucket.getKey() + "' of service '" + service.name()
                        + "' is declared versioned, and S3Proxy keeps no versions on a file system:"
                        + " here an overwritten or deleted object is gone.")
                .toList();
    }

    @Override
    public Provisioning<S3Spec> provisioning() {
        return provisioning;
    }

    @Override
    public Support<Access<S3Spec>> access() {
        return Support.offered(access);
    }

    @Override
    public Support<Schema<S3Spec>> schema() {
        return Support.offered(schema);
    }

    @Override
    public Support<Protection<S3Spec>> protection() {
        return Support.notOffered(
                "an object store is where the others' backups go, and copies of it come in a later version",
                "Copy buckets away with any S3 client, such as `aws s3 sync`.");
    }

    @Override
    public Support<Observation<S3Spec>> observation() {
        return Support.offered(observation);
    }

    @Override
    public Support<ObjectStore<S3Spec>> objects() {
        return Support.offered(S3Access::bucket);
    }

    @Override
    public Support<Sizing<S3Spec>> sizing() {
        return Support.offered(sizing);
    }
}
