package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Provisioning;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Sizing;
import dev.holdfast.engine.Support;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import java.util.List;

/** An engine whose services run exactly the workloads that their settings hold. */
final class FakeEngine implements Engine<FakeEngine.Settings> {
    record Settings(List<Workload> workloads) {}

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public String title() {
        return "Fake";
    }

    @Override
    public List<String> versions() {
        return List.of("1");
    }

    @Override
    public Class<Settings> settings() {
        return Settings.class;
    }

    @Override
    public Resources resources() {
        return new Resources(new Cpu(100), Bytes.mebi(16), Bytes.mebi(16));
    }

    @Override
    public Provisioning<Settings> provisioning() {
        return new Provisioning<>() {
            @Override
            public List<Member> members(Service<Settings> service) {
                return service.settings().workloads().stream()
                        .map(Workload::member)
                        .toList();
            }

            @Override
            public List<Workload> workloads(Service<Settings> service, Context context) {
                return service.settings().workloads();
            }
        };
    }

    @Override
    public Support<Access<Settings>> access() {
        return Support.notOffered("a fake has none", "Use a real one.");
    }

    @Override
    public Support<Schema<Settings>> schema() {
        return Support.notOffered("a fake has none", "Use a real one.");
    }

    @Override
    public Support<Protection<Settings>> protection() {
        return Support.notOffered("a fake has none", "Use a real one.");
    }

    @Override
    public Support<Observation<Settings>> observation() {
        return Support.notOffered("a fake has none", "Use a real one.");
    }

    @Override
    public Support<Sizing<Settings>> sizing() {
        return Support.notOffered("a fake has none", "Use a real one.");
    }
}
