package dev.holdfast.proof.scenario;

import dev.holdfast.proof.Await;
import dev.holdfast.proof.Installation;
import dev.holdfast.proof.Outcome;
import dev.holdfast.proof.RunningStack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A service saved into a bucket and brought back: as of any moment, elsewhere, in its source's place; and what goes wrong with it. */
@Tag("engines")
final class BackupTest {
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: vault }
            spec:
              services:
                main:
                  engine: postgres
                  version: "17"
                  databases: { shop: { masking: { tables: { items: { word: hash } } } } }
                  backups: { to: objects/backups, patience: PATIENCE }
                objects: { engine: s3, buckets: { backups: {} } }
            """;
    private static final Duration SOON = Duration.ofSeconds(90);

    private Installation installation;
    private RunningStack vault;

    @BeforeEach
    void begin() {
        installation = Places.installation("backup");
        vault = RunningStack.up(
                installation, Places.folder(installation, "vault"), "vault", YAML.replace("PATIENCE", "1h"));
        sql("vault", "CREATE TABLE items AS SELECT g AS id, md5(g::text) AS word FROM generate_series(1, 1000) g");
    }

    @AfterEach
    void leaveNothing() {
        installation.close();
        Machine.awaitNoProcess(installation);
    }

    @Test
    void aServiceComesBackAsOfAnyMomentTakesItsSourcesPlaceAndADamagedBackupIsNamed() throws IOException {
        assertThat(vault.member("main-0").textAt("because").orElse("")).contains("archived at");
        sql("vault", """
                ALTER TABLE items ADD PRIMARY KEY (id), ALTER COLUMN word SET DEFAULT 'none', ADD CHECK (id > 0);
                CREATE INDEX items_word ON items (word);
                ALTER TABLE items ADD FOREIGN KEY (id) REFERENCES items (id);
                CREATE TRIGGER quiet BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
                CREATE ROLE gone;
                ALTER TABLE items ENABLE ROW LEVEL SECURITY;
                CREATE POLICY few ON items FOR SELECT USING (id < 10);
                CREATE POLICY theirs ON items TO gone USING (true)""");
        // what cannot be counted is no reason not to save it
        sql("vault", "CREATE MATERIALIZED VIEW empty AS SELECT * FROM items WITH NO DATA");
        Json saved = json("backup", "create", "main", "--type", "full");
        String full = saved.at("point").flatMap(point -> point.textAt("id")).orElseThrow();
        assertThat(full).endsWith("F");
        // as if the name had been written to the log before, and not down
        sql("vault", "SELECT pg_create_restore_point('holdfast/before-the-accident')");
        sql("vault", "INSERT INTO items SELECT g, 'later' FROM generate_series(1001, 1500) g");
        vault.run("backup", "point", "main", "before-the-accident").orFail();
        // no commit follows this moment, so that PostgreSQL itself never knows that it reached it
        vault.run("restore", "main", "--at", now(), "--table", "shop.public.items")
                .orFail();
        assertThat(sql("vault", "SELECT count(*) FROM restored_1.items")).isEqualTo("1500");
        String moment = now();
        sql("vault", "DELETE FROM items");

        sql("vault", "DROP OWNED BY gone; DROP ROLE gone");
        // told before anything is done, and refused where it cannot be
        Outcome plan = vault.run("restore", "main", "--at", moment, "--dry-run").orFail();
        assertThat(plan.out()).contains(full).contains("write-ahead log").contains("reachable");
        assertThat(plan.out()).contains("the file for masking are not followed");
        Outcome early = vault.run("restore", "main", "--at", "2020-01-01T00:00:00Z");
        assertThat(early.err()).contains("[HF3627]").contains("nearest");
        assertThat(vault.run("restore", "main", "--at", "2099-01-01T00:00:00Z").err())
                .contains("[HF3627]");
        assertThat(vault.run("restore", "main", "--backup", "20200101-000000F").err())
                .contains("[HF3626]");

        vault.run("restore", "main", "--at", moment, "--as", "then").orFail();
        assertThat(sql("vault@then", "SELECT count(*) FROM items")).isEqualTo("1500");
        assertThat(sql("vault@then", "SELECT count(*) FROM items WHERE word = md5(id::text)"))
                .isEqualTo("1000");
        // a branch is for other eyes than a restore is
        vault.run("branch", "create", "past", "--at", moment).orFail();
        assertThat(sql("vault@past", "SELECT count(*) FILTER (WHERE word ~ '^[0-9a-f]{64}$') FROM items"))
                .isEqualTo("1500");
        vault.run("branch", "delete", "past").orFail();
        assertThat(sql("vault", "SELECT count(*) FROM items")).isEqualTo("0");
        assertThat(vault.run("backup", "create", "main", "--stack", "vault@then")
                        .err())
                .contains("[HF1553]");

        // one table comes back into the source itself
        Outcome table = vault.run("restore", "main", "--point", "before-the-accident", "--table", "shop.public.items")
                .orFail();
        assertThat(table.out())
                .contains("left out: foreign key items_id_fkey")
                .contains("left out: trigger quiet")
                .contains("left out: policy theirs, because role \"gone\" does not exist")
                .doesNotContain("policy few");
        assertThat(sql("vault", "SELECT count(*) FROM restored_2.items")).isEqualTo("1500");
        assertThat(sql("vault", """
                        SELECT string_agg(found, ', ' ORDER BY found) FROM (
                          SELECT indexname FROM pg_indexes WHERE schemaname = 'restored_2'
                          UNION ALL SELECT conname FROM pg_constraint WHERE conrelid = 'restored_2.items'::regclass AND contype = 'c'
                          UNION ALL SELECT column_default FROM information_schema.columns
                            WHERE table_schema = 'restored_2' AND column_default IS NOT NULL
                          UNION ALL SELECT policyname || ' on ' || schemaname FROM pg_policies WHERE schemaname = 'restored_2'
                        ) all_of_it (found)"""))
                .isEqualTo("'none'::text, few on restored_2, items_id_check, items_pkey, items_word");

        Outcome unapproved = vault.run("promote", "vault@then");
        assertThat(unapproved.status()).isEqualTo(5);
        assertThat(unapproved.err()).contains("[HF3637]").contains("--approve vault/main");
        Json promoted = vault.run("promote", "vault@then", "--approve", "vault/main", "--output", "json")
                .orFail()
                .json();
        assertThat(sql("vault", "SELECT count(*) FROM items")).isEqualTo("1500");
        assertThat(Path.of(((Json.Text) promoted.itemsAt("aside").getFirst()).value()))
                .isDirectory();
        assertThat(vault.run("stacks").out()).doesNotContain("vault@then");

        // what is saved from now on is on a timeline of its own, and sound
        sql("vault", "INSERT INTO items VALUES (2000, 'after')");
        String newest = json("backup", "create", "main", "--type", "full")
                .at("point")
                .flatMap(point -> point.textAt("id"))
                .orElseThrow();
        assertThat(vault.run("backup", "verify", "main").orFail().out())
                .contains("tables are there, as when it was saved");

        // one bit of the bucket
        Path bundle = files(installation.home().resolve("data/stacks/vault/volume/objects-0"))
                .filter(file -> file.toString().contains("/bundle/"))
                .filter(file -> file.toString().contains(newest))
                .findFirst()
                .orElseThrow();
        flip(bundle);
        Outcome damaged = vault.run("backup", "verify", "main");
        assertThat(damaged.status()).as(damaged.text()).isEqualTo(4);
        assertThat(damaged.err())
                .contains("[HF3632]")
                .contains("invalid checksum")
                .contains("F/");
    }

    @Test
    void aBucketAndItsKeyAreEnough() throws IOException {
        System.err.println("XXX begin " + java.time.Instant.now());
        aBackupThatWasMissedIsTakenAndATableMayBeDroppedUnderIt();
        System.err.println("XXX missed " + java.time.Instant.now());
        Json dump = json("backup", "create", "main", "--logical", "--table", "items");
        String logical = dump.at("point").flatMap(point -> point.textAt("id")).orElseThrow();
        System.err.println("XXX dumped " + java.time.Instant.now());
        aDumpIsCheckedAndOneThatIsDamagedLeavesNothing(logical);
        System.err.println("XXX checked " + java.time.Instant.now());
        Path key = installation.home().resolve("main.key");
        vault.run("backup", "key", "main", "--out", key.toString()).orFail();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
                .isEqualTo("rw-------");
        sql("vault", "SELECT pg_switch_wal()");
        // as if the daemon had been killed just before it wrote down what it had counted
        Path stored = installation.home().resolve("data/stacks/vault/volume/objects-0/objects/backups/vault");
        Path ledger = files(stored.resolve("holdfast"))
                .filter(file -> file.getFileName().toString().endsWith("F.json"))
                .findFirst()
                .orElseThrow();
        Files.delete(ledger);
        // the source goes, with all it held; the store serves on
        vault.write(YAML.replaceFirst("(?s)    main:.*patience: PATIENCE }\n", ""));
        Json plan = vault.run("plan", "--output", "json").json();
        List<String> apply = new java.util.ArrayList<>(List.of("apply", "--yes"));
        plan.itemsAt("changes").stream()
                .flatMap(change -> change.textAt("approval").stream())
                .distinct()
                .forEach(word -> apply.addAll(List.of("--approve", word)));
        vault.run(apply.toArray(new String[0])).orFail();
        // the data of a service that left the file is kept; here its disk is lost too
        Machine.run(
                "rm",
                "-r",
                installation.home().resolve("data/stacks/vault/volume/main-0").toString());

        try (Installation elsewhere = Places.installation("elsewhere")) {
            RunningStack other = new RunningStack(elsewhere, Places.folder(elsewhere, "none"), "vault@restored");
            Files.createDirectories(other.folder());
            other.run("restore", "--from", key.toString()).orFail();
            assertThat(other.sql("vault@restored", "shop", "SELECT count(*) FROM items"))
                    .isEqualTo("1000");
            other.run("restore", "--from", key.toString(), "--backup", logical, "--as", "dump")
                    .orFail();
            assertThat(other.sql("vault@dump", "shop", "SELECT count(*) FROM items"))
                    .isEqualTo("1000");
            Path wrong = installation.home().resolve("wrong.key");
            Files.writeString(wrong, Files.readString(key).replaceFirst("\"cipher\":\"[^\"]{4}", "\"cipher\":\"AAAA"));
            Files.setPosixFilePermissions(wrong, PosixFilePermissions.fromString("rw-------"));
            assertThat(other.run("restore", "--from", wrong.toString(), "--as", "w")
                            .err())
                    .contains("[HF3623]");
            Files.writeString(
                    wrong, Files.readString(key).replaceFirst("\"password\":\"[^\"]{4}", "\"password\":\"AAAA"));
            assertThat(other.run("restore", "--from", wrong.toString(), "--as", "w")
                            .err())
                    .contains("[HF3621]");
            Files.writeString(wrong, Files.readString(key).replace("\"bucket\":\"backups\"", "\"bucket\":\"backup\""));
            assertThat(other.run("restore", "--from", wrong.toString(), "--as", "w")
                            .err())
                    .contains("[HF3622]");
            Files.writeString(wrong, "{}");
            assertThat(other.run("restore", "--from", wrong.toString(), "--as", "w")
                            .err())
                    .contains("[HF3636]");
            assertThat(other.run("stacks").out()).doesNotContain("vault@w");
        }
    }

    @Test
    void archivingThatFailsIsSeenAtOnceAndABackupThatHangsIsEnded() throws IOException {
        Path bucket = installation.home().resolve("data/stacks/vault/volume/objects-0/objects/backups");
        Path away = bucket.resolveSibling("away");
        long server = vault.pid("main-0");
        Files.move(bucket, away);
        sql("vault", "INSERT INTO items VALUES (-1, 'lost?'); SELECT pg_switch_wal()");
        Await.until(
                "main says that it is not archived",
                SOON,
                () -> vault.member("main-0").textAt("because").orElse("").contains("not archived"),
                () -> vault.status().pretty());
        Outcome status = vault.run("status", "vault");
        assertThat(status.status()).isEqualTo(4);
        assertThat(status.out())
                .contains("bucket of main's backups is not there")
                .contains("files (");
        Outcome refused = vault.run("backup", "create", "main");
        assertThat(refused.err()).contains("[HF3634]");
        Files.move(away, bucket);
        vault.awaitReady(Duration.ofSeconds(150));
        assertThat(vault.pid("main-0")).isEqualTo(server);

        // a store that takes the connection and never answers
        vault.write(YAML.replace("PATIENCE", "3s"));
        vault.run("up").orFail();
        long store = vault.pid("objects-0");
        assertThat(new ProcessBuilder("kill", "-STOP", Long.toString(store))
                        .inheritIO()
                        .start()
                        .pid())
                .isPositive();
        Outcome hangs = vault.run("backup", "create", "main", "--logical");
        assertThat(new ProcessBuilder("kill", "-CONT", Long.toString(store))
                        .inheritIO()
                        .start()
                        .pid())
                .isPositive();
        assertThat(hangs.err()).contains("[HF3116]");
    }

    /** The clock of a machine cannot be turned on for one daemon; what it remembers can be turned back. */
    private void aBackupThatWasMissedIsTakenAndATableMayBeDroppedUnderIt() throws IOException {
        Path memory = installation.home().resolve("data/stacks/vault/savings.json");
        Await.until(
                "it is known since when",
                SOON,
                () -> Files.exists(memory),
                () -> vault.status().pretty());
        sql("vault", "CREATE TABLE victim ()");
        Path said = installation.home().resolve("drop.txt");
        // commits as soon as somebody waits for the table, which only the counting does
        Process drop = installation.start(
                vault.folder(), said, "connect", "main", "--role", "holdfast", "--", "-d", "shop", "-Atqc", """
                DO $$ BEGIN
                  DROP TABLE victim;
                  FOR i IN 1..6000 LOOP
                    EXIT WHEN EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'relation');
                    PERFORM pg_sleep(0.01);
                  END LOOP;
                END $$""");
        Await.until(
                "the table is being dropped",
                SOON,
                () -> sql(
                                "vault",
                                "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND locktype = 'relation'")
                        .equals("1"),
                () -> vault.status().pretty());
        vault.run("daemon", "stop").orFail();
        String then = Files.readString(memory);
        Files.writeString(memory, then.replaceAll("\"since\" ?: ?\"[^\"]*\"", "\"since\": \"2020-01-01T00:00:00Z\""));
        assertThat(Files.readString(memory)).contains("2020-01-01").isNotEqualTo(then);

        Await.until(
                "what was missed is made up for",
                SOON,
                () -> vault.run("backup", "list", "main").out().contains(" full "),
                () -> vault.status().pretty());
        Await.until(
                "the table is gone",
                SOON,
                () -> !drop.isAlive(),
                () -> vault.status().pretty());
        Await.until(
                "it is told",
                SOON,
                () -> vault.run("why", "main").out().contains("took a full backup of main because its time had come"),
                () -> vault.run("why", "main").text());
        assertThat(drop.exitValue()).as(Files.readString(said)).isZero();
        assertThat(sql("vault", "SELECT to_regclass('victim') IS NULL")).isEqualTo("t");
        assertThat(vault.status().itemsAt("problems")).isEmpty();
    }

    private void aDumpIsCheckedAndOneThatIsDamagedLeavesNothing(String logical) throws IOException {
        assertThat(vault.run("backup", "verify", "main", logical).orFail().out())
                .contains("stored as it was written")
                .doesNotContain("checksum");
        Path dump = files(installation.home().resolve("data/stacks/vault/volume/objects-0"))
                .filter(file -> file.getFileName().toString().equals(logical + ".dump"))
                .findFirst()
                .orElseThrow();
        flip(dump);
        Outcome verified = vault.run("backup", "verify", "main", logical);
        assertThat(verified.err()).contains("[HF3632]").contains(logical);
        Outcome restored = vault.run("restore", "main", "--backup", logical, "--as", "broken");
        assertThat(restored.status()).as(restored.text()).isEqualTo(4);
        assertThat(restored.err()).contains("[HF3632]");
        assertThat(vault.run("stacks").out()).doesNotContain("vault@");
        flip(dump);
    }

    /** One bit in the middle; twice is not at all. */
    private static void flip(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(file.length() / 2);
            int was = file.read();
            file.seek(file.length() / 2);
            file.write(was ^ 1);
        }
    }

    private static Stream<Path> files(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Json json(String... arguments) {
        List<String> all = new java.util.ArrayList<>(List.of(arguments));
        all.addAll(List.of("--output", "json"));
        return vault.run(all.toArray(new String[0])).orFail().json();
    }

    private String now() {
        return sql("vault", "SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
    }

    private String sql(String stack, String statement) {
        return vault.sql(stack, "shop", statement);
    }
}
