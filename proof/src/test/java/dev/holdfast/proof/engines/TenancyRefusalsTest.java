package dev.holdfast.proof.engines;

import dev.holdfast.engines.Engines;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.reader.StackReader;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** What a stack file may not say of tenants and of an audit. */
final class TenancyRefusalsTest {
    @Test
    void everyContradictionIsNamedAtOnce() {
        assertThat(problems("""
                tenancy:
                  setting: app.tenant_id
                  tables: [users, tenants]
                  partitions: { user: hash(16) }
                  role: { setting: app.tenant_id, read: [member], write: [member] }
                audit: { tables: [], without: { users: [secret] } }
                """))
                .containsExactly(
                        "HF1540: table 'tenants' is the list of tenants and one of their tables at once",
                        "HF1540: table 'user' is none of the tables that are named",
                        "HF1540: the tenant and the role within it are both said by 'app.tenant_id'",
                        "HF1540: the role 'member' is one that only reads and one that writes",
                        "HF1540: the audit names no table, so that nothing is written down",
                        "HF1540: table 'users' is none of the tables that are named");
    }

    @Test
    void wordsOfTheWrongFormAreRefused() {
        assertThat(problems("tenancy: { setting: tenant, tables: [users] }"))
                .singleElement()
                .asString()
                .startsWith("HF1013");
        assertThat(problems("tenancy: { setting: app.\"x\", tables: [users] }")).isNotEmpty();
        for (String partition : List.of("hash", "hash(1)", "hash(1000)", "range", "list(4)")) {
            assertThat(problems("tenancy: { setting: app.tenant, tables: [users], partition: " + partition + " }"))
                    .as(partition)
                    .singleElement()
                    .asString()
                    .startsWith("HF1013");
        }
        assertThat(problems("tenancy: { setting: app.tenant, tables: [users], partition: hash(16) }"))
                .isEmpty();
    }

    private static List<String> problems(String database) {
        String yaml = """
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: refused }
                spec:
                  services:
                    main:
                      engine: postgres
                      databases:
                        app:
                """ + database.indent(10);
        HoldfastException refused = catchThrowableOfType(
                HoldfastException.class,
                () -> new StackReader(Engines.register()).read("stack.yaml", yaml, Optional.empty()));
        return refused == null
                ? List.of()
                : refused.problems().stream().map(TenancyRefusalsTest::shown).toList();
    }

    private static String shown(Problem problem) {
        return problem.code() + ": " + problem.cause();
    }
}
