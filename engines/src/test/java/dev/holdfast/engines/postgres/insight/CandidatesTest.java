package dev.holdfast.engines.postgres.insight;

import dev.holdfast.text.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

final class CandidatesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "(o.customer_id = $1)                                       | [[customer_id]]",
                "((o.status)::text = 'open'::text)                          | [[status]]",
                "(o.\"Order\" = 7)                                          | [[\"Order\"]]",
                "(o.deleted_at IS NULL)                                     | [[deleted_at]]",
                "(o.id = ANY ($1))                                          | [[id]]",
                "(lower((o.email)::text) = $1)                              | [[(lower((email)::text))]]",
                "((o.a = 1) AND (o.b > 2))                                  | [[a], [a, b], [b]]",
                "((o.a = 'x) AND (o.c = 1'::text) AND (o.b = 2))            | [[a, b], [a], [b]]",
                "(o.a <> 1)                                                 | []",
                "((o.a = 1) OR (o.b = 2))                                   | []",
                "(o.a = o.b)                                                | []",
                "(x.a = 1)                                                  | []"
            })
    void conditionsOfTheTableBecomeKeys(String filter, String expected) {
        assertThat(keys(Json.object().put("Filter", filter)).toString()).isEqualTo(expected);
    }

    @Test
    void whatATableIsJoinedAndSortedByBecomesAKeyToo() {
        Json scan = Json.object()
                .put("Node Type", "Seq Scan")
                .put("Relation Name", "orders")
                .put("Schema", "public")
                .put("Alias", "o")
                .put("Filter", "(o.status = $1)")
                .build();
        Json join = Json.object()
                .put("Node Type", "Hash Join")
                .put("Hash Cond", "(c.id = o.customer_id)")
                .put("Plans", Json.array(List.of(scan)))
                .build();
        Json sort = Json.object()
                .put("Node Type", "Sort")
                .put("Sort Key", Json.texts(List.of("o.at DESC NULLS LAST", "c.name")))
                .put("Plans", Json.array(List.of(join)))
                .build();
        assertThat(Candidates.of(PlanNode.of(sort)).getFirst().keys())
                .containsExactly(
                        List.of("status"),
                        List.of("customer_id"),
                        List.of("status", "customer_id"),
                        List.of("status", "at"));
    }

    private static List<List<String>> keys(Json.Builder scan) {
        List<Candidates> found = Candidates.of(PlanNode.of(scan.put("Node Type", "Seq Scan")
                .put("Relation Name", "orders")
                .put("Schema", "public")
                .put("Alias", "o")
                .build()));
        return found.stream().flatMap(one -> one.keys().stream()).toList();
    }
}
