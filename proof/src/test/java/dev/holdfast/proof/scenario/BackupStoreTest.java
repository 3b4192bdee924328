package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A store of backups whose disk is full, and one whose clock is another. */
@Tag("engines")
@Tag("root")
final class BackupStoreTest {
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: vault }
            spec:
              services:
                main: { engine: postgres, version: "17", databases: { shop: {} }, backups: { to: objects/backups } }
                objects: { engine: s3, buckets: { backups: {} } }
            """;
    private static final Duration SOON = Duration.ofSeconds(60);

    private Installation installation;
    private RunningStack vault;

    @BeforeEach
    void begin() {
        installation = Places.installation("store");
        vault = RunningStack.up(installation, Places.folder(installation, "vault"), "vault", YAML);
    }

    @AfterEach
    void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    void aFullDiskOfTheStoreIsNamedLosesNothingAndIsOverWhenThereIsRoom() throws IOException {
        Path data = installation.home().resolve("data/stacks/vault/volume/objects-0");
        Path source = installation.home().resolve("data/stacks/vault/volume/main-0");
        vault.run("down").orFail();
        try (SmallDisk disk = SmallDisk.inPlaceOf(data, "100m");
                SmallDisk sources = SmallDisk.inPlaceOf(source, "300m")) {
            vault.run("up").orFail();
            vault.run("backup", "create", "main", "--type", "full").orFail();
            String before = list();
            aFullDiskOfTheServerIsNamed(sources, source, before);
            disk.fill(0);

            sql("CREATE TABLE items AS SELECT g AS id FROM generate_series(1, 1000) g");
            Outcome refused = vault.run("backup", "create", "main", "--type", "full");
            assertThat(refused.status()).as(refused.text()).isEqualTo(4);
            assertThat(refused.err()).contains("[HF3642]").contains("no space").contains(data.toString());
            Await.until(
                    "main says that it is not archived",
                    SOON,
                    () -> vault.member("main-0").textAt("because").orElse("").contains("not archived"),
                    () -> vault.status().pretty());
            assertThat(vault.run("status").out()).contains("no space").contains("files (");
            assertThat(list()).isEqualTo(before);
            assertThat(sql("SELECT count(*) FROM items")).isEqualTo("1000");
            Outcome unreachable = vault.run("restore", "main", "--at", "2099-01-01T00:00:00Z", "--dry-run");
            assertThat(unreachable.err()).contains("[HF3627]").contains("not archived");

            disk.free();
            vault.awaitReady(Duration.ofSeconds(150));
            vault.run("backup", "create", "main", "--type", "full").orFail();
            assertThat(vault.run("backup", "verify", "main").orFail().out())
                    .contains("tables are there, as when it was saved");
            vault.run("down").orFail();
        }
    }

    private void aFullDiskOfTheServerIsNamed(SmallDisk disk, Path source, String before) {
        disk.fill(0);
        Outcome refused = vault.run("backup", "create", "main", "--type", "full");
        assertThat(refused.status()).as(refused.text()).isEqualTo(4);
        assertThat(refused.err()).containsIgnoringCase("no space").contains(source.toString());
        disk.free();
        vault.awaitReady(Duration.ofSeconds(150));
        assertThat(list()).isEqualTo(before);
    }

    /** What pgBackRest is told is what anybody is told whose clock is wrong; ours cannot be set for one process alone. */
    @Test
    void theStoreRefusesARequestOfAnotherHourInTheWordsThatAreTakenForAClock() {
        String answer = Buckets.of(vault, "objects").signedAt("20200101T000000Z");

        assertThat(answer).contains("RequestTimeTooSkewed");
    }

    private String list() {
        return vault.run("backup", "list", "main", "--output", "json").orFail().json().itemsAt("points").stream()
                .flatMap(point -> point.textAt("id").stream())
                .toList()
                .toString();
    }

    private String sql(String statement) {
        return vault.sql(vault.name(), "shop", statement);
    }
}
