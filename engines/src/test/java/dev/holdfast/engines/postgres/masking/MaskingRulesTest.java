package dev.holdfast.engines.postgres.masking;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Errand;
import dev.holdfast.engine.Masking;
import dev.holdfast.engines.Engines;
import dev.holdfast.engines.FixedContext;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.reader.StackReader;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** What the file alone tells of masking rules. */
final class MaskingRulesTest {
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

    @Test
    void eachRuleSaysWhatItNeedsAndNothingElse() {
        assertThat(problems("""
                empty: [logs]
                keep: [public.users, logs]
                tables:
                  users:
                    a: { rule: constant }
                    b: { rule: noise, percent: 5, within: 3d }
                    c: { rule: hash, value: "x" }
                    d: { rule: truncate }
                    e: { rule: expression, sql: "upper(e)", step: 3 }
                    f: { rule: truncate, step: 1000 }
                    g: erase
                """))
                .containsExactly(
                        "12:20: table 'users' stands twice in masking, under keep: and tables: [HF3280]",
                        "12:34: table 'logs' stands twice in masking, under empty: and keep: [HF3280]",
                        "15:17: the rule 'constant' of 'a' does not say value [HF3280]",
                        "16:17: the rule 'noise' of 'b' says more than one of percent or within [HF3280]",
                        "17:34: the rule 'hash' of 'c' knows no value: [HF3280]",
                        "18:17: the rule 'truncate' of 'd' does not say characters or unit or step [HF3280]",
                        "19:57: the rule 'expression' of 'e' knows no step: [HF3280]");
        assertThat(problems("strict: false\n"))
                .containsExactly(
                        "10:11: masking names no column and no table, so that a copy shows everything [HF3280]");
        assertThat(problems("tables: { users: { email: emial } }\n"))
                .singleElement()
                .asString()
                .contains("'emial' is not a word that 'rule' takes [HF1014]");
        assertThat(problems("strict: true\n")).isEmpty();
    }

    @Test
    void onlyACopyIsMasked() throws InterruptedException {
        Service<PostgresSpec> service = FixedContext.service(
                new dev.holdfast.engines.postgres.PostgresEngine(), "main", spec(YAML + "            strict: true\n"));
        Masking<PostgresSpec> masking = new dev.holdfast.engines.postgres.PostgresEngine()
                .schema()
                .orRefuse()
                .masking()
                .orRefuse();
        assertThat(masking.isDeclared(service)).isTrue();
        HoldfastException refused = catchThrowableOfType(
                HoldfastException.class, () -> masking.mask(service, new At(FixedContext.of(service))));
        assertThat(refused.problems().getFirst().code()).isEqualTo(Code.HF3285);
    }

    private static PostgresSpec spec(String yaml) {
        return (PostgresSpec) Optional.ofNullable(new StackReader(Engines.register())
                        .read("stack.yaml", yaml, Optional.empty())
                        .services()
                        .get("main"))
                .orElseThrow()
                .settings();
    }

    private static List<String> problems(String rules) {
        try {
            spec(YAML + rules.indent(12));
            return List.of();
        } catch (HoldfastException refused) {
            return refused.problems().stream()
                    .map(problem -> problem.position()
                                    .map(at -> at.line() + ":" + at.column() + ": ")
                                    .orElse("")
                            + problem.cause() + " [" + problem.code() + "]")
                    .toList();
        }
    }

    private record At(Context context) implements Bench {
        @Override
        public void say(String text) {}

        @Override
        public void say(String text, long done, long total, String unit) {}

        @Override
        public void requireWanted() {}

        @Override
        public Errand.Ran run(Errand errand, Consumer<String> onLine) {
            throw new UnsupportedOperationException();
        }
    }
}
