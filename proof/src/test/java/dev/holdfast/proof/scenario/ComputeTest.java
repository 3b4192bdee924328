package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A service that is given what it uses, between its least and its most, while it serves on. */
@Tag("engines")
final class ComputeTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: shop }
            spec:
              services:
                main:
                  engine: postgres
                  compute: { min: 0.25, max: 0.5 }
                  parameters: { maintenance_work_mem: 64MB }
                cache:
                  engine: redis
                  compute: { min: 0.25, max: 0.5 }
                  suspend: 1d
            """;

    private Installation installation;
    private RunningStack shop;

    @BeforeEach
    void begin() {
        installation = Places.installation("compute");
        shop = RunningStack.up(installation, Places.folder(installation, "shop"), "shop", YAML);
    }

    @AfterEach
    void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    void aServiceFollowsItsLoadWithoutARestart() {
        long server = shop.pid("main-0");
        String buffers = sql("SHOW shared_buffers");
        assertThat(buffers).isEqualTo("512MB");

        awaitSize("main", "0.25");
        awaitSize("cache", "0.25");
        Await.until(
                "the settings follow",
                PATIENCE,
                () -> sql("SHOW effective_cache_size").equals("768MB"),
                () -> sql("SHOW effective_cache_size"));
        assertThat(sql("SHOW shared_buffers")).isEqualTo(buffers);
        // what the file fixes is nobody's to move
        assertThat(sql("SHOW maintenance_work_mem")).isEqualTo("64MB");
        assertThat(redis("maxmemory")).isEqualTo(Long.toString(768L << 20));

        // who is woken begins at the most, however small it was
        shop.run("suspend", "cache").orFail();
        shop.run("wake", "cache").orFail();
        awaitSize("cache", "0.5");

        Thread load = Thread.ofVirtual()
                .start(() -> shop.run(
                        "connect", "main", "--", "-qtAc", "DO $$ BEGIN LOOP PERFORM sqrt(2); END LOOP; END $$"));
        awaitSize("main", "0.5");
        Await.until(
                "the settings follow",
                PATIENCE,
                () -> sql("SHOW effective_cache_size").equals("1536MB"),
                () -> sql("SHOW effective_cache_size"));
        sqlAs(
                "holdfast",
                "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'DO $$ BEGIN LOOP%' AND pid <> pg_backend_pid()");
        await(load);
        assertThat(shop.pid("main-0")).isEqualTo(server);
        assertThat(shop.run("why", "main").orFail().out())
                .contains("moved main from 0.5 units to 0.25 units of compute")
                .contains("moved main from 0.25 units to 0.5 units of compute")
                .contains("no restart) because it used");
        assertThat(shop.run("plan").orFail().out()).contains("nothing is to be done");

        // without the key the settings are those of its files again, and nothing holds it back
        shop.write(YAML.replace(
                "compute: { min: 0.25, max: 0.5 }\n      parameters",
                "resources: { cpu: 500m, memory: 2Gi }\n      parameters"));
        shop.run("apply", "--yes").orFail();
        Await.until(
                "nothing of its size is left",
                PATIENCE,
                () -> sqlAs("holdfast", "SELECT count(*) FROM pg_file_settings WHERE sourcefile LIKE '%auto.conf'")
                        .equals("0"),
                () -> "");
        assertThat(shop.pid("main-0")).isEqualTo(server);
        assertThat(Path.of("/proc/" + server + "/cgroup")).content().doesNotContain("holdfast/");
    }

    private void awaitSize(String service, String units) {
        Await.until(
                service + " has " + units,
                PATIENCE,
                () -> compute(service).contains("\"now\":" + units + ","),
                () -> compute(service) + shop.run("why", service).out());
    }

    private String compute(String service) {
        return shop.status().itemsAt("services").stream()
                .filter(one -> one.textAt("name").orElse("").equals(service))
                .findFirst()
                .flatMap(one -> one.at("compute"))
                .map(Json::compact)
                .orElse("");
    }

    private String redis(String key) {
        List<String> lines = shop.run("connect", "cache", "--role", "holdfast", "--", "CONFIG", "GET", key)
                .orFail()
                .out()
                .strip()
                .lines()
                .toList();
        return lines.getLast();
    }

    private static void await(Thread load) {
        try {
            load.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String sql(String text) {
        return lastLine(shop.run("connect", "main", "--", "-qtAc", text));
    }

    private String sqlAs(String role, String text) {
        return lastLine(shop.run("connect", "main", "--role", role, "--", "-qtAc", text));
    }

    private static String lastLine(Outcome outcome) {
        List<String> lines = outcome.orFail().out().strip().lines().toList();
        return lines.isEmpty() ? "" : lines.getLast();
    }
}
