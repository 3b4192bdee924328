package dev.holdfast.cli.commands;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Port;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Scrape;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Stack;
import dev.holdfast.target.Assembly;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The programs a stack needs, asked of its engines before the stack is anywhere. */
final class StackPrograms {
    private StackPrograms() {}

    static List<Programs> of(Stack stack, Register register) {
        Assembly assembly = new Assembly(stack, register);
        Set<Programs> programs = new LinkedHashSet<>();
        for (Workload workload : assembly.workloads(new Nowhere(stack, assembly))) {
            programs.add(workload.programs());
        }
        return List.copyOf(programs);
    }

    /** A place that only knows standard ports: which programs an engine is made of does not depend on where it runs. */
    private record Nowhere(Stack stack, Assembly assembly) implements Context {
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
            return new Redacted("x".repeat(32));
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
            int number = assembly.members().stream()
                    .filter(candidate -> candidate.name().equals(member))
                    .map(Member::ports)
                    .flatMap(List::stream)
                    .filter(candidate -> candidate.name().equals(port))
                    .mapToInt(Port::standard)
                    .findFirst()
                    .orElse(0);
            return new Address("127.0.0.1", number);
        }
    }
}
