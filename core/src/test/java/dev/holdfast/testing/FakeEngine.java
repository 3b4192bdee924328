package dev.holdfast.testing;

import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.Companion;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Observation;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Provisioning;
import dev.holdfast.engine.Schema;
import dev.holdfast.engine.Sizing;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.Problems;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.util.List;

/** An engine that reads its settings, has one member a service and runs nothing. */
public class FakeEngine<S extends Record> implements Engine<S> {
    private final String name;
    private final Class<S> settings;
    private final List<String> versions;

    public FakeEngine(String name, Class<S> settings, String... versions) {
        this.name = name;
        this.settings = settings;
        this.versions = List.of(versions);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String title() {
        return "Fake " + name;
    }

    @Override
    public List<String> versions() {
        return versions;
    }

    @Override
    public Class<S> settings() {
        return settings;
    }

    @Override
    public Resources resources() {
        return new Resources(new Cpu(500), Bytes.mebi(256), Bytes.mebi(10 * 1024));
    }

    @Override
    public void check(Service<S> service, Stack stack, Problems problems) {}

    @Override
    public List<Companion> companions(Service<S> service) {
        return List.of();
    }

    @Override
    public List<String> things(Service<S> service) {
        return List.of();
    }

    @Override
    public Provisioning<S> provisioning() {
        return new Provisioning<>() {
            @Override
            public List<Member> members(Service<S> service) {
                return List.of(new Member(service.name() + "-0", service.name(), "single", List.of()));
            }

            @Override
            public List<Workload> workloads(Service<S> service, Context context) {
                return List.of();
            }
        };
    }

    @Override
    public Support<Access<S>> access() {
        return absent();
    }

    @Override
    public Support<Schema<S>> schema() {
        return absent();
    }

    @Override
    public Support<Protection<S>> protection() {
        return absent();
    }

    @Override
    public Support<Observation<S>> observation() {
        return absent();
    }

    @Override
    public Support<Sizing<S>> sizing() {
        return absent();
    }

    private static <F> Support<F> absent() {
        return Support.notOffered("a fake engine runs nothing", "Use a real one.");
    }
}
