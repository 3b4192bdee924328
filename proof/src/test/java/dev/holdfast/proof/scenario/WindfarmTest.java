package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import static org.assertj.core.api.Assertions.assertThat;

/** QuestDB and Neo4j in one stack: they come up with the shape of their files, keep what they are given, and are kept so. */
@Tag("engines")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class WindfarmTest {
    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final String FIRST = "V1__what_a_turbine_is_made_of.cypher";

    private static Installation installation;
    private static RunningStack windfarm;
    private static String file;

    @BeforeAll
    static void bringItUp() throws IOException {
        installation = Places.installation("wind");
        Path folder = Places.folder(installation, "windfarm");
        Path source = Places.root().resolve("stacks/windfarm");
        Files.createDirectories(folder.resolve("cypher/parts"));
        try (Stream<Path> files = Files.list(source.resolve("cypher/parts"))) {
            for (Path script : files.toList()) {
                Files.copy(script, folder.resolve("cypher/parts").resolve(script.getFileName()));
            }
        }
        file = Files.readString(source.resolve("stack.yaml"));
        windfarm = RunningStack.up(installation, folder, "windfarm", file);
    }

    @AfterAll
    static void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    @Order(1)
    void itIsAsItsFilesSay() {
        windfarm.awaitReady(PATIENCE);
        assertThat(windfarm.run("plan").orFail().out()).contains("nothing is to be done");
        assertThat(windfarm.run("migrate", "status", "parts").orFail().out())
                .contains("V1")
                .contains("V2")
                .contains("nothing is pending");
        assertThat(cypher("MATCH (k:Kind) RETURN count(k)")).contains("4");
        assertThat(cypher("MATCH (s:Supplier) RETURN s.since")).contains("2026-01-01");
        assertThat(windfarm.run("insight", "indexes", "parts").orFail().out())
                .contains("part_serial")
                .contains("report_meaning")
                .contains("online");
    }

    @Test
    @Order(2)
    void eachRoleMayDoWhatItMay() {
        assertThat(sql("collector", "INSERT INTO power VALUES (now(), 't1', 900.5, 11.0), (now(), 't2', 0.0, 3.0)")
                        .status())
                .isZero();
        Await.until(
                "the view has both",
                PATIENCE,
                () -> sql("dashboard", "SELECT count() FROM power_hourly").out().contains("2"),
                () -> windfarm.run("insight", "views", "measured").text());
        assertThat(sql("dashboard", "DROP TABLE faults").text()).containsIgnoringCase("permission denied");
        assertThat(windfarm.run("insight", "tables", "measured").orFail().out())
                .contains("power")
                .contains("faults");
        String unique = "CREATE (:Part {serial: 'n-1'})";
        cypher(unique);
        assertThat(windfarm.shell("parts", unique).text()).contains("already exists");
    }

    @Test
    @Order(3)
    void whatPeopleChangedIsPutRightAndWhatTheyMadeStays() {
        sql("collector", "ALTER TABLE power SET TTL 1 YEARS");
        sql("collector", "CREATE TABLE byhand (n INT)");
        cypher("DROP INDEX part_kind");
        cypher("CREATE INDEX byhand FOR (n:Hand) ON (n.x)");
        Outcome plan = windfarm.run("plan");
        assertThat(plan.text())
                .contains("keep the rows of table 'power' for 90 days")
                .contains("create index 'part_kind'")
                .doesNotContain("byhand");
        assertThat(windfarm.run("apply", "--yes").text()).contains("measured/tables/power/ttl");
        windfarm.run("apply", "--yes", "--approve", "measured/tables/power/ttl").orFail();
        assertThat(windfarm.run("plan").orFail().out()).contains("nothing is to be done");

        windfarm.write(file.replace(
                        "        faults:\n          columns: [ts timestamp, turbine symbol, code int, text varchar]\n"
                                + "          timestamp: ts\n          partition: month\n",
                        "")
                .replace("        part_kind: { label: Part, properties: [kind] }\n", ""));
        assertThat(windfarm.run("plan").text())
                .contains("drop table 'faults' with all its rows")
                .contains("drop index 'part_kind'");
        windfarm.write(file);
    }

    @Test
    @Order(4)
    void aMigrationThatWasChangedIsRefusedAndOneThatFailsGoesOn() throws IOException {
        Path folder = windfarm.folder().resolve("cypher/parts");
        String text = Files.readString(folder.resolve(FIRST));
        Files.writeString(folder.resolve(FIRST), text + "MERGE (:Kind {name: 'tower'});\n");
        assertThat(windfarm.run("migrate", "up", "parts").err()).contains("HF3561");
        Files.writeString(folder.resolve(FIRST), text);

        Path third = folder.resolve("V3__serials.cypher");
        Files.writeString(
                third,
                "CREATE INDEX part_made FOR (p:Part) ON (p.made);\nMATCH (p:Part) SET p.made = dat('2026-01-01');\n");
        assertThat(windfarm.run("migrate", "up", "parts").err())
                .contains("HF3560")
                .contains("dat");
        assertThat(windfarm.run("migrate", "status", "parts").text()).contains("1 of 2 statements were done");
        Files.writeString(
                third,
                "CREATE INDEX part_made FOR (p:Part) ON (p.made);\nMATCH (p:Part) SET p.made = date('2026-01-01');\n");
        assertThat(windfarm.run("migrate", "up", "parts").orFail().out()).contains("ran 1 migration");
        assertThat(cypher("MATCH (p:Part) RETURN p.made")).contains("2026-01-01");
    }

    @Test
    @Order(5)
    void killedTheyComeBackWithAllTheyHadAcknowledged() {
        for (String member : new String[] {"measured-0", "parts-0"}) {
            Machine.kill(windfarm.pid(member));
        }
        windfarm.awaitReady(PATIENCE);
        assertThat(sql("dashboard", "SELECT count() FROM power").out()).contains("2");
        assertThat(cypher("MATCH (p:Part) RETURN p.serial")).contains("n-1");
    }

    @Test
    @Order(6)
    void aBranchHasWhatTheyHadAndNobodyEntersItWithTheOldPasswords() {
        windfarm.run("branch", "create", "try", "--pause-for-copy").orFail();
        String branch = "windfarm@try";
        Await.until(
                "the branch is ready",
                PATIENCE,
                () -> installation
                        .run(windfarm.folder(), "status", branch, "--output", "json")
                        .json()
                        .isAt("ready"),
                () -> installation.run(windfarm.folder(), "status", branch).text());
        assertThat(windfarm.run("connect", "measured", "--stack", branch, "--", "-Atc", "SELECT count() FROM power")
                        .orFail()
                        .out())
                .contains("2");
        assertThat(windfarm.run("connect", "parts", "--stack", branch, "--", "MATCH (p:Part) RETURN p.serial")
                        .orFail()
                        .out())
                .contains("n-1");
        Json here = windfarm.environment();
        Json there = windfarm.run("env", branch, "--format", "json").orFail().json();
        for (String password : new String[] {"NEO4J_PASSWORD", "QUESTDB_PASSWORD"}) {
            assertThat(there.textAt(password)).isPresent().isNotEqualTo(here.textAt(password));
        }
    }

    private static String cypher(String statement) {
        return windfarm.shell("parts", statement).orFail().out();
    }

    private static Outcome sql(String role, String statement) {
        return windfarm.run("connect", "measured", "--role", role, "--", "-Atc", statement);
    }
}
