package dev.holdfast.testing;

import dev.holdfast.blueprint.ConfigurationFile;
import dev.holdfast.blueprint.Container;
import dev.holdfast.blueprint.Content;
import dev.holdfast.blueprint.Member;
import dev.holdfast.blueprint.Setting;
import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Access;
import dev.holdfast.engine.AlertRules;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Parameters;
import dev.holdfast.engine.Register;
import dev.holdfast.engine.Scrape;
import dev.holdfast.engine.Support;
import dev.holdfast.plan.Change;
import dev.holdfast.reader.StackReference;
import dev.holdfast.reader.StackSchema;
import dev.holdfast.stack.Service;
import dev.holdfast.stack.Stack;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

import static org.assertj.core.api.Assertions.assertThat;

/** What every engine owes. An engine's test class extends this and adds only what is its own. */
public abstract class EngineContract {
    @TempDir
    private Path folder;

    protected abstract Engine<?> engine();

    /** With what the engine's services bring with them, or are brought with. */
    protected Register register() {
        return new Register(List.of(engine()));
    }

    /** What stands under {@code services:} of a file that uses as much of the engine as one file can. */
    protected String services() {
        return "thing: { engine: " + engine().name() + " }";
    }

    @Test
    void nameIsTheKeyUsedInTheStackFile() {
        assertThat(engine().name()).matches("[a-z][a-z0-9]*");
    }

    @Test
    void namesAtLeastOneVersion() {
        assertThat(engine().versions()).isNotEmpty();
    }

    @Test
    void aFacetThatIsNotOfferedSaysWhyAndWhatToDoInstead() {
        for (Support<?> facet : List.of(
                engine().access(),
                engine().schema(),
                engine().protection(),
                engine().observation(),
                engine().sizing())) {
            if (facet instanceof Support.NotOffered<?>(String because, String instead)) {
                assertThat(because).isNotBlank().doesNotEndWith(".");
                assertThat(instead).endsWith(".");
            }
        }
    }

    /** Building the schema and the page walks every record, every default and every example of the settings. */
    @Test
    void theStackFileCanHoldItsSettings() {
        Register register = new Register(List.of(engine()));
        assertThat(Json.parse(StackSchema.json(register))).isNotNull();
        assertThat(StackReference.markdown(register)).contains("## Engine " + engine().name());
    }

    @Test
    void itsKeysAreNotThoseOfEveryService() {
        assertThat(engine().settings().getRecordComponents())
                .extracting(RecordComponent::getName)
                .doesNotContain("engine", "version", "resources");
    }

    @Test
    void itsPageNamesItsSources() throws IOException {
        try (InputStream page = engine().getClass().getResourceAsStream("README.md")) {
            assertThat(page).as("README.md beside " + engine().getClass()).isNotNull();
            String text = new String(page.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(text.substring(text.indexOf("Sources"))).contains("https://");
        }
    }

    @Test
    void equalPlacesGetEqualWorkloadsWhoseMembersAreThoseItNames() {
        for (Offers<?> service : offers()) {
            List<Workload> workloads = service.bound().workloads(place());
            assertThat(service.bound().workloads(place())).isEqualTo(workloads).isNotEmpty();
            assertThat(workloads)
                    .extracting(Workload::member)
                    .isEqualTo(service.bound().members());
            assertThat(service.bound().members()).allSatisfy(member -> {
                assertThat(member.service()).isEqualTo(service.bound().service().name());
                assertThat(member.name()).startsWith(service.bound().service().name());
            });
        }
    }

    @Test
    void everySettingItWritesHasItsEffectAndRuleInParameters() {
        Parameters parameters = Parameters.beside(engine().getClass());
        List<Setting> settings = new ArrayList<>();
        for (Workload workload : workloads(place())) {
            for (ConfigurationFile file : workload.files()) {
                if (file.content() instanceof Content.Settings(Content.Syntax syntax, List<Setting> written)) {
                    settings.addAll(written);
                }
            }
        }
        offers().forEach(service -> settings.addAll(service.sized()));
        assertThat(settings).allSatisfy(setting -> {
            assertThat(parameters.byKey()).containsKey(setting.key());
            Parameters.Parameter parameter = parameters.byKey().get(setting.key());
            assertThat(setting.effect()).as(setting.key()).isEqualTo(parameter.effect());
            assertThat(parameter.rule()).as(setting.key()).isNotBlank().isNotEqualTo("null");
            assertThat(setting.because()).as(setting.key()).isNotBlank();
        });
    }

    @Test
    void noSecretStandsWhereOthersCanReadIt() {
        FakeContext place = place();
        List<String> open = new ArrayList<>();
        for (Workload workload : workloads(place)) {
            open.addAll(workload.command());
            open.addAll(workload.environment().values());
            open.addAll(workload.container().command());
            open.addAll(workload.container().environment().values());
            open.addAll(workload.container().healthCheck());
            workload.files().stream()
                    .filter(file -> !file.isConfidential())
                    .forEach(file -> open.add(file.text().reveal()));
            open.add(workload.toString());
        }
        for (Offers<?> service : offers()) {
            for (Access.Endpoint endpoint : service.endpoints(place)) {
                open.add(endpoint.toString());
                assertThat(example().members()).contains(endpoint.member());
            }
            service.client(place).ifPresent(client -> open.addAll(client.command()));
            service.fromNothing(place).forEach(change -> open.add(change.toString()));
        }
        assertThat(place.secrets()).isNotEmpty();
        for (String secret : place.secrets()) {
            assertThat(open).noneMatch(text -> text.contains(secret));
        }
    }

    @Test
    void variablesAreNamedAsTheEnvironmentNamesThem() {
        offers().forEach(service -> assertThat(service.variables(place()).keySet())
                .allSatisfy(name -> assertThat(name).matches("[A-Z][A-Z0-9_]*")));
    }

    @Test
    void aNewServiceIsDescribedWithoutAskingAnybody() {
        for (Offers<?> service : offers()) {
            List<Change> changes = service.fromNothing(place());
            assertThat(service.fromNothing(place())).isEqualTo(changes);
            assertThat(changes).allSatisfy(change -> {
                assertThat(change.where()).startsWith(service.bound().service().name() + "/");
                assertThat(change.summary()).isNotBlank().doesNotEndWith(".");
                assertThat(change.because()).isNotBlank().doesNotEndWith(".");
                assertThat(change.risk()).as("nothing is lost where nothing is").isNotEqualTo(Change.Risk.DATA);
            });
        }
    }

    @Test
    void aMemberThatIsDownIsAnAnswerWithTheNextStep() {
        for (Offers<?> service : offers()) {
            for (Member member : service.bound().members()) {
                service.probe(member.name(), place()).ifPresent(health -> {
                    assertThat(health).isInstanceOf(Health.NotReady.class);
                    assertThat(health.because()).isNotBlank().doesNotEndWith(".");
                    assertThat(((Health.NotReady) health).next()).matches("(?s)[A-Z].*\\.");
                });
            }
        }
    }

    @Test
    void imagesArePinnedAndProgramsAreNamedByTheirPath() {
        assertThat(workloads(place())).allSatisfy(workload -> {
            Container container = workload.container();
            assertThat(container.image()).matches("[a-z0-9./_-]+:[^:/]*[0-9]+\\.[0-9]+[^:/]*");
            assertThat(workload.command().getFirst()).startsWith("/");
            workload.initialise()
                    .ifPresent(first -> assertThat(first.command().getFirst()).startsWith("/"));
        });
    }

    @Test
    void whatItNeedsIsThere() {
        Set<String> names = new TreeSet<>(example().members());
        names.addAll(stack().services().keySet());
        assertThat(workloads(place())).allSatisfy(workload -> assertThat(names).containsAll(workload.needs()));
    }

    @Test
    void aPageOfMetricsIsOneOfItsMembersAndExportersAreWhatItSaysTheyAre() {
        for (Offers<?> service : offers()) {
            List<Member> members = new ArrayList<>(service.bound().members());
            members.addAll(service.exporters());
            assertThat(service.exporterWorkloads(place()))
                    .extracting(Workload::member)
                    .isEqualTo(service.exporters());
            for (Scrape scrape : service.scrapes()) {
                assertThat(scrape.service()).isEqualTo(service.bound().service().name());
                assertThat(members)
                        .filteredOn(member -> member.name().equals(scrape.member()))
                        .singleElement()
                        .satisfies(member -> assertThat(member.ports())
                                .extracting(port -> port.name())
                                .contains(scrape.port()));
            }
        }
    }

    @Test
    void everyAlertSaysHowBadItIsAndWhatToDo() {
        for (Offers<?> service : offers()) {
            for (AlertRules rules : service.alerts()) {
                assertThat(rules.yaml()).doesNotContain("${");
                for (Map<?, ?> rule : rules(rules.yaml())) {
                    String name = String.valueOf(rule.get("alert"));
                    assertThat(((Map<?, ?>) rule.get("labels")).get("severity"))
                            .as(name)
                            .isIn("critical", "warning", "info");
                    for (String part : List.of("summary", "action")) {
                        assertThat(String.valueOf(((Map<?, ?>) rule.get("annotations")).get(part)))
                                .as(name + " " + part)
                                .isNotBlank()
                                .isNotEqualTo("null");
                    }
                }
            }
        }
    }

    @Test
    void aCompanionIsAServiceOfItsParent() {
        for (Service<?> service : stack().services().values()) {
            boolean isCompanion =
                    register().find(service.engine()).orElseThrow().isCompanion();
            assertThat(service.parent().isPresent()).as(service.name()).isEqualTo(isCompanion);
            service.parent().ifPresent(parent -> {
                assertThat(stack().services()).containsKey(parent);
                assertThat(service.name()).matches(parent + "-[a-z]+");
            });
        }
    }

    private Stack stack() {
        return example().stack();
    }

    private FakeContext place() {
        return example().place();
    }

    private List<Offers<?>> offers() {
        return example().offers(engine().name());
    }

    private List<Workload> workloads(FakeContext place) {
        return example().workloads(engine().name(), place);
    }

    private Example example() {
        return Example.of(services(), register(), folder);
    }

    private static List<Map<?, ?>> rules(String yaml) {
        List<Map<?, ?>> rules = new ArrayList<>();
        Map<?, ?> root = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(yaml);
        for (Object group : (List<?>) root.get("groups")) {
            for (Object rule : (List<?>) ((Map<?, ?>) group).get("rules")) {
                rules.add((Map<?, ?>) rule);
            }
        }
        return rules;
    }
}
