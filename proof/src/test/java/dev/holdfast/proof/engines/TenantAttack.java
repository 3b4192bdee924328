package dev.holdfast.proof.engines;

import dev.holdfast.engine.Health;
import dev.holdfast.engine.Tenancy;
import dev.holdfast.engine.Tenancy.Which;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.proof.Await;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What hands, hurry and crashes do to single tenants and to their archives. */
final class TenantAttack {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final Path folder;
    private final Doors doors;

    TenantAttack(Path folder, Doors doors) {
        this.folder = folder;
        this.doors = doors;
    }

    interface Doors {
        Connection open(String role, String database) throws SQLException;
    }

    /** A row that comes between the archive and the deletion keeps all of them. */
    void writtenMeanwhile(Function<Consumer<String>, Tenanting<?>> tenants) {
        Path file = folder.resolve("meanwhile.zip");
        Tenanting<?> hears = tenants.apply(said -> {
            if (said.startsWith("removes ")) {
                run("here", "INSERT INTO people (tenant_id, name) VALUES (1012, 'late')");
            }
        });
        assertThatThrownBy(() -> hears.drop("here", Which.key("1012"), Optional.of(file)))
                .hasMessageContaining("HF3606")
                .hasMessageContaining(
                        "table people of tenant 'victim' in main/here was written to while it was archived");
        assertThat(one("here", "SELECT count(*) FROM people WHERE tenant_id = 1012"))
                .isEqualTo("2");
        Tenanting<?> quiet = tenants.apply(said -> {});
        Path other = folder.resolve("acme-kept.zip");
        quiet.export("here", "acme", other);
        assertThatThrownBy(() -> quiet.drop("here", Which.key("1012"), Optional.of(other)))
                .as("the archive of another is not written over")
                .hasMessageContaining("HF3605")
                .hasMessageContaining("is not an archive of tenant 'victim'");
        quiet.drop("here", Which.key("1012"), Optional.of(file));
        assertThat(quiet.bring("here", file)).as("with the late one").isEqualTo(3L);
    }

    /** A key is a text to the server, whatever is in it. */
    void keysWithEverySign(Tenanting<?> tenants) {
        List<String> keys = List.of("a$1b", "$$", "it's \"?\" \\ $0", "ключ-é", "%s {0}");
        for (String key : keys) {
            String text = "'" + key.replace("'", "''") + "'";
            run("words", "INSERT INTO tenants (id, name) VALUES (" + text + ", 'of ' || " + text + ")");
            run("words", "INSERT INTO people VALUES (" + text + ", 'one'), (" + text + ", 'two')");
            Path file = folder.resolve("words-" + keys.indexOf(key) + ".zip");
            tenants.drop("words", Which.key(key), Optional.of(file));
            assertThat(tenants.bring("words", file)).as(key).isEqualTo(3L);
            assertThat(one("words", "SELECT count(*) FROM people WHERE tenant_id = " + text))
                    .isEqualTo("2");
        }
    }

    void editedArchives(Tenanting<?> tenants) throws IOException {
        Path whole = folder.resolve("whole.zip");
        tenants.drop("here", Which.key("1012"), Optional.of(whole));
        String acme = one("here", "SELECT id FROM tenants WHERE name = 'acme'");
        String before = one("here", "SELECT count(*) || ' ' || sum(hashtext(p::text)) FROM people p");
        String people = "tables/public.people.csv";

        String slipped = acme + ",c0ffee00-0000-4000-8000-000000000000,slipped in,x\n";
        refused(tenants, whole, "bytes that it says of them", people, text -> text + slipped);
        // the same with a manifest that agrees
        for (String rows : List.of("2", "3")) {
            Path agreed = edited(whole, zip -> {
                edit(zip.getPath(people), text -> text + slipped);
                edit(
                        zip.getPath("tenant.json"),
                        text -> text.replaceAll("\"bytes\" ?: ?[0-9]+", "\"bytes\": 100000")
                                .replaceAll("\"rows\" ?: ?2", "\"rows\": " + rows));
            });
            assertRefused(tenants, agreed, "HF3606");
        }
        refused(tenants, whole, "HF3605", "tenant.json", text -> text.replace("\"1012\"", "\"" + acme + "\""));
        refused(tenants, whole, "HF3605", "tenant.json", text -> text.replace("\"victim\"", "\"acme\""));
        refused(tenants, whole, "HF3605", "tenant.json", text -> text.replace("\"victim\"", "\"\\u001b[2Jnobody\""));
        refused(tenants, whole, "HF3605", "tenant.json", text -> text.replace(people, "../../../../etc/passwd"));
        refused(tenants, whole, "HF3605", "tenant.json", text -> text.replace("\"notes\"", "\"people\""));
        refused(tenants, whole, "HF3605", "tenant.json", text -> text.replace("\"notes\"", "\"pg_catalog.pg_authid\""));
        refused(tenants, whole, "HF3605", "tenant.json", text -> text + " ".repeat(2 << 20));
        refused(tenants, whole, "HF3605", "tenant.json", text -> "[".repeat(100_000));
        refused(tenants, whole, "HF3605", "tenant.json", text -> "\u0000");
        Path bomb = edited(whole, zip -> edit(zip.getPath(people), text -> text + "1012,,bomb,\n".repeat(3_000_000)));
        assertThat(bomb)
                .as("small, and large when unpacked")
                .satisfies(file -> assertThat(Files.size(file)).isLessThan(1 << 20));
        assertRefused(tenants, bomb, "bytes that it says of them");

        assertThat(one("here", "SELECT count(*) || ' ' || sum(hashtext(p::text)) FROM people p"))
                .isEqualTo(before);
        assertThat(tenants.bring("here", whole)).isEqualTo(3L);
    }

    private interface Edit {
        void of(FileSystem zip) throws IOException;
    }

    private void refused(Tenanting<?> tenants, Path whole, String code, String entry, Function<String, String> change)
            throws IOException {
        assertRefused(tenants, edited(whole, zip -> edit(zip.getPath(entry), change)), code);
    }

    private static void assertRefused(Tenanting<?> tenants, Path file, String what) {
        assertThatThrownBy(() -> tenants.bring("here", file))
                .isInstanceOf(HoldfastException.class)
                .hasMessageContaining(what)
                .message()
                .doesNotContain("\u001b");
    }

    private Path edited(Path whole, Edit edit) throws IOException {
        Path file = Files.copy(whole, folder.resolve("edited.zip"), StandardCopyOption.REPLACE_EXISTING);
        try (FileSystem zip = FileSystems.newFileSystem(file)) {
            edit.of(zip);
        }
        return file;
    }

    private static void edit(Path entry, Function<String, String> change) throws IOException {
        Files.writeString(entry, change.apply(Files.readString(entry)), StandardOpenOption.TRUNCATE_EXISTING);
    }

    void names(Tenanting<?> tenants) {
        List<String> fine = List.of(
                "O'Neil \"& Sons\"; DROP TABLE people; --", "東京 🚀", "a".repeat(200), "می‌خواهم", "key=1", "$1");
        assertThat(tenants.create("words", fine).made())
                .extracting(Tenancy.Tenant::name)
                .containsExactlyElementsOf(fine);
        for (String name : fine) {
            assertThat(tenants.show("words", name).tenant().name()).isEqualTo(name);
            tenants.drop("words", name);
        }
        for (String name : List.of(
                "",
                " ",
                "a ",
                "a".repeat(201),
                "a\u202eb",
                "e\u0301",
                "a\ud800",
                "a\u0000b",
                "a\nb",
                "a\u200bb",
                "\ufeffa")) {
            assertThatThrownBy(() -> tenants.create("words", List.of("fine", name)))
                    .as("'" + name + "'")
                    .hasMessageContaining("HF3602")
                    .hasMessageContaining("is no name for a tenant");
        }
        assertThat(tenants.list("words")).extracting(Tenancy.Tenant::name).doesNotContain("fine");
    }

    /** Also where nothing of the database itself keeps names apart. */
    void atOnce(Tenanting<?> tenants) throws Exception {
        run("words", "ALTER TABLE tenants DROP CONSTRAINT tenants_name_key");
        List<Callable<Tenancy.Created>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(() -> tenants.create("words", List.of("first", "second")));
        }
        int made = 0;
        int there = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Tenancy.Created> one : threads.invokeAll(all)) {
                made += one.get().made().size();
                there += one.get().there().size();
            }
        }
        assertThat(List.of(made, there)).containsExactly(2, 6);
        run("words", "INSERT INTO tenants (name) VALUES ('first')");
        assertThatThrownBy(() -> tenants.drop("words", "first")).hasMessageContaining("HF3591");
    }

    /** Each waits in its middle for a lock that the test holds, and loses the process that serves it there. */
    void cut(Tenanting<?> tenants, RealStack stack) throws Exception {
        Path file = folder.resolve("cut.zip");
        cut("here", "visits", "ACCESS EXCLUSIVE", stack, false, () -> tenants.export("here", "victim", file));
        assertThat(file).doesNotExist();
        tenants.export("here", "victim", file);

        cut("here", "people", "SHARE", stack, true, () -> tenants.drop("here", "victim"));
        assertThat(tenants.show("here", "victim").tables())
                .extracting(part -> part.size().rows())
                .containsExactly(1L, 0L, 2L, 0L);
        tenants.drop("here", "victim");

        cut("here", "people", "SHARE", stack, false, () -> tenants.bring("here", file));
        assertThat(one("here", "SELECT count(*) FROM tenants WHERE id = 1012")).isEqualTo("0");
        assertThat(tenants.bring("here", file)).isEqualTo(3L);

        cut("there", "people", "SHARE", stack, false, () -> tenants.move(Which.asked("victim"), true));
        assertThat(one("there", "SELECT count(*) FROM tenants WHERE id = 1012")).isEqualTo("0");
        cut("here", "people", "SHARE", stack, true, () -> tenants.move(Which.asked("victim"), true));
        assertThat(tenants.move(Which.asked("victim"), true))
                .as("it had arrived whole, and leaves now")
                .extracting("isCopied", "isGone")
                .containsExactly(false, true);
        assertThat(one("here", "SELECT count(*) FROM people WHERE tenant_id = 1012"))
                .isEqualTo("0");
        assertThat(one("there", "SELECT count(*) FROM people WHERE tenant_id = 1012"))
                .isEqualTo("2");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(Path::toString)).noneMatch(name -> name.endsWith(".next"));
        }
    }

    private void cut(String database, String table, String mode, RealStack stack, boolean kills, Runnable work)
            throws Exception {
        try (Connection holder = doors.open("holdfast", database);
                Statement holding = holder.createStatement();
                Connection killer = doors.open("holdfast", database);
                Statement looking = killer.createStatement();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            holding.execute("BEGIN; LOCK TABLE " + table + " IN " + mode + " MODE");
            Future<?> run = threads.submit(work);
            String waits =
                    "SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
            Await.until("it waits", SOON, () -> !ask(looking, waits).equals("0"), () -> String.valueOf(run.state()));
            long waiting = Long.parseLong(ask(looking, waits));
            if (kills) {
                stack.kill("main-0", waiting);
                Await.until("the server has noticed", SOON, () -> isCut(looking), () -> stack.log("main-0"));
            } else {
                looking.execute("SELECT pg_terminate_backend(" + waiting + ")");
            }
            assertThatThrownBy(run::get).hasCauseInstanceOf(HoldfastException.class);
        } catch (SQLException e) {
            // a process that is killed takes those of all others along
            assertThat(kills).as(e.toString()).isTrue();
        }
        assertThat(stack.facets("main").ready("main-0", stack, SOON)).isInstanceOf(Health.Ready.class);
    }

    private static boolean isCut(Statement statement) {
        try {
            return TenancyTest.one(statement, "SELECT 1") == null;
        } catch (SQLException e) {
            return true;
        }
    }

    private String one(String database, String sql) {
        try (Connection connection = doors.open("holdfast", database);
                Statement statement = connection.createStatement()) {
            return ask(statement, sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static String ask(Statement statement, String sql) {
        try {
            return String.valueOf(TenancyTest.one(statement, sql));
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private void run(String database, String sql) {
        try (Connection connection = doors.open("holdfast", database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
