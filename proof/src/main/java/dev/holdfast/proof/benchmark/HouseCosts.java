package dev.holdfast.proof.benchmark;

import dev.holdfast.proof.Installation;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** What everybody pays: commands, the daemon, a warm start, large files. */
final class HouseCosts {
    private static final int ROUNDS = 5;
    private static final int COMMAND_ROUNDS = 20;

    private final Path root;
    private final Installation installation;
    private final Page page;

    private HouseCosts(Path root, Installation installation, Page page) {
        this.root = root;
        this.installation = installation;
        this.page = page;
    }

    static void measure(Path root, Installation installation, Page page) throws IOException {
        HouseCosts costs = new HouseCosts(root, installation, page);
        costs.starter();
        costs.largeFiles();
    }

    private void starter() throws IOException {
        String yaml = Files.readString(root.resolve("stacks/starter/stack.yaml"));
        RunningStack starter = RunningStack.up(installation, installation.home().resolve("starter"), "starter", yaml);
        commands(starter);
        daemon();
        Map<String, Bare> bare = bareCommands(starter);
        warmUp(starter, bare);
    }

    private void commands(RunningStack starter) {
        Samples floor = Samples.millis(COMMAND_ROUNDS, this::bareJava);
        Optional<Row.Floor> java = Optional.of(new Row.Floor("`java -version`", floor));
        Samples help =
                Samples.millis(COMMAND_ROUNDS, () -> starter.run("--help").orFail());
        page.add(new Row("`holdfast --help`", help, "ms", java, "≤ 120 ms", help.median() <= 120, "holdfast --help"));
        Samples status =
                Samples.millis(COMMAND_ROUNDS, () -> starter.run("status").orFail());
        page.add(new Row(
                "`holdfast status`, starter stack",
                status,
                "ms",
                java,
                "≤ 200 ms",
                status.median() <= 200,
                "holdfast status"));
    }

    private void bareJava() {
        try {
            String java = ProcessHandle.current().info().command().orElse("java");
            new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void daemon() throws IOException {
        long pid = installation
                .run(installation.home(), "daemon", "status", "--output", "json")
                .orFail()
                .json()
                .longAt("pid")
                .orElseThrow();
        // what has just started is probed more often; calm is what a machine sees all day
        LockSupport.parkNanos(Duration.ofSeconds(75).toNanos());
        long window = Duration.ofSeconds(60).toNanos();
        long before = cpuTicks(pid);
        LockSupport.parkNanos(window);
        double percent = (cpuTicks(pid) - before) / 100.0 / (window / 1e9) * 100;
        page.add(new Row(
                "daemon, idle CPU with the starter stack (60 s, from 75 s after `up`)",
                Samples.single(percent),
                "% of a core",
                Optional.empty(),
                "< 0.5 %",
                percent < 0.5,
                "cat /proc/PID/stat, twice (PID: holdfast daemon status)"));
        double megabytes = rssBytes(pid) / 1e6;
        page.add(new Row(
                "daemon, resident memory with the starter stack",
                Samples.single(megabytes),
                "MB",
                Optional.empty(),
                "≤ 150 MB",
                megabytes <= 150,
                "holdfast daemon status"));
    }

    private record Bare(EngineStart.Command command, String engine, int port) {}

    /** The commands of the members that have a door, as the kernel shows them while they run. */
    private static Map<String, Bare> bareCommands(RunningStack starter) {
        Map<String, Bare> commands = new TreeMap<>();
        for (Json service : starter.status().itemsAt("services")) {
            Json member = service.itemsAt("members").getFirst();
            ProcessHandle engine =
                    ProcessHandle.of(member.longAt("pid").orElseThrow()).orElseThrow();
            ProcessHandle sandbox =
                    engine.parent().flatMap(ProcessHandle::parent).orElseThrow();
            int port = Math.toIntExact(service.itemsAt("endpoints").stream()
                    .filter(e -> !e.textAt("name").orElse("").equals("pooled"))
                    .findFirst()
                    .flatMap(e -> e.longAt("port"))
                    .orElseThrow());
            commands.put(
                    service.textAt("name").orElseThrow(),
                    new Bare(
                            EngineStart.Command.of(sandbox.pid()),
                            service.textAt("engine").orElseThrow(),
                            port));
        }
        return commands;
    }

    private void warmUp(RunningStack starter, Map<String, Bare> bare) {
        Samples withDaemon = Samples.of(ROUNDS, () -> {
            starter.run("down").orFail();
            return timedUp(starter);
        });
        Samples withoutDaemon = Samples.of(ROUNDS, () -> {
            starter.run("down").orFail();
            installation.run(installation.home(), "daemon", "stop").orFail();
            return timedUp(starter);
        });
        starter.run("down").orFail();
        Row.Floor slowest = null;
        for (Map.Entry<String, Bare> engine : bare.entrySet()) {
            Bare start = engine.getValue();
            Samples samples = bareStart(start, start.command().withoutArchive());
            page.remark("bare start of " + start.engine() + " to its first answer: " + samples + " ms");
            if (!start.command().equals(start.command().withoutArchive())) {
                Samples archived = bareStart(start, start.command());
                page.remark(String.format(
                        java.util.Locale.ROOT,
                        "the same with the archive of classes that Holdfast makes at install: %s ms; against that, `up` with a "
                                + "running daemon is %.2f times as long",
                        archived,
                        withDaemon.median() / archived.median()));
            }
            if (slowest == null || samples.median() > slowest.samples().median()) {
                slowest = new Row.Floor("slowest engine alone (" + start.engine() + ")", samples);
            }
        }
        Row.Floor floor = Optional.ofNullable(slowest).orElseThrow();
        up("warm `up` of the starter stack, daemon running", withDaemon, floor);
        up("warm `up` of the starter stack, no daemon yet", withoutDaemon, floor);
    }

    private static Samples bareStart(Bare start, EngineStart.Command command) {
        return Samples.of(ROUNDS, () -> EngineStart.nanosToFirstAnswer(command, start.engine(), start.port()));
    }

    private void up(String what, Samples samples, Row.Floor floor) {
        boolean met = samples.median() <= 1.5 * floor.samples().median() && samples.median() < 5_000;
        page.add(new Row(
                what, samples, "ms", Optional.of(floor), "≤ 1.5 × and < 5 s", met, "holdfast up stacks/starter"));
    }

    private static long timedUp(RunningStack stack) {
        long begin = System.nanoTime();
        stack.run("up").orFail();
        return System.nanoTime() - begin;
    }

    private void largeFiles() throws IOException {
        Path large = installation.home().resolve("large");
        Files.createDirectories(large);
        Files.writeString(large.resolve("stack.yaml"), services("large", 200));
        Samples validate =
                Samples.millis(ROUNDS, () -> installation.run(large, "validate").orFail());
        page.add(new Row(
                "`holdfast validate`, 200 services",
                validate,
                "ms",
                Optional.empty(),
                "≤ 500 ms",
                validate.median() <= 500,
                "holdfast validate"));
        Files.writeString(large.resolve("stack.yaml"), services("large", 1_000));
        Samples plan =
                Samples.millis(ROUNDS, () -> installation.run(large, "plan").orFail());
        page.add(new Row(
                "`holdfast plan`, 1,000 services",
                plan,
                "ms",
                Optional.empty(),
                "≤ 1 s",
                plan.median() <= 1_000,
                "holdfast plan"));
    }

    /** As many services as asked, a third of each kind that has most to compute. */
    private static String services(String name, int count) {
        StringBuilder yaml = new StringBuilder(
                "apiVersion: holdfast.dev/v1\nkind: Stack\nmetadata: { name: " + name + " }\nspec:\n  services:\n");
        for (int i = 0; i < count; i++) {
            yaml.append(i % 3 == 0 ? "    db" : "    cache").append(i).append(":\n");
            yaml.append(
                    i % 3 == 0
                            ? "      engine: postgres\n      databases: { app: {} }\n      roles: { app: { can: [read, write] } }\n"
                            : "      engine: redis\n      resources: { memory: 128Mi }\n");
        }
        return yaml.toString();
    }

    private static long cpuTicks(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    private static long rssBytes(long pid) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }
}
