package dev.holdfast.daemon;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Container;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Provisioning;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Scrape;
import dev.holdfast.engine.Sizing;
import dev.holdfast.engine.Support;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * An engine of shell scripts. What a script declares as {@code things} are files in a folder of its own; a thing called
 * {@code broken} cannot be made. It is ready once a file is there, or at once where it names none.
 */
final class ShellEngine
        implements Engine<ShellEngine.Script>, Schema<ShellEngine.Script>, Observation<ShellEngine.Script> {
    record Script(
            String text, Set<String> needs, Optional<Path> readyFile, Path inside, List<String> things, String size) {}

    private final Support<Protection<Script>> protection;

    ShellEngine() {
        this(Support.notOffered("a script has none", "Use a real one."));
    }

    ShellEngine(Support<Protection<Script>> protection) {
        this.protection = protection;
    }

    @Override
    public String name() {
        return "shell";
    }

    @Override
    public String title() {
        return "Shell";
    }

    @Override
    public List<String> versions() {
        return List.of("1");
    }

    @Override
    public Class<Script> settings() {
        return Script.class;
    }

    @Override
    public Resources resources() {
        return new Resources(new Cpu(100), Bytes.mebi(16), Bytes.mebi(16));
    }

    @Override
    public Provisioning<Script> provisioning() {
        return new Provisioning<>() {
            @Override
            public List<Member> members(Service<Script> service) {
                return List.of(member(service));
            }

            @Override
            public List<Workload> workloads(Service<Script> service, Context context) {
                Content content = new Content.Settings(
                        Content.Syntax.SPACED,
                        List.of(new Setting(
                                "size", service.settings().size(), Setting.Effect.RESTART, "the test says so")));
                return List.of(new Workload(
                        member(service),
                        new Programs.Debian(List.of("dash")),
                        new Container("none", List.of(), new TreeMap<>(), List.of()),
                        List.of("/bin/sh", "-c", service.settings().text()),
                        new TreeMap<>(),
                        List.of(new ConfigurationFile("shell.conf", content)),
                        List.of(),
                        false,
                        Optional.empty(),
                        service.settings().needs(),
                        new Workload.Stop(Workload.Signal.TERMINATE, Duration.ofSeconds(5)),
                        Workload.Reload.SIGHUP));
            }
        };
    }

    private static Member member(Service<Script> service) {
        return new Member(service.name() + "-0", service.name(), "primary", List.of());
    }

    @Override
    public Health probe(Service<Script> service, String member, Context context) {
        Optional<Path> file = service.settings().readyFile();
        return file.isEmpty() || Files.exists(file.get())
                ? new Health.Ready("the script runs")
                : new Health.NotReady("its file is not there", "Write the file.");
    }

    @Override
    public List<Change> changes(Service<Script> service, Context context) {
        List<Change> changes = new ArrayList<>();
        for (String thing : service.settings().things()) {
            if (!Files.exists(service.settings().inside().resolve(thing))) {
                changes.add(change(service, thing, "make " + thing, Change.Risk.NONE));
            }
        }
        for (String there : there(service.settings().inside())) {
            if (!service.settings().things().contains(there)) {
                changes.add(change(service, there, "drop " + there, Change.Risk.DATA));
            }
        }
        return changes;
    }

    private static List<String> there(Path folder) {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        } catch (IOException none) {
            return List.of();
        }
    }

    private static Change change(Service<Script> service, String thing, String statement, Change.Risk risk) {
        return new Change(
                service.name() + "/" + thing, statement, statement, risk, Optional.empty(), "the stack file says so");
    }

    @Override
    public List<Change> fromNothing(Service<Script> service, Context context) {
        return service.settings().things().stream()
                .map(thing -> change(service, thing, "make " + thing, Change.Risk.NONE))
                .toList();
    }

    @Override
    public void apply(Change change, Service<Script> service, Context context) {
        String thing = change.where().substring(change.where().indexOf('/') + 1);
        if (thing.equals("broken")) {
            throw new HoldfastException(Problem.of(Code.HF2001, "broken cannot be made", "Leave it."));
        }
        try {
            Files.createDirectories(service.settings().inside());
            if (change.risk() == Change.Risk.DATA) {
                Files.delete(service.settings().inside().resolve(thing));
            } else {
                Files.writeString(service.settings().inside().resolve(thing), "");
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Override
    public List<Scrape> scrapes(Service<Script> service) {
        return List.of();
    }

    @Override
    public List<AlertRules> alerts(Service<Script> service) {
        return List.of();
    }

    @Override
    public Support<Access<Script>> access() {
        return Support.notOffered("a script has none", "Use a real one.");
    }

    @Override
    public Support<Schema<Script>> schema() {
        return Support.offered(this);
    }

    @Override
    public Support<Protection<Script>> protection() {
        return protection;
    }

    @Override
    public Support<Observation<Script>> observation() {
        return Support.offered(this);
    }

    @Override
    public Support<Sizing<Script>> sizing() {
        return Support.notOffered("a script has none", "Use a real one.");
    }
}
