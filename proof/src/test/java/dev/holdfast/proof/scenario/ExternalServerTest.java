package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A stack whose server another stack runs, asked and changed by every command that meets it. */
@Tag("engines")
final class ExternalServerTest {
    private Installation installation;

    @BeforeEach
    void begin() {
        installation = Places.installation("external");
    }

    @AfterEach
    void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    void everyCommandKnowsAServerThatSomebodyElseRuns() throws IOException {
        RunningStack provider = RunningStack.up(
                installation, Places.folder(installation, "provider"), "provider", file("provider", "theirs", ""));
        String url = provider.run("connect", "theirs", "--role", "holdfast", "--url")
                .orFail()
                .out()
                .strip();
        Path folder =
                Files.createDirectories(Places.folder(installation, "team").resolve("secrets"));
        Path secret = Files.createFile(
                folder.resolve("url"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, url + "\n");
        String password = url.substring(url.indexOf("holdfast:") + "holdfast:".length(), url.indexOf('@'));
        String yaml = file("team", "main", "external: { url: file:secrets/url }");

        RunningStack team = new RunningStack(installation, Places.folder(installation, "team"), "team");
        team.write(yaml);
        Outcome planned = team.run("plan").orFail();
        assertThat(planned.text()).contains("create database shop").contains("somebody else runs this server");
        team.run("up").orFail();

        Json main = team.status().itemsAt("services").getFirst();
        assertThat(main.textAt("version")).contains("external");
        assertThat(main.isAt("ready")).isTrue();
        assertThat(main.itemsAt("members")).hasSize(1);
        assertThat(main.textAt("because").orElse("")).contains("PostgreSQL 17");
        assertThat(team.run("why", "main").orFail().out()).contains("main is ready because PostgreSQL 17");
        assertThat(team.run("plan").orFail().text()).contains("nothing");
        assertThat(team.shell("main", "-Atc", "CREATE TABLE kept (id int)", "-c", "SELECT current_user")
                        .orFail()
                        .out())
                .contains("web");
        assertThat(team.environment().textAt("DATABASE_URL").orElse("")).contains("/shop?sslmode=verify-full");
        Outcome doctor = team.run("doctor", "main", "--output", "json");
        assertThat(doctor.status()).as(doctor.text()).isZero();
        assertThat(doctor.json().itemsAt("examinations")).hasSize(2);
        team.run("render", "compose").orFail();
        assertThat(Files.readString(team.folder().resolve("compose/compose.yaml")))
                .doesNotContain("image: postgres");
        for (Outcome shown : new Outcome[] {planned, doctor, team.run("status"), team.run("why", "main")}) {
            assertThat(shown.text()).doesNotContain(password);
        }

        // the address cannot be read: everything says so, and nothing else breaks
        Files.move(secret, folder.resolve("away"));
        Outcome status = team.run("status");
        assertThat(status.status()).isEqualTo(4);
        assertThat(status.out()).contains("is not there");
        Files.move(folder.resolve("away"), secret);

        Outcome down = team.run("down", "--purge", "--confirm", "team").orFail();
        assertThat(down.out()).contains("the server and its data are as they were");
        assertThat(provider.run("connect", "theirs", "--role", "holdfast", "--", "-d", "shop", "-Atc", "TABLE kept")
                        .status())
                .as("the data of the other is untouched")
                .isZero();
    }

    private static String file(String name, String service, String external) {
        return """
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: %s }
                spec:
                  services:
                    %s:
                      engine: postgres
                      %s
                      databases: { %s: {} }
                      roles: { %s: { can: [read, write, ddl] } }
                """.formatted(
                        name,
                        service,
                        external.isEmpty() ? "resources: { memory: 512Mi }" : external,
                        external.isEmpty() ? "own" : "shop",
                        external.isEmpty() ? "owner" : "web");
    }
}
