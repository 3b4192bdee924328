package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Port;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.ObjectStore;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Scrape;
import dev.holdfast.plan.Change;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Reference;
import dev.holdfast.stack.Stack;
import dev.holdfast.target.Assembly;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A stack that nobody has made yet, as it would be here: every port is the standard one and every secret the same word.
 * Gives out nothing and writes nothing, so that a plan of a thousand services costs no thousand certificates.
 */
public final class Imagined implements Context {
    private static final Redacted SECRET = new Redacted("x".repeat(32));

    private static final Differences.Actual NOTHING =
            new Differences.Actual(Optional.empty(), Optional.empty(), Map.of(), false);

    private final Assembly assembly;
    private final Map<String, Integer> ports = new HashMap<>();

    public Imagined(Stack stack, Register register) {
        this.assembly = new Assembly(stack, register);
        for (Member member : assembly.members()) {
            for (Port port : member.ports()) {
                ports.put(place(member.name(), port.name()), port.standard());
            }
        }
    }

    public List<Workload> workloads() {
        return Order.byNeeds(assembly.workloads(this));
    }

    /** All that is to be done outside of a member that is not there. */
    public static Change start(Workload workload) {
        Differences.Desired desired = new Differences.Desired(
                workload.member().service(),
                workload.member().name(),
                Facts.NONE,
                "",
                "",
                Collections.emptySortedMap(),
                workload.reload());
        return Differences.of(desired, NOTHING).getFirst();
    }

    public List<String> notes() {
        return Notes.of(assembly.stack(), Notes.Machine.here(assembly.stack()));
    }

    @Override
    public Stack stack() {
        return assembly.stack();
    }

    @Override
    public Address listen(String member, String port) {
        return standard(member, port);
    }

    @Override
    public Address inside(String member, String port) {
        return standard(member, port);
    }

    @Override
    public Address outside(String member, String port) {
        return standard(member, port);
    }

    @Override
    public Redacted secret(SecretRef secret) {
        return SECRET;
    }

    @Override
    public ObjectStore.Bucket bucket(Reference reference) {
        return assembly.bucket(reference, this);
    }

    @Override
    public String authorityFile() {
        return "/tls/ca.crt";
    }

    @Override
    public List<Scrape> scrapes() {
        return assembly.scrapes();
    }

    @Override
    public List<AlertRules> alerts() {
        return assembly.alerts();
    }

    private Address standard(String member, String port) {
        return new Address("127.0.0.1", ports.getOrDefault(place(member, port), 0));
    }

    private static String place(String member, String port) {
        return member + "/" + port;
    }
}
