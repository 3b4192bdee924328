package dev.holdfast.proof.engines;

import dev.holdfast.blueprint.Address;
import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Parameters;
import dev.holdfast.engines.redis.RedisEngine;
import dev.holdfast.plan.Change;
import dev.holdfast.secret.Issued;
import dev.holdfast.secret.SecretRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A real Redis, driven by what its engine says. One server for all of it, in order. */
@Tag("engines")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class RedisTest {
    private static final String MEMBER = "cache-0";

    /** Redis would take these too, but a door that moves under its clients is a restart to them. */
    private static final List<String> DOORS = List.of("bind", "port", "tls-port");

    private static final String STACK = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: proof }
            spec:
              services:
                cache:
                  engine: redis
                  resources: { cpu: 1, memory: 128Mi, storage: 1Gi }
                  queues: [jobs]
                  roles:
                    app: { can: [read, write, publish, script] }
                    reader: { can: [read], keys: ["session:*", "user:*"] }
                    worker: { can: [write], keys: ["q:*"] }
            """;

    @TempDir
    private static Path folder;

    private static RealStack stack;

    @BeforeAll
    static void start() {
        stack = new RealStack(folder, STACK);
        stack.start(server());
        assertThat(ready()).isInstanceOf(Health.Ready.class);
    }

    @AfterAll
    static void stop() {
        if (stack != null) {
            stack.close();
        }
    }

    @Test
    @Order(1)
    void aNewServerBecomesWhatTheFileSaysAndThenNothingIsLeftToDo() {
        List<Change> planned = changes(stack);
        assertThat(planned).isEqualTo(stack.facets("cache").fromNothing(stack)).isNotEmpty();
        apply(stack, planned);
        assertThat(changes(stack)).isEmpty();
        apply(stack, planned);
        assertThat(changes(stack)).as("doing it twice is harmless").isEmpty();
    }

    @Test
    @Order(2)
    void everySettingOfEffectReloadIsTakenByTheRunningServerAndNoOtherIs() {
        Map<String, String> wrong = new TreeMap<>();
        for (Setting setting : settings(stack)) {
            String answer = cli("holdfast", "CONFIG", "SET", setting.key(), unquoted(setting));
            boolean taken = answer.equals("OK") && !DOORS.contains(setting.key());
            if (taken != (setting.effect() == Setting.Effect.RELOAD)) {
                wrong.put(setting.key(), setting.effect() + ": " + answer);
            }
        }
        assertThat(wrong).isEmpty();
        // what the server itself has for the words of the file
        Map<String, String> inForce = new TreeMap<>();
        for (Setting setting : settings(stack)) {
            List<String> answer =
                    cli("holdfast", "CONFIG", "GET", setting.key()).lines().toList();
            inForce.put(setting.key(), answer.size() > 1 ? answer.get(1) : "");
        }
        for (Setting setting : settings(stack)) {
            assertThat(bytes(inForce.get(setting.key()))).as(setting.key()).isEqualTo(bytes(unquoted(setting)));
        }
        TreeSet<String> listed =
                new TreeSet<>(Parameters.beside(RedisEngine.class).byKey().keySet());
        assertThat(listed)
                .as("it has what one server needs; RedisEngineTest sees to the others")
                .containsAll(settings(stack).stream().map(Setting::key).toList());
    }

    @Test
    @Order(3)
    void moreMemoryIsTakenWithoutARestart() {
        RealStack edited = stack.edited(STACK.replace("memory: 128Mi", "memory: 256Mi"));
        List<Setting> before = settings(stack);
        List<Setting> changed = settings(edited).stream()
                .filter(setting -> before.stream()
                        .noneMatch(old ->
                                old.key().equals(setting.key()) && old.value().equals(setting.value())))
                .toList();
        assertThat(changed).extracting(Setting::key).contains("maxmemory");
        edited.facets("cache").reload(MEMBER, changed, edited);
        assertThat(cli("holdfast", "CONFIG", "GET", "maxmemory")).isEqualTo("maxmemory\n" + (192 << 20));
        stack.facets("cache")
                .reload(
                        MEMBER,
                        settings(stack).stream()
                                .filter(setting -> setting.effect() == Setting.Effect.RELOAD)
                                .toList(),
                        stack);
        assertThat(cli("holdfast", "CONFIG", "GET", "maxmemory")).isEqualTo("maxmemory\n" + (96 << 20));
    }

    @Test
    @Order(4)
    void eachRoleMayDoWhatTheFileSaysAndNoMore() {
        assertThat(cli("app", "SET", "user:1", "Ada")).isEqualTo("OK");
        assertThat(cli("app", "EVAL", "return redis.call('get','user:1')", "0")).isEqualTo("Ada");
        assertThat(cli("app", "FLUSHALL")).startsWith("NOPERM");
        assertThat(cli("reader", "GET", "user:1")).isEqualTo("Ada");
        assertThat(cli("reader", "SET", "user:1", "Bob")).startsWith("NOPERM");
        assertThat(cli("reader", "DEL", "user:1")).startsWith("NOPERM");
        assertThat(cli("reader", "GET", "other")).startsWith("NOPERM");
        assertThat(cli("worker", "RPUSH", "q:1", "x")).isEqualTo("1");
        assertThat(cli("worker", "GET", "q:1")).startsWith("NOPERM");
        assertThat(cli("exporter", "GET", "user:1")).startsWith("NOPERM");
        assertThat(cli("exporter", "LLEN", "jobs")).isEqualTo("0");
        assertThat(cli("app", "GET", "user:1")).isEqualTo("Ada");
    }

    @Test
    @Order(5)
    void whatWasChangedByHandIsShownAndPutRightAndWhatWasMadeByHandStays() {
        cli("holdfast", "ACL", "SETUSER", "byhand", "on", ">secret", "~*", "+@all");
        cli("holdfast", "ACL", "SETUSER", "reader", "+set");
        cli("holdfast", "ACL", "SETUSER", "default", "on", "nopass", "+@all", "~*");
        cli("holdfast", "ACL", "SETUSER", "app", ">other");
        List<Change> drift = changes(stack);
        assertThat(drift)
                .extracting(change -> change.where() + ": " + change.summary())
                .containsExactlyInAnyOrder(
                        "cache/users/default: change what user 'default' may do",
                        "cache/roles/app: give user 'app' its password",
                        "cache/roles/reader: change what user 'reader' may do");
        assertThat(drift).allSatisfy(change -> assertThat(change.risk()).isEqualTo(Change.Risk.NONE));
        apply(stack, drift);
        assertThat(changes(stack)).isEmpty();
        assertThat(cli("holdfast", "ACL", "GETUSER", "byhand")).contains("+@all");
    }

    @Test
    @Order(6)
    void whatIsDeclaredNoLongerNeedsAnApprovalBeforeItGoes() {
        RealStack edited = stack.edited(STACK.replace("        worker: { can: [write], keys: [\"q:*\"] }\n", ""));
        List<Change> changes = changes(edited);
        assertThat(changes).hasSize(1).first().satisfies(change -> {
            assertThat(change.where()).isEqualTo("cache/roles/worker");
            assertThat(change.risk()).isEqualTo(Change.Risk.DATA);
        });
        apply(edited, changes);
        apply(edited, changes);
        assertThat(changes(edited)).isEmpty();
        apply(stack, changes(stack));
        assertThat(changes(stack)).isEmpty();
    }

    @Test
    @Order(7)
    void aReplacedCertificateIsShownWithoutARestart() {
        assertThat(cli("app", "SET", "kept", "yes")).isEqualTo("OK");
        Issued renewed = stack.renew(server());
        assertThat(shown()).isNotEqualTo(Leaf.of(renewed));
        stack.facets("cache").reload(MEMBER, List.of(), stack);
        assertThat(shown()).isEqualTo(Leaf.of(renewed));
        assertThat(cli("app", "GET", "kept")).isEqualTo("yes");
    }

    @Test
    @Order(8)
    void aWrongPasswordAPlainConnectionAndAnExpiredCertificateAreToldApart() {
        Address address = stack.outside(MEMBER, "redis");
        Otherwise wrong = new Otherwise(stack, new SecretRef("cache", "holdfast"));
        // an engine of its own: the one before keeps its connection, on which nobody asks for the password again
        assertThat(Facets.of(stack.bound("cache")).probe(MEMBER, stack)).isInstanceOf(Health.Ready.class);
        assertThat(stack.anew().facets("cache").probe(MEMBER, wrong))
                .isEqualTo(new Health.NotReady(
                        "redis at " + address + " refuses the password of user 'holdfast'",
                        "Somebody has changed this user in the server: restore the file /data/users.acl of 'cache', or"
                                + " restart the service with `holdfast restart cache` if it was not saved."));
        assertThatThrownBy(() -> stack.anew().facets("cache").changes(wrong))
                .hasMessage("redis at " + address + " refuses the password of user 'holdfast' [HF3522]\n"
                        + "  fix: Somebody has changed this user in the server: restore the file /data/users.acl of"
                        + " 'cache', or restart the service with `holdfast restart cache` if it was not saved.");
        assertThat(stack.run(
                        server(),
                        List.of("/usr/bin/redis-cli", "-p", Integer.toString(address.port()), "PING"),
                        Map.of()))
                .as("nobody is served without TLS")
                .doesNotContain("PONG");
        stack.expire(server());
        stack.facets("cache").reload(MEMBER, List.of(), stack);
        assertThatThrownBy(() -> stack.anew().facets("cache").changes(stack))
                .hasMessage("the certificate that redis at " + address + " shows has expired [HF3521]\n"
                        + "  fix: Run `holdfast restart cache`, which issues a new one.");
        stack.renew(server());
        stack.stop(MEMBER);
        stack.start(server());
        assertThat(ready()).isInstanceOf(Health.Ready.class);
    }

    @Test
    @Order(9)
    void usersAndDataOutliveARestartAndAServerThatIsDownIsAnAnswer() {
        assertThat(changes(stack)).isEmpty();
        assertThat(cli("app", "GET", "kept")).isEqualTo("yes");
        stack.stop(MEMBER);
        Address address = stack.outside(MEMBER, "redis");
        assertThat(stack.facets("cache").probe(MEMBER, stack))
                .isEqualTo(new Health.NotReady(
                        "nothing listens at " + address,
                        "Start it with `holdfast restart cache`, or read `holdfast logs cache`."));
        assertThatThrownBy(() -> changes(stack)).hasMessageStartingWith("nothing listens at " + address + " [HF3521]");
        stack.start(server());
        assertThat(ready().because()).startsWith("redis 8.").contains("answers over TLS as primary");
    }

    @Test
    @Order(10)
    void noPasswordIsInTheLogOrInAnArgument() throws IOException {
        for (String user : List.of("holdfast", "exporter", "roles/app", "roles/reader", "roles/worker")) {
            String password = stack.secret(new SecretRef("cache", user)).reveal();
            assertThat(stack.log(MEMBER)).doesNotContain(password);
            assertThat(server().command()).noneMatch(word -> word.contains(password));
            assertThat(Files.readString(folder.resolve(MEMBER).resolve("data/users.acl")))
                    .doesNotContain(password);
        }
    }

    private static Workload server() {
        return stack.workloads("cache").getFirst();
    }

    private static List<Setting> settings(RealStack where) {
        for (ConfigurationFile file : where.workloads("cache").getFirst().files()) {
            if (file.content() instanceof Content.Settings(Content.Syntax syntax, List<Setting> settings)) {
                return settings;
            }
        }
        return List.of();
    }

    private static String unquoted(Setting setting) {
        return setting.value().replace("\"", "");
    }

    /** Redis answers sizes in bytes. */
    private static String bytes(String value) {
        return value.matches("[0-9]+mb") ? Long.toString(Long.parseLong(value.replace("mb", "")) << 20) : value;
    }

    private static List<Change> changes(RealStack where) {
        return where.facets("cache").changes(where);
    }

    private static void apply(RealStack where, List<Change> changes) {
        where.facets("cache").apply(changes, where);
    }

    private static String shown() {
        return Leaf.shownAt(stack.outside(MEMBER, "redis"), stack.authorityFile());
    }

    private static Health ready() {
        return stack.facets("cache").ready(MEMBER, stack, Duration.ofSeconds(30));
    }

    /** As a person would ask, with the client that the engine names; the answer without its status and line end. */
    private static String cli(String user, String... words) {
        var client = user.equals("exporter")
                ? stack.facets("cache").client("holdfast", stack)
                : stack.facets("cache").client(user, stack);
        List<String> command = new ArrayList<>(client.command());
        Map<String, String> environment = Facets.revealed(client.environment());
        if (user.equals("exporter")) {
            command.set(command.size() - 1, user);
            environment.put(
                    "REDISCLI_AUTH", stack.secret(new SecretRef("cache", user)).reveal());
        }
        command.addAll(List.of(words));
        String answer = stack.run(server(), command, environment);
        return answer.substring(answer.indexOf('\n') + 1).strip();
    }
}
