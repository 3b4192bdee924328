package dev.holdfast.engines.postgres.migrations;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.Position;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What a folder of migrations may hold, and what is said of the rest. */
final class MigrationFolderTest {
    private static final Position DECLARED = new Position("stack.yaml", 9, 5);

    @TempDir
    private Path folder;

    @Test
    void filesStandInTheOrderInWhichTheyRun() throws IOException {
        write(
                "R__views.sql",
                "V10__c.sql",
                "V2__b.sql",
                "deep/V1__a.sql",
                "R__functions.sql",
                "README.md",
                "beforeMigrate.sql");
        Problems problems = new Problems();
        MigrationFolder read = MigrationFolder.read(folder, DECLARED, true, problems);
        assertThat(problems.all()).isEmpty();
        assertThat(read.files())
                .extracting(MigrationFile::script)
                .containsExactly("deep/V1__a.sql", "V2__b.sql", "V10__c.sql", "R__functions.sql", "R__views.sql");
        assertThat(read.callbacks()).containsOnlyKeys("beforeMigrate.sql");
    }

    @Test
    void everythingThatIsWrongIsToldAtOnceAndAtItsPlace() throws IOException {
        write(
                "V1__a.sql",
                "V1.0__again.sql",
                "V2_slip.sql",
                "U1__undo.sql",
                "V3__b.sql",
                "V5__c.sql",
                "R__v.sql",
                "deep/R__v.sql",
                "V6__x.sql.conf");
        Files.write(folder.resolve("V4__bytes.sql"), new byte[] {(byte) 0xff, (byte) 0xfe, 'x'});
        assertThat(codes(folder, false))
                .containsExactlyInAnyOrder(
                        Code.HF1532,
                        Code.HF1531,
                        Code.HF1531,
                        Code.HF1533,
                        Code.HF1533,
                        Code.HF1532,
                        Code.HF1531,
                        Code.HF1534);
        Problems problems = new Problems();
        MigrationFolder.read(folder, DECLARED, false, problems);
        assertThat(problems.all())
                .allSatisfy(problem -> assertThat(
                                problem.position().map(Position::source).orElse(""))
                        .startsWith(folder.toString()));
    }

    @Test
    void aFolderThatIsNotThereIsToldWhereItIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        for (Path missing : List.of(folder.resolve("nowhere"), file)) {
            Problems problems = new Problems();
            MigrationFolder.read(missing, DECLARED, false, problems);
            assertThat(problems.all()).singleElement().satisfies(problem -> {
                assertThat(problem.code()).isEqualTo(Code.HF1530);
                assertThat(problem.position()).contains(DECLARED);
            });
        }
    }

    @Test
    void gapsAreThoseOfACountAndNotOfMomentsOrTens() throws IOException {
        write("V20260101000000__a.sql", "V20260301000000__b.sql");
        assertThat(codes(folder, false)).isEmpty();
        Path tens = Files.createDirectories(folder.resolve("tens"));
        Files.writeString(tens.resolve("V10__a.sql"), "");
        Files.writeString(tens.resolve("V20__b.sql"), "");
        assertThat(codes(tens, false)).isEmpty();
        Path counted = Files.createDirectories(folder.resolve("counted"));
        Files.writeString(counted.resolve("V7__a.sql"), "");
        Files.writeString(counted.resolve("V9__b.sql"), "");
        assertThat(codes(counted, false)).containsExactly(Code.HF1533);
        assertThat(codes(counted, true)).isEmpty();
    }

    @Test
    void layoutIsToldFromMeaning() {
        assertThat(same("CREATE TABLE a (id int, b text);", "create")).isFalse();
        assertThat(same("SELECT 1 ; -- one", "\uFEFF/* two /* nested */ */ SELECT\r\n\t1;\r\n"))
                .isTrue();
        assertThat(same("CREATE TABLE a (\n  id int\n);", "CREATE TABLE a (id int);"))
                .isTrue();
        assertThat(same("SELECT 'a  b'", "SELECT 'a b'")).isFalse();
        assertThat(same("SELECT '-- a'", "SELECT '-- b'")).isFalse();
        assertThat(same("DO $x$ BEGIN -- a\n END $x$", "DO $x$ BEGIN END $x$")).isFalse();
        assertThat(same("SELECT 1 - -1", "SELECT 1 --1")).isFalse();
        assertThat(same("SELECT a b", "SELECT ab")).isFalse();
        assertThat(same("COPY t FROM stdin;\na\tb\n\\.\n", "COPY t FROM stdin;\na b\n\\.\n"))
                .isFalse();
        assertThat(SqlText.statements("SELECT ';'; SELECT \";\"; SELECT $$;$$; SELECT E'\\';' -- ;\n; SELECT 5"))
                .hasSize(5)
                .last()
                .satisfies(last -> assertThat(last.line()).isEqualTo(2));
    }

    private static boolean same(String before, String after) {
        return MigrationDiff.sameMeaning(before, after);
    }

    @Test
    void aDifferenceIsShownWithWhatStandsAroundIt() {
        assertThat(UnifiedDiff.of("a\nb\nc\nd\ne\n", "a\nb\nX\nd\ne\n"))
                .containsExactly("@@ line 1 @@", " a", " b", "-c", "+X", " d", " e");
        assertThat(UnifiedDiff.of("x\n".repeat(5_000), "y\n".repeat(5_000))).hasSizeLessThan(70);
    }

    private static List<Code> codes(Path where, boolean gaps) {
        Problems problems = new Problems();
        MigrationFolder.read(where, DECLARED, gaps, problems);
        return problems.all().stream().map(Problem::code).toList();
    }

    private void write(String... names) throws IOException {
        for (String name : names) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "SELECT 1;\n");
        }
    }
}
