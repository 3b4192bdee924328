package dev.holdfast.targets.compose;

import dev.holdfast.blueprint.Member;
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
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Positions;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;

/** An engine that asks for what it is given, so that a target can be tried without any engine. */
final class FakeEngine implements Engine<FakeEngine.Spec> {
    record Spec() {}

    private final String name;
    private final boolean collects;
    private final List<Member> members;
    private final BiFunction<Service<Spec>, Context, List<Workload>> workloads;
    private final List<Member> exporters;
    private final BiFunction<Service<Spec>, Context, List<Workload>> exporterWorkloads;

    FakeEngine(
            String name,
            boolean collects,
            List<Member> members,
            BiFunction<Service<Spec>, Context, List<Workload>> workloads,
            List<Member> exporters,
            BiFunction<Service<Spec>, Context, List<Workload>> exporterWorkloads) {
        this.name = name;
        this.collects = collects;
        this.members = members;
        this.workloads = workloads;
        this.exporters = exporters;
        this.exporterWorkloads = exporterWorkloads;
    }

    static FakeEngine of(String name, Member member, BiFunction<Service<Spec>, Context, List<Workload>> workloads) {
        return new FakeEngine(name, false, List.of(member), workloads, List.of(), (s, c) -> List.of());
    }

    Service<Spec> service(String service, Resources resources) {
        return new Service<>(service, name, "1", resources, new Spec(), Optional.empty(), Positions.unknown());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String title() {
        return name;
    }

    @Override
    public List<String> versions() {
        return List.of("1");
    }

    @Override
    public Class<Spec> settings() {
        return Spec.class;
    }

    @Override
    public Resources resources() {
        return new Resources(new Cpu(500), Bytes.mebi(512), Bytes.mebi(1024));
    }

    @Override
    public boolean collectsMetrics() {
        return collects;
    }

    @Override
    public Provisioning<Spec> provisioning() {
        return new Provisioning<>() {
            @Override
            public List<Member> members(Service<Spec> service) {
                return members;
            }

            @Override
            public List<Workload> workloads(Service<Spec> service, Context context) {
                return workloads.apply(service, context);
            }
        };
    }

    @Override
    public Support<Access<Spec>> access() {
        return Support.notOffered("this is a fake", "Use a real one.");
    }

    @Override
    public Support<Schema<Spec>> schema() {
        return Support.notOffered("this is a fake", "Use a real one.");
    }

    @Override
    public Support<Protection<Spec>> protection() {
        return Support.notOffered("this is a fake", "Use a real one.");
    }

    @Override
    public Support<Observation<Spec>> observation() {
        return Support.offered(new Observation<>() {
            @Override
            public Health probe(Service<Spec> service, String member, Context context) {
                return new Health.NotReady("this is a fake", "Use a real one.");
            }

            @Override
            public List<Member> exporters(Service<Spec> service) {
                return exporters;
            }

            @Override
            public List<Workload> exporterWorkloads(Service<Spec> service, Context context) {
                return exporterWorkloads.apply(service, context);
            }

            @Override
            public List<Scrape> scrapes(Service<Spec> service) {
                return List.of();
            }

            @Override
            public List<AlertRules> alerts(Service<Spec> service) {
                return List.of();
            }
        });
    }

    @Override
    public Support<Sizing<Spec>> sizing() {
        return Support.notOffered("this is a fake", "Use a real one.");
    }
}
