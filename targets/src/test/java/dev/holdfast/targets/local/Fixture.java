package dev.holdfast.targets.local;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Container;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Port;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Register;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Objectives;
import dev.holdfast.stack.Positions;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;

/** Stacks of shell scripts, in a home of their own. */
record Fixture(Home home, String stack, String version, Enclosure enclosure, Launcher launcher) {
    static final String IDLE = "exec sleep 1000";
    /** Nobody's standard port, so that tests do not meet servers of this machine. */
    static final int PORT = 23_861;

    static Fixture in(Path folder) {
        Home home = Home.of(Map.of("HOLDFAST_HOME", folder.toString()));
        return new Fixture(home, "test", "1", new UnshareEnclosure("programs 1"), new Launcher());
    }

    Fixture named(String name) {
        return new Fixture(home, name, version, enclosure, launcher);
    }

    Fixture ofVersion(String other) {
        return new Fixture(home, stack, other, enclosure, launcher);
    }

    Fixture withPrograms(String other) {
        return enclosedBy(new UnshareEnclosure(other));
    }

    Fixture enclosedBy(Enclosure other) {
        return new Fixture(home, stack, version, other, launcher);
    }

    LocalStack open(Workload... workloads) {
        Map<String, Service<?>> services = new TreeMap<>();
        services.put(
                "main",
                new Service<>(
                        "main",
                        "fake",
                        version,
                        new Resources(new Cpu(100), Bytes.mebi(16), Bytes.mebi(16)),
                        new FakeEngine.Settings(List.of(workloads)),
                        Optional.empty(),
                        Positions.unknown()));
        return LocalStack.open(
                home,
                new Stack(stack, Optional.empty(), new TreeMap<>(services), Objectives.none()),
                new Source(home.data().resolve("stack.yaml"), Optional.of("dev"), "spec: {}\n"),
                new Register(List.of(new FakeEngine())),
                LocalParts.of(home, stack, enclosure, launcher, InstantSource.system(), new SecureRandom()));
    }

    static Workload workload(String name, String script) {
        return new Workload(
                new Member(name, "main", "primary", List.of(new Port("door", PORT))),
                new Programs.Debian(List.of("dash")),
                new Container("none", List.of(), new TreeMap<>(), List.of()),
                List.of("/bin/sh", "-c", script),
                new TreeMap<>(Map.of("GREETING", "hello")),
                List.of(),
                List.of(),
                false,
                Optional.empty(),
                Set.of(),
                new Workload.Stop(Workload.Signal.TERMINATE, Duration.ofSeconds(10)),
                Workload.Reload.SIGHUP);
    }

    static Workload patience(Workload w, Duration patience) {
        return new Workload(
                w.member(),
                w.programs(),
                w.container(),
                w.command(),
                w.environment(),
                w.files(),
                w.secrets(),
                w.tls(),
                w.initialise(),
                w.needs(),
                new Workload.Stop(w.stop().signal(), patience),
                w.reload());
    }

    static Workload files(Workload w, ConfigurationFile... files) {
        return new Workload(
                w.member(),
                w.programs(),
                w.container(),
                w.command(),
                w.environment(),
                List.of(files),
                w.secrets(),
                w.tls(),
                w.initialise(),
                w.needs(),
                w.stop(),
                w.reload());
    }

    static Workload secured(Workload w) {
        return new Workload(
                w.member(),
                w.programs(),
                w.container(),
                w.command(),
                w.environment(),
                w.files(),
                List.of(new Workload.SecretFile("app", new SecretRef("main", "roles/app"))),
                true,
                w.initialise(),
                w.needs(),
                w.stop(),
                w.reload());
    }

    static Workload initialised(Workload w, String script) {
        return new Workload(
                w.member(),
                w.programs(),
                w.container(),
                w.command(),
                w.environment(),
                w.files(),
                w.secrets(),
                w.tls(),
                Optional.of(new Workload.Initialise(List.of("/bin/sh", "-c", script))),
                w.needs(),
                w.stop(),
                w.reload());
    }

    static Workload needing(Workload w, UnaryOperator<Set<String>> needs) {
        return new Workload(
                w.member(),
                w.programs(),
                w.container(),
                w.command(),
                w.environment(),
                w.files(),
                w.secrets(),
                w.tls(),
                w.initialise(),
                needs.apply(w.needs()),
                w.stop(),
                w.reload());
    }

    static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the deadline of %s", condition).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
