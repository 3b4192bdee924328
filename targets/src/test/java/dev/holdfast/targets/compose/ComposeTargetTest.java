package dev.holdfast.targets.compose;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Container;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Register;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.secret.CertificateAuthority;
import dev.holdfast.secret.Scram;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.secret.SecretStore;
import dev.holdfast.target.Target;
import dev.holdfast.target.Target.Rendered;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class ComposeTargetTest {
    private static final Path GOLDEN = Path.of("src/test/resources/dev/holdfast/targets/compose/compose.yaml");

    @TempDir
    private static Path home;

    private static SecretStore store;
    private static Target.Secrets secrets;

    /** Once: making certificates takes longer than all the rest. */
    @BeforeAll
    static void open() {
        store = new SecretStore(home.resolve("secrets.enc"), home.resolve("key"), "demo", new SecureRandom());
        secrets = Target.Secrets.of(
                store, new CertificateAuthority("demo", store, InstantSource.system(), new SecureRandom()));
    }

    @Test
    void theFileIsAsWritten() throws IOException {
        String text = file("compose.yaml").text().replaceAll("(dev.holdfast.files: )\\S+", "$1DIGEST");
        if (Boolean.getBoolean("golden.update")) {
            Files.createDirectories(GOLDEN.getParent());
            Files.writeString(GOLDEN, text);
        }

        assertThat(text).isEqualTo(Files.readString(GOLDEN));
    }

    @Test
    void theSameStackAndSecretsGiveTheSameBytes() {
        assertThat(render()).isEqualTo(render());
    }

    @Test
    void noSecretStandsOutsideTheSecretsFolder() {
        List<Rendered> files = render();

        assertThat(files)
                .allSatisfy(f -> assertThat(f.confidential()).isEqualTo(f.path().startsWith("secrets/")));
        for (SecretRef ref : store.names()) {
            String value = store.find(ref).orElseThrow().reveal();
            assertThat(files)
                    .filteredOn(f -> !f.confidential())
                    .noneSatisfy(f -> assertThat(f.text()).contains(value));
        }
    }

    @Test
    void theDatabaseBeginsWithVerifiersAndNotWithPasswords() {
        String sql = file("secrets/main-0/first/10-holdfast.sql").text();

        String verifier = sql.substring(sql.indexOf('\'') + 1, sql.lastIndexOf('\''));
        assertThat(Scram.matches(verifier, store.find(FakeStack.APP).orElseThrow()))
                .isTrue();
        assertThat(sql).doesNotContain(store.find(FakeStack.APP).orElseThrow().reveal());
    }

    @Test
    void configurationSaysItsRulesAndIsQuoted() {
        assertThat(file("config/main-0/postgresql.conf").text())
                .isEqualTo("# 25 % of memory\nshared_buffers = '512MB'\nsearch_path = '\"$user\", ''it''''s'''\n");
        assertThat(file("config/main-pooler/pgbouncer.ini").text())
                .isEqualTo("[databases]\n* = host=main-0\n[pgbouncer]\npool_mode = transaction\n");
    }

    @Test
    void aChangedSecretChangesTheMemberThatReadsItAndNoOther() {
        Map<String, Object> before = services();
        store.put(new SecretRef("main", "roles/admin"), new dev.holdfast.secret.Redacted("another-password"));
        Map<String, Object> after = services();

        assertThat(after.keySet()).isEqualTo(before.keySet());
        assertThat(after.keySet())
                .filteredOn(name -> !before.get(name).equals(after.get(name)))
                .containsExactlyInAnyOrder("main-0", "main-0-prepare");
    }

    @Test
    void whatIsNamedIsThereAndOnlyLoopbackIsPublished() {
        Map<String, Object> document = document();
        Set<String> paths = new java.util.HashSet<>();
        render().forEach(f -> paths.add("./" + f.path()));
        at(document, "secrets").values().forEach(s -> assertThat(paths).contains((String) ((Map<?, ?>) s).get("file")));
        for (Object value : at(document, "services").values()) {
            Map<?, ?> service = (Map<?, ?>) value;
            assertThat(list(service, "security_opt")).containsExactly("no-new-privileges:true");
            assertThat(list(service, "cap_drop")).containsExactly("ALL");
            assertThat((String) service.get("image"))
                    .matches("docker\\.io/[a-z0-9/_.-]+:[A-Za-z0-9._-]*[0-9][A-Za-z0-9._-]*");
            assertThat(list(service, "ports"))
                    .allSatisfy(p -> assertThat((String) p).startsWith("127.0.0.1:"));
            for (Object mount : list(service, "volumes")) {
                Map<?, ?> each = (Map<?, ?>) mount;
                if (each.get("type").equals("volume")) {
                    assertThat(at(document, "volumes")).containsKey((String) each.get("source"));
                } else {
                    assertThat(paths).anyMatch(p -> p.startsWith((String) each.get("source")));
                }
            }
            for (Object secret : list(service, "secrets")) {
                assertThat(at(document, "secrets")).containsKey((String) ((Map<?, ?>) secret).get("source"));
            }
            if (service.get("depends_on") instanceof Map<?, ?> needs) {
                needs.keySet().forEach(n -> assertThat(at(document, "services")).containsKey((String) n));
            }
        }
    }

    @Test
    void twoMembersOfTheSameStandardPortArePublishedApart() {
        assertThat(list((Map<?, ?>) services().get("main-0"), "ports")).containsExactly("127.0.0.1:5432:5432");
        assertThat(list((Map<?, ?>) services().get("main-pooler"), "ports")).containsExactly("127.0.0.1:5433:5432");
    }

    @Test
    void dollarsAreMeantAsTheyStand() {
        assertThat(file("compose.yaml").text()).contains("\"pg_isready -q -h $$(hostname)\"");
    }

    @Test
    void anEngineThatWritesAPasswordInPlainTextIsCaught() {
        Register careless = FakeStack.register((service, context) -> List.of(FakeStack.workload(
                FakeStack.DATABASE,
                new Container(
                        "docker.io/library/postgres:17.6-bookworm",
                        List.of(),
                        new TreeMap<>(Map.of(
                                "POSTGRES_PASSWORD",
                                context.secret(FakeStack.APP).reveal())),
                        List.of()),
                List.of(),
                List.of(),
                false,
                Set.of())));

        assertThatThrownBy(() -> new ComposeTarget().render(FakeStack.stack(careless), careless, secrets))
                .isInstanceOf(HoldfastException.class)
                .hasMessageContaining("the secret main/roles/app would stand in plain text in compose.yaml")
                .hasMessageNotContaining(store.find(FakeStack.APP).orElseThrow().reveal());
    }

    @Test
    void aFileCannotLeaveItsFolder() {
        List<ConfigurationFile> escaping =
                List.of(new ConfigurationFile("../../etc/passwd", new Content.Plain("x", Setting.Effect.RELOAD)));
        Register register = FakeStack.register((service, context) -> {
            List<Workload> workloads = new ArrayList<>(FakeStack.database(service, context));
            Container container = workloads.getFirst().container();
            return List.of(FakeStack.workload(FakeStack.DATABASE, container, escaping, List.of(), false, Set.of()));
        });

        assertThatThrownBy(() -> new ComposeTarget().render(FakeStack.stack(register), register, secrets))
                .isInstanceOf(HoldfastException.class)
                .hasMessageContaining("cannot be the name of a file");
    }

    @Test
    void aNeedThatIsNotThereIsNamed() {
        Register register = FakeStack.register((service, context) -> List.of(FakeStack.workload(
                FakeStack.DATABASE,
                FakeStack.database(service, context).getFirst().container(),
                List.of(),
                List.of(),
                false,
                Set.of("nobody-0"))));

        assertThatThrownBy(() -> new ComposeTarget().render(FakeStack.stack(register), register, secrets))
                .hasMessageContaining("member 'main-0' needs 'nobody-0', which the stack does not have");
    }

    private List<Rendered> render() {
        Register register = FakeStack.register();
        return new ComposeTarget().render(FakeStack.stack(register), register, secrets);
    }

    private Rendered file(String path) {
        return render().stream().filter(f -> f.path().equals(path)).findFirst().orElseThrow();
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> document() {
        return (Map<String, Object>) new Load(LoadSettings.builder().build())
                .loadFromString(file("compose.yaml").text());
    }

    private Map<String, Object> services() {
        return at(document(), "services");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> at(Map<String, Object> document, String key) {
        return (Map<String, Object>) document.get(key);
    }

    private static List<Object> list(Map<?, ?> service, String key) {
        return service.get(key) instanceof List<?> list ? List.copyOf(list) : List.of();
    }
}
