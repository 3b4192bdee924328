package dev.holdfast.daemon.local;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.daemon.stacks.Places;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.engine.Register;
import dev.holdfast.secret.Safe;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.secret.SecretStore;
import dev.holdfast.stack.Stack;
import dev.holdfast.targets.local.Enclosure;
import dev.holdfast.targets.local.Home;
import dev.holdfast.targets.local.Launcher;
import dev.holdfast.targets.local.LocalParts;
import dev.holdfast.targets.local.LocalStack;
import dev.holdfast.targets.local.Source;
import dev.holdfast.targets.local.StackFolder;
import dev.holdfast.targets.local.volume.Volumes;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/** One user's stacks under one home. */
public final class LocalPlaces implements Places {
    /** Secrets that each stack makes for itself. */
    private static final List<String> OWN = List.of("tls/", "rotations/");

    private final Home home;
    private final Register register;
    private final Enclosure enclosure;
    private final Fetch fetch;
    private final Launcher launcher;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Volumes volumes;

    /** @param launcher outlives this; its owner closes it */
    public LocalPlaces(
            Home home,
            Register register,
            Enclosure enclosure,
            Fetch fetch,
            Launcher launcher,
            InstantSource clock,
            SecureRandom random,
            Volumes volumes) {
        this.home = home;
        this.register = register;
        this.enclosure = enclosure;
        this.fetch = fetch;
        this.launcher = launcher;
        this.clock = clock;
        this.random = random;
        this.volumes = volumes;
    }

    /** Brings programs to this machine. */
    public interface Fetch {
        void fetch(Collection<Programs> programs, Progress progress);
    }

    @Override
    public Path folder(String stack) {
        return home.stack(stack).root();
    }

    @Override
    public StackFolder stack(String stack) {
        return home.stack(stack);
    }

    @Override
    public Volumes volumes() {
        return volumes;
    }

    @Override
    public List<String> names() {
        return home.stacks().stream().map(StackFolder::name).toList();
    }

    @Override
    public Site open(Stack stack, Source source) {
        volumes.prepare(home.stack(stack.name()));
        LocalParts parts = LocalParts.of(home, stack.name(), enclosure, launcher, clock, random);
        return new LocalSite(LocalStack.open(home, stack, source, register, parts), register, volumes);
    }

    /** The certificates and the authority stay: the other stack has its own. Rotations are begun and ended in the first. */
    @Override
    public void lendSecrets(String from, String to, Set<String> services) {
        SecretStore lender = secrets(from);
        SecretStore borrower = secrets(to);
        for (SecretRef secret : lender.names()) {
            if (services.contains(secret.service()) && OWN.stream().noneMatch(secret.name()::startsWith)) {
                lender.find(secret).ifPresent(value -> borrower.put(secret, value));
            }
        }
    }

    @Override
    public Safe safe(String stack) {
        return secrets(stack);
    }

    private SecretStore secrets(String stack) {
        return new SecretStore(home.stack(stack).secretStore(), home.data().resolve("key"), stack, random);
    }

    @Override
    public void fetch(Collection<Programs> programs, Progress progress) {
        fetch.fetch(programs, progress);
    }
}
