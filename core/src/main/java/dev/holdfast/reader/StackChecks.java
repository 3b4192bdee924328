package dev.holdfast.reader;

import dev.holdfast.blueprint.Member;
import dev.holdfast.engine.Bound;
import dev.holdfast.engine.Companion;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Sleeping;
import dev.holdfast.engine.Support;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.reader.Reading.Pointed;
import dev.holdfast.reader.Written.Entry;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.text.Nearest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** What can only be seen with all services side by side: companions, names, references, the engines' own rules. */
final class StackChecks {
    private final Register register;
    private final Findings findings;
    private final Map<String, Entry> declared;
    private final Map<String, ServiceReader.Read> read;
    private final SortedMap<String, Service<?>> services = new TreeMap<>();
    private final Map<String, List<String>> things = new HashMap<>();

    /** {@code declared} are all names of the file, {@code read} those that could be read. */
    StackChecks(
            Register register, Findings findings, Map<String, Entry> declared, Map<String, ServiceReader.Read> read) {
        this.register = register;
        this.findings = findings;
        this.declared = declared;
        this.read = read;
    }

    /** The services with their companions, after all checks. */
    SortedMap<String, Service<?>> services() {
        for (ServiceReader.Read one : read.values()) {
            one.service().ifPresent(service -> services.put(service.name(), service));
        }
        for (ServiceReader.Read one : read.values()) {
            one.service().ifPresent(service -> companions(Bound.of(register, service), one.reading()));
        }
        return services;
    }

    void check(Stack stack) {
        Map<String, Bound<?>> bound = new TreeMap<>();
        services.forEach((name, service) -> bound.put(name, Bound.of(register, service)));
        memberNames(bound.values());
        for (ServiceReader.Read one : read.values()) {
            boolean sound = true;
            for (Pointed pointed : one.reading().references()) {
                sound &= reference(pointed, bound);
            }
            // an engine that follows a reference must not complain of a service that is there but could not be read
            if (sound) {
                one.service().ifPresent(service -> check(Bound.of(register, service), stack));
            }
        }
        for (Bound<?> one : bound.values()) {
            if (one.service().parent().isPresent()) {
                check(one, stack);
            }
        }
    }

    private <S extends Record> void companions(Bound<S> bound, Reading reading) {
        Service<S> parent = bound.service();
        for (Companion companion : bound.engine().companions(parent)) {
            String name = parent.name() + "-" + companion.suffix();
            Optional<Engine<?>> engine = register.find(companion.block().engine());
            Position at = reading.positions(
                            companion.block(), parent.positions().start())
                    .start();
            if (engine.isEmpty()) {
                findings.add(
                        Code.HF2003,
                        at,
                        "service '" + parent.name() + "' brings a '"
                                + companion.block().engine() + "', which is not in this build",
                        "Remove the key that asks for it.");
                continue;
            }
            Entry other = declared.get(name);
            if (other != null || services.containsKey(name)) {
                findings.add(
                        Code.HF1105,
                        other == null ? at : other.key(),
                        "the name '" + name + "' is that of a part of service '" + parent.name() + "'",
                        "Give the service another name.");
                continue;
            }
            services.put(
                    name,
                    new Service<>(
                            name,
                            engine.get().name(),
                            engine.get().versions().getFirst(),
                            engine.get().resources(),
                            companion.block().settings(),
                            Optional.of(parent.name()),
                            reading.positions(
                                    companion.block(), parent.positions().start()),
                            parent.suspend()));
        }
    }

    private void memberNames(Collection<Bound<?>> bound) {
        Map<String, Service<?>> owners = new HashMap<>();
        for (Bound<?> one : bound) {
            Service<?> service = one.service();
            for (String member : members(one)) {
                Service<?> owner = owners.putIfAbsent(member, service);
                Service<?> namesake = services.get(member);
                if (owner != null && !owner.name().equals(service.name())) {
                    clash(member, owner, service);
                } else if (namesake != null && !namesake.name().equals(service.name())) {
                    clash(member, service, namesake);
                }
            }
        }
    }

    private void clash(String member, Service<?> first, Service<?> second) {
        findings.add(
                Code.HF1105,
                second.positions().start(),
                "the name '" + member + "' is wanted both by service '" + first.name() + "' and by service '"
                        + second.name() + "'",
                "Rename one of the two services.");
    }

    private static <S extends Record> List<String> members(Bound<S> bound) {
        List<Member> members = new ArrayList<>(bound.members());
        if (bound.engine().observation() instanceof Support.Offered<?>(var observation)
                && observation instanceof dev.holdfast.engine.Observation<?>) {
            members.addAll(bound.engine().observation().orRefuse().exporters(bound.service()));
        }
        return members.stream().map(Member::name).toList();
    }

    private boolean reference(Pointed pointed, Map<String, Bound<?>> bound) {
        String service = pointed.reference().service();
        Bound<?> target = bound.get(service);
        if (target == null) {
            if (!declared.containsKey(service) && findings.takesMore()) {
                SortedSet<String> names = new TreeSet<>(declared.keySet());
                names.addAll(services.keySet());
                findings.add(
                        Code.HF1103,
                        pointed.at(),
                        "'" + Shown.text(pointed.reference().toString()) + "' names the service '" + service
                                + "', which the stack does not declare",
                        Shown.guess(Nearest.to(service, names)) + "Declare it under services, or name one of: "
                                + Shown.list(names) + ".");
            }
            return false;
        }
        ServiceReader.Read source = read.get(service);
        if (source != null && !source.sound()) {
            return false;
        }
        List<String> offered = things.computeIfAbsent(service, _ -> things(target));
        String thing = pointed.reference().thing();
        if (offered.contains(thing)) {
            return true;
        }
        findings.add(
                Code.HF1104,
                pointed.at(),
                "service '" + service + "' has no '" + Shown.text(thing) + "'",
                Shown.guess(Nearest.to(thing, offered))
                        + (offered.isEmpty()
                                ? "It has nothing that can be named; name another service."
                                : "It has: " + Shown.list(offered) + "."));
        return false;
    }

    private static <S extends Record> List<String> things(Bound<S> bound) {
        return bound.engine().things(bound.service());
    }

    private <S extends Record> void check(Bound<S> bound, Stack stack) {
        Problems problems = new Problems();
        bound.engine().check(bound.service(), stack, problems);
        if (bound.service().suspend().isPresent()
                && bound.engine().provisioning().sleeping(bound.service())
                        instanceof Support.NotOffered<Sleeping<S>>(String because, String instead)) {
            problems.add(Problem.of(
                            Code.HF3251,
                            "service '" + bound.service().name() + "' cannot sleep because " + because,
                            instead)
                    .at(bound.service().positions().of("suspend")));
        }
        for (Problem problem : problems.all()) {
            findings.add(
                    problem.position().isPresent()
                            ? problem
                            : problem.at(bound.service().positions().start()));
        }
    }
}
