package dev.holdfast.engines.postgres.migrations;

import java.util.List;
import java.util.Random;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.ClassicConfiguration;
import org.flywaydb.core.internal.resource.ResourceName;
import org.flywaydb.core.internal.resource.ResourceNameParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever a file is called, it is judged; and whatever is accepted, Flyway reads alike. */
final class MigrationNameTest {
    private static final List<String> PARTS = List.of(
            "V",
            "v",
            "R",
            "U",
            "B",
            "1",
            "2",
            "007",
            "20260131120000",
            "99999999999999999999",
            "_",
            "__",
            ".",
            "-",
            " ",
            "x",
            "add users",
            "é",
            "١",
            "\n",
            "\u0000",
            "\\",
            "..",
            "/",
            "$",
            "beforeMigrate",
            "afterEachMigrate",
            ".sql",
            ".SQL",
            ".conf",
            "%",
            "\u202E",
            "''",
            "\uD800");
    private static final ResourceNameParser FLYWAY = new ResourceNameParser(new ClassicConfiguration());

    @Test
    void anyNameIsJudgedAndWhatIsAcceptedFlywayReadsAlike() {
        Random random = new Random(20260131);
        int accepted = 0;
        for (int i = 0; i < 50_000; i++) {
            StringBuilder name = new StringBuilder(random.nextInt(3) == 0 ? "V1__" : "");
            int parts = random.nextInt(8);
            for (int p = 0; p < parts; p++) {
                name.append(PARTS.get(random.nextInt(PARTS.size())));
            }
            name.append(random.nextInt(4) == 0 ? "" : ".sql");
            String file = name.toString();
            switch (MigrationName.of(file)) {
                case MigrationName.Versioned(MigrationVersion version, String description) -> {
                    accepted++;
                    ResourceName theirs = FLYWAY.parse(file);
                    assertThat(theirs.isValid()).as(file).isTrue();
                    assertThat(theirs.getPrefix()).isEqualTo("V");
                    assertThat(MigrationVersion.parse(theirs.getVersion().getVersion()))
                            .as(file)
                            .contains(version);
                    assertThat(theirs.getDescription()).as(file).isEqualTo(description);
                }
                case MigrationName.Repeatable(String description) -> {
                    accepted++;
                    ResourceName theirs = FLYWAY.parse(file);
                    assertThat(theirs.isValid()).as(file).isTrue();
                    assertThat(theirs.getPrefix()).isEqualTo("R");
                    assertThat(theirs.getDescription()).as(file).isEqualTo(description);
                }
                case MigrationName.Callback(String event) ->
                    assertThat(FLYWAY.parse(file).getPrefix()).isEqualTo(event);
                case MigrationName.Malformed(String because, String remedy) -> {
                    assertThat(because).isNotBlank();
                    assertThat(remedy).endsWith(".");
                }
                case MigrationName.Settings _, MigrationName.Foreign _ ->
                    assertThat(file.endsWith(".sql")).as(file).isFalse();
            }
        }
        assertThat(accepted).isGreaterThan(500);
    }

    @ParameterizedTest
    @CsvSource({
        "V3_add_users.sql, Rename it to V3__add_users.sql.",
        "v3__add_users.sql, Rename it to V3__add_users.sql.",
        "V3 add users.sql, Rename it to V3__add_users.sql.",
        "V1.2-add.sql, Rename it to V1.2__add.sql.",
        "V7.sql, Rename it to V7__what_it_does.sql."
    })
    void aSlipIsToldWithTheNameThatWasMeant(String file, String remedy) {
        assertThat(MigrationName.of(file))
                .isInstanceOfSatisfying(
                        MigrationName.Malformed.class,
                        slip -> assertThat(slip.remedy()).isEqualTo(remedy));
    }

    @Test
    void versionsAreOrderedAsFlywayOrdersThem() {
        List<String> versions = List.of("0.1", "1", "1.0.1", "1.2", "1.10", "2", "007", "10", "20260131120000");
        for (String left : versions) {
            for (String right : versions) {
                int theirs = Integer.signum(org.flywaydb.core.api.MigrationVersion.fromVersion(left)
                        .compareTo(org.flywaydb.core.api.MigrationVersion.fromVersion(right)));
                int ours = Integer.signum(MigrationVersion.parse(left)
                        .orElseThrow()
                        .compareTo(MigrationVersion.parse(right).orElseThrow()));
                assertThat(ours).as(left + " and " + right).isEqualTo(theirs);
            }
        }
        assertThat(MigrationVersion.parse("1.0")).isEqualTo(MigrationVersion.parse("01"));
        assertThat(MigrationVersion.parse("1..2")).isEmpty();
        assertThat(MigrationVersion.parse("")).isEmpty();
    }

    @Test
    void theParserOfFlywayRefusesByException() {
        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> FLYWAY.parse("x.sql").getPrefix()))
                .isInstanceOf(FlywayException.class);
    }
}
