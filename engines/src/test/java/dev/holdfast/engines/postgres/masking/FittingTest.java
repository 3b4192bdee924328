package dev.holdfast.engines.postgres.masking;

import dev.holdfast.engines.Engines;
import dev.holdfast.engines.FixedContext;
import dev.holdfast.engines.postgres.PostgresEngine;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.masking.Relation.Field;
import dev.holdfast.engines.postgres.masking.Relation.Unique;
import dev.holdfast.engines.postgres.tenancy.Table;
import dev.holdfast.problem.Problem;
import dev.holdfast.reader.StackReader;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What rules of a table mean for those that are a part of it or inherit from it. */
final class FittingTest {
    private static final String YAML = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: shop }
            spec:
              services:
                main:
                  engine: postgres
                  databases:
                    shop:
                      masking:
            """;

    private static final Relation NOTES = relation(1, "notes", "r", List.of(), false, field("body", false));
    private static final Relation LETTERS =
            relation(2, "letters", "r", List.of(1L), false, field("body", true), field("recipient", false));
    private static final Relation PARCELS =
            relation(3, "parcels", "r", List.of(2L), false, field("body", true), field("recipient", true));
    private static final Relation VISITS = relation(4, "visits", "p", List.of(), false, field("who", false));
    private static final Relation FAR = relation(5, "far", "f", List.of(4L), true, field("who", true));

    @Test
    void strictSeesTheOwnColumnsOfWhatInherits() {
        assertThat(causes("{ strict: true, tables: { notes: { body: erase } } }", NOTES, LETTERS, PARCELS))
                .containsExactly(
                        "of table 'letters' in main/shop, the column recipient has no rule, and masking is strict");
        assertThat(causes(
                        "{ strict: true, tables: { notes: { body: erase }, letters: { recipient: hash } } }",
                        NOTES,
                        LETTERS,
                        PARCELS))
                .isEmpty();
        assertThat(causes("{ tables: { parcels: { recipient: hash } } }", NOTES, LETTERS, PARCELS))
                .containsExactly(
                        "column 'recipient' of 'parcels' is inherited from 'letters', whose rules hold for it");
        // from something that no rule can be written for
        assertThat(causes("{ strict: true }", LETTERS))
                .containsExactly(
                        "of table 'letters' in main/shop, the columns body, recipient have no rule, and masking is strict");
    }

    @Test
    void anIndexOfWhatInheritsHoldsForTheRuleOfItsParent() {
        assertThat(problems(
                        "{ tables: { notes: { body: name } } }",
                        List.of(new Unique(3, "parcels_body_key", false, true, List.of("body"))),
                        NOTES,
                        LETTERS,
                        PARCELS))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.cause())
                            .isEqualTo(
                                    "column 'body' of 'parcels' must stay unique (parcels_body_key), and the rule 'name' makes values alike");
                    assertThat(problem.position()).isPresent();
                });
    }

    @Test
    void nothingIsDoneToPartsOnOtherServers() {
        assertThat(causes("{ tables: { visits: { who: email } } }", VISITS, FAR))
                .containsExactly(
                        "'far' of main/shop is on another server, which a copy must not change, and a part of 'visits'");
        assertThat(causes("{ empty: [visits] }", VISITS, FAR)).hasSize(1);
        assertThat(causes("{ tables: { visits: { who: keep } } }", VISITS, FAR)).isEmpty();
    }

    private static Relation relation(
            long id, String name, String kind, List<Long> parents, boolean partition, Field... fields) {
        SortedMap<String, Field> columns = new TreeMap<>();
        Stream.of(fields).forEach(field -> columns.put(field.name(), field));
        return new Relation(
                id,
                new Table("public", name),
                kind,
                parents.isEmpty()
                        ? ""
                        : Map.of(1L, "notes", 2L, "letters", 4L, "visits").get(parents.getFirst()),
                parents,
                partition,
                columns);
    }

    private static Field field(String name, boolean inherited) {
        return new Field(name, false, false, false, "text", "S", "text", -1, false, inherited);
    }

    private static List<String> causes(String masking, Relation... relations) {
        return problems(masking, List.of(), relations).stream()
                .map(Problem::cause)
                .toList();
    }

    private static List<Problem> problems(String masking, List<Unique> uniques, Relation... relations) {
        PostgresSpec settings = (PostgresSpec) Optional.ofNullable(new StackReader(Engines.register())
                        .read("stack.yaml", YAML + " ".repeat(12) + masking + "\n", Optional.empty())
                        .services()
                        .get("main"))
                .orElseThrow()
                .settings();
        Service<PostgresSpec> service = FixedContext.service(new PostgresEngine(), "main", settings);
        Catalogue catalogue = new Catalogue(
                new TreeMap<>(Stream.of(relations).collect(Collectors.toMap(Relation::table, Function.identity()))),
                uniques,
                List.of());
        return new Fitting(
                        service,
                        "shop",
                        Optional.ofNullable(settings.databases().get("shop"))
                                .orElseThrow()
                                .masking()
                                .orElseThrow(),
                        catalogue)
                .problems();
    }
}
