package dev.holdfast.engines.postgres;

import dev.holdfast.engines.Engines;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.reader.StackReader;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class PostgresAccessCheckTest {
    @Test
    void everythingWrongWithSchemasAndAllowListsIsSaidAtOnce() {
        assertThatThrownBy(() -> read("""
                        databases:
                          shop:
                            schemas: { analytics: { owner: nobody }, pg_secret: {}, audit: {} }
                            searchPath: [analytic]
                        passwords: { age: 1h, grace: 2h }
                        pooler: { mode: transaction }
                        roles:
                          app: { can: [read, write], through: pooler, schemas: { audits: [read], audit: [monitor] } }
                          reader: { can: [read] }
                        allow:
                          - { roles: [reader], from: [10.0.0.0/8, 10.0.0.1/8, 1.2.3.4/33, 300.0.0.0/8] }
                          - { from: [everywhere] }
                          - { roles: [app], from: [127.0.0.0/8], refuse: true }
                          - { roles: [app], from: ["fd00::/8"], tls: verify-client }
                          - { roles: [ap], databases: [shops] }
                        """))
                .isInstanceOf(HoldfastException.class)
                .hasMessageContaining("role 'nobody' is not declared in service 'main' [HF1502]")
                .hasMessageContaining(
                        "schema 'pg_secret' has a name that PostgreSQL or Holdfast keeps for itself [HF1501]")
                .hasMessageContaining("schema 'analytic' is not declared in service 'main' [HF1502]")
                .hasMessageContaining("Did you mean 'analytics'?")
                .hasMessageContaining("schema 'audits' is not declared in service 'main' [HF1502]")
                .hasMessageContaining("role 'app' has the word 'monitor' in schema 'audit', and it is about the whole"
                        + " server [HF1512]")
                .hasMessageContaining("the network '10.0.0.1/8' has address bits beyond its length [HF1513]")
                .hasMessageContaining("the network '1.2.3.4/33' has more bits than an address [HF1513]")
                .hasMessageContaining("the network '300.0.0.0/8' is no network [HF1513]")
                .hasMessageContaining(
                        "rule 3 of allow: never decides, because rule 2 lets in everything that it is about"
                                + " [HF1514]")
                .hasMessageContaining("which cannot ask single roles for a certificate [HF1515]")
                .hasMessageContaining("rule 5 of allow: says no place [HF1513]")
                .hasMessageContaining("a password may become no older than the grace that a replaced one has [HF1516]");
    }

    @Test
    void whoRunsMigrationsMustBeAbleTo() {
        assertThatThrownBy(() -> read("""
                        databases:
                          shop: { migrations: { folder: sql, role: reader } }
                          other: { migrations: { folder: sql, role: nobody } }
                        roles: { reader: { can: [read] }, owner: { can: [ddl] } }
                        """))
                .isInstanceOf(HoldfastException.class)
                .hasMessageContaining(
                        "role 'reader' runs the migrations of database 'shop' and may create nothing in it [HF1536]")
                .hasMessageContaining("role 'nobody' is not declared in service 'main' [HF1502]");
        assertThat(read("""
                        databases: { shop: { migrations: sql/shop } }
                        """).settings())
                .as("the short form")
                .isInstanceOfSatisfying(
                        PostgresSpec.class,
                        spec -> assertThat(spec.databases())
                                .hasEntrySatisfying(
                                        "shop",
                                        database -> assertThat(database.migrations())
                                                .hasValueSatisfying(one ->
                                                        assertThat(one.folder()).isEqualTo("sql/shop"))));
    }

    @Test
    void theRulesAreWrittenInTheirOrderWithEveryNameInQuotes() {
        var service = read("""
                pooler: { mode: transaction }
                databases: { shop: {} }
                roles: { app: { can: [read], through: pooler }, all: { can: [read] } }
                allow:
                  - { roles: [all], from: [127.0.0.2/32], refuse: true }
                  - { from: [loopback] }
                """);
        PostgresSpec spec = (PostgresSpec) service.settings();
        assertThat(HostRules.declared(spec, "main"))
                .extracting(rule -> rule.lines())
                .containsExactly("hostssl \"shop\" \"all\",\"all~1\",\"all~2\" 127.0.0.2/32 reject\n", """
                        hostssl "shop" "all","all~1","all~2","app","app~1","app~2" 127.0.0.0/8 scram-sha-256
                        hostssl "shop" "all","all~1","all~2","app","app~1","app~2" ::1/128 scram-sha-256
                        """);
    }

    @ParameterizedTest(name = "{0} contains {1}: {2}")
    @CsvSource({
        "10.0.0.0/8, 10.1.0.0/16, true",
        "10.1.0.0/16, 10.0.0.0/8, false",
        "10.0.0.0/8, 11.0.0.0/8, false",
        "0.0.0.0/0, 255.255.255.255/32, true",
        "0.0.0.0/0, ::/0, false",
        "fd00::/8, fdab::/16, true",
        "128.0.0.0/1, 192.168.0.0/16, true"
    })
    void aNetworkContainsAnother(String outer, String inner, boolean contains) {
        assertThat(HostRules.contains(outer, inner)).isEqualTo(contains);
    }

    private static dev.holdfast.stack.Service<?> read(String settings) {
        String text = """
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: checked }
                spec:
                  services:
                    main:
                      engine: postgres
                """ + settings.indent(6);
        return new StackReader(Engines.register())
                .read("stack.yaml", text, Optional.empty())
                .services()
                .get("main");
    }
}
