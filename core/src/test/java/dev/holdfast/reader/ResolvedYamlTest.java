package dev.holdfast.reader;

import dev.holdfast.stack.Positions;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

final class ResolvedYamlTest {

    @Test
    void everyOverlayAndDefaultIsWrittenOut() {
        assertThat(ResolvedYaml.of(StackReaderTest.read(StackReaderTest.WHOLE, Optional.of("dev"))))
                .isEqualTo("""
                        # environment: dev
                        apiVersion: holdfast.dev/v1
                        kind: Stack
                        metadata:
                          name: shop
                        spec:
                          services:
                            main:
                              engine: postgres
                              version: "16"
                              resources:
                                cpu: 500m
                                memory: 2Gi
                                storage: 10Gi
                              extensions:
                                - vector
                                - pgaudit
                              roles:
                                app:
                                  can:
                                    - read
                                    - write
                                  replicates: false
                                reader:
                                  can:
                                    - read
                                  replicates: false
                              backups:
                                to: objects/backups
                                keep:
                                  daily: 1
                                  weekly: 4
                              statementTimeout: 5m
                              parameters:
                                work_mem: 64MB
                            objects:
                              engine: s3
                              version: "4.1"
                              resources:
                                cpu: 500m
                                memory: 256Mi
                                storage: 10Gi
                              buckets:
                                backups:
                                  versioned: true
                          objectives:
                            failover: 5s
                            lostWrites: 0
                        """);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "dev", "production"})
    void readsBackToTheSameStack(String environment) {
        Stack stack = StackReaderTest.read(
                StackReaderTest.WHOLE, Optional.of(environment).filter(name -> !name.isEmpty()));
        String text = ResolvedYaml.of(stack);
        Stack again = StackReaderTest.read(text, Optional.empty());
        assertThat(bare(again)).isEqualTo(bare(stack));
        assertThat(ResolvedYaml.of(again)).isEqualTo(text.replaceFirst("# environment: .*\n", ""));
    }

    @Test
    void anEmptyValueThatReplacesADefaultIsKept() {
        String text = """
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: shop }
                spec: { services: { main: { engine: postgres, parameters: { a: "17", b: "true", c: "- x: y", d: "" } } } }
                """;
        Stack stack = StackReaderTest.read(text, Optional.empty());
        assertThat(bare(StackReaderTest.read(ResolvedYaml.of(stack), Optional.empty())))
                .isEqualTo(bare(stack));
    }

    /** Without what differs by nature: places and the name of the environment. */
    private static Stack bare(Stack stack) {
        TreeMap<String, Service<?>> services = new TreeMap<>();
        stack.services()
                .forEach((name, s) -> services.put(
                        name,
                        new Service<>(
                                s.name(),
                                s.engine(),
                                s.version(),
                                s.resources(),
                                s.settings(),
                                s.parent(),
                                Positions.unknown())));
        return new Stack(stack.name(), Optional.empty(), services, stack.objectives());
    }
}
