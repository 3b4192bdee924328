package dev.holdfast.engines.postgres;

import dev.holdfast.blueprint.Setting;
import dev.holdfast.engines.Engines;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.reader.StackReader;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Compute;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What a size means for a server, and what of it follows without a restart. */
final class ComputeSettingsTest {
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: shop }
            spec:
              services:
                main:
                  engine: postgres
                  parameters: { work_mem: 8MB }
            """;

    @Test
    void settingsFollowTheSizeAndTheRestIsForTheMost() {
        Service<PostgresSpec> service = service("compute: { min: 0.25, max: 2 }");
        assertThat(service.resources().cpu()).isEqualTo(new Cpu(2000));
        assertThat(service.resources().memory()).isEqualTo(new Bytes(8 * Bytes.GIBI));
        var sizing = new PostgresEngine().sizing().orRefuse();

        List<Setting> small = sizing.moving(
                service, Compute.resources(new Cpu(250), service.resources().storage()));
        assertThat(small)
                .extracting(setting -> setting.key() + "=" + setting.value())
                .contains("effective_cache_size=768MB", "maintenance_work_mem=64MB", "max_parallel_workers=1")
                .noneMatch(line -> line.startsWith("shared_buffers") || line.startsWith("work_mem"));
        assertThat(sizing.moving(service, service.resources()))
                .extracting(Setting::key)
                .containsExactlyElementsOf(small.stream().map(Setting::key).toList());
        assertThat(sizing.moving(service("resources: { cpu: 2 }"), service.resources()))
                .isEmpty();
    }

    @Test
    void theTwoWaysOfSayingASizeMustNotContradictEachOther() {
        assertThat(problems("compute: { min: 2, max: 1 }"))
                .containsExactly("compute moves between 2.0 and 1.0 units [HF3270]");
        assertThat(problems("compute: { min: 0.05, max: 1 }"))
                .containsExactly("compute moves between 0.05 and 1.0 units [HF3270]");
        assertThat(problems("compute: { min: 0.5, max: 2 }\n      resources: { cpu: 1, memory: 2Gi }"))
                .containsExactly(
                        "compute goes up to 2.0 cores, and resources.cpu is 1.0 cores [HF3271]",
                        "compute goes up to 8Gi, and resources.memory is 2Gi [HF3271]");
        assertThat(problems("compute: { min: 0.5, max: 2 }\n      resources: { cpu: 2, memory: 8Gi, storage: 20Gi }"))
                .isEmpty();
    }

    @SuppressWarnings("unchecked")
    private static Service<PostgresSpec> service(String size) {
        return (Service<PostgresSpec>) Optional.ofNullable(new StackReader(Engines.register())
                        .read("stack.yaml", YAML + "      " + size + "\n", Optional.empty())
                        .services()
                        .get("main"))
                .orElseThrow();
    }

    private static List<String> problems(String size) {
        try {
            service(size);
            return List.of();
        } catch (HoldfastException refused) {
            return refused.problems().stream()
                    .map((Problem problem) -> problem.cause() + " [" + problem.code() + "]")
                    .toList();
        }
    }
}
