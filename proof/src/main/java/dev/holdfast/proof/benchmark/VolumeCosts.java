package dev.holdfast.proof.benchmark;

import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What a database pays for living in an image: the same load on the same machine in turn, one server a volume. */
final class VolumeCosts {
    private static final int ROUNDS = 3;
    private static final String SCALE = "20";
    private static final String SECONDS = "6";
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: NAME }
            spec:
              services:
                main:
                  engine: postgres
                  resources: { memory: 1Gi }
                  databases: { app: {} }
                  roles: { app: { can: [read, write, ddl] } }
            """;

    private VolumeCosts() {}

    static void measure(Installation installation, Page page) {
        List<String> offered = Images.offered(installation);
        if (offered.isEmpty()) {
            page.remark("images of file systems need root, which this run was not");
            return;
        }
        Map<String, RunningStack> stacks = new LinkedHashMap<>();
        try {
            stacks.put("home", up(installation, "home"));
            for (String driver : offered) {
                command(installation, "volumes", "create", driver, "--driver", driver, "--size", "3Gi", "--default");
                stacks.put(driver, up(installation, driver));
            }
            Map<String, List<Double>> rates = rates(stacks);
            Samples plain = new Samples(Objects.requireNonNull(rates.remove("home")));
            rates.forEach((driver, found) -> page.add(new Row(
                    "pgbench with 4 clients, 300 MB, in a volume `" + driver + "`",
                    new Samples(found),
                    "tps",
                    Optional.of(new Row.Floor("in a plain folder", plain)),
                    "reported",
                    true,
                    "pgbench -c 4 -j 2 -T " + SECONDS)));
        } finally {
            stacks.forEach((name, stack) -> stack.run("down", stack.name(), "--purge", "--confirm", stack.name()));
            command(installation, "volumes", "default", "home");
            offered.forEach(driver -> installation.run(installation.home(), "volumes", "remove", driver));
        }
    }

    private static Outcome command(Installation installation, String... arguments) {
        return installation.run(installation.home(), arguments).orFail();
    }

    private static RunningStack up(Installation installation, String volume) {
        String name = "on-" + volume;
        RunningStack stack = RunningStack.up(
                installation, installation.home().resolve("project").resolve(name), name, YAML.replace("NAME", name));
        Pgbench.of(stack).run(stack.pid("main-0"), List.of("-i", "-q", "-s", SCALE));
        return stack;
    }

    /** In turn, so that what else goes on with the machine meets all of them; the first round does not count. */
    private static Map<String, List<Double>> rates(Map<String, RunningStack> stacks) {
        Map<String, List<Double>> rates = new LinkedHashMap<>();
        for (int round = -1; round < ROUNDS; round++) {
            for (Map.Entry<String, RunningStack> each : stacks.entrySet()) {
                RunningStack stack = each.getValue();
                double rate = Pgbench.rate(
                        Pgbench.of(stack).run(stack.pid("main-0"), List.of("-n", "-c", "4", "-j", "2", "-T", SECONDS)));
                if (round >= 0) {
                    rates.computeIfAbsent(each.getKey(), any -> new ArrayList<>())
                            .add(rate);
                }
            }
        }
        return rates;
    }
}
