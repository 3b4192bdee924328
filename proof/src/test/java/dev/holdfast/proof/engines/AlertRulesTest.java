package dev.holdfast.proof.engines;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Programs;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Engine;
import dev.holdfast.engines.Engines;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The alert rules of every engine, as Prometheus gets them, against made-up figures: {@code alerts.test.yaml}. */
@Tag("engines")
final class AlertRulesTest {
    private static final Programs PROMTOOL = new Programs.Debian(List.of("promtool"));
    private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");

    @TempDir
    private Path folder;

    /** Those whose figures there are rules for. */
    static Stream<String> engines() {
        return Engines.register().engines().stream()
                .filter(engine -> engine.getClass().getResource("alerts.yaml") != null)
                .map(Engine::name);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void everyAlertFiresWhenItShouldAndNoneWhenAllIsWell(String engine) throws IOException {
        RealStack stack = new RealStack(
                folder, starter().replace("  environments:", "    ticks: { engine: questdb }\n  environments:"));
        String tests = Files.readString(root().resolve("engines/src/test/java/dev/holdfast/engines")
                .resolve(engine)
                .resolve("alerts.test.yaml"));
        Workload server = with(stack.workloads("metrics").getFirst(), "alerts.test.yaml", tests);
        assertThat(stack.run(
                        server,
                        PROMTOOL,
                        List.of("/usr/bin/promtool", "test", "rules", "/config/alerts.test.yaml"),
                        Map.of()))
                .startsWith("0\n")
                .contains("SUCCESS");
        String service = stack.stack().services().values().stream()
                .filter(one -> one.engine().equals(engine))
                .map(Service::name)
                .findFirst()
                .orElseThrow();
        for (AlertRules rules : stack.alerts()) {
            if (rules.service().equals(service)) {
                Matcher alerts = ALERT.matcher(rules.yaml());
                while (alerts.find()) {
                    assertThat(tests).contains("{alertname=\"" + alerts.group(1) + "\", severity=");
                }
            }
        }
    }

    static String starter() throws IOException {
        return Files.readString(root().resolve("stacks/starter/stack.yaml"));
    }

    static Path root() {
        return Path.of(System.getProperty("holdfast.root", ".."))
                .toAbsolutePath()
                .normalize();
    }

    private static Workload with(Workload workload, String name, String text) {
        List<ConfigurationFile> files = new ArrayList<>(workload.files());
        files.add(new ConfigurationFile(name, new Content.Plain(text, Setting.Effect.RELOAD)));
        return new Workload(
                workload.member(),
                workload.programs(),
                workload.container(),
                workload.command(),
                workload.environment(),
                files,
                workload.secrets(),
                workload.tls(),
                workload.initialise(),
                workload.needs(),
                workload.stop(),
                workload.reload());
    }
}
