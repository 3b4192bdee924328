package dev.holdfast.engines.postgres;

import dev.holdfast.engines.Engines;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.reader.StackReader;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class PostgresExternalCheckTest {
    @Test
    void whatTheServersOwnerSaysIsRefusedKeyByKey() {
        assertThatThrownBy(() -> read("""
                        external: { url: file:url }
                        version: "17"
                        resources: { memory: 1Gi }
                        standbys: 1
                        parameters: { work_mem: 4MB }
                        """))
                .isInstanceOf(HoldfastException.class)
                .hasMessageContaining("service 'main' is external and has version: [HF1523]")
                .hasMessageContaining("service 'main' is external and has resources: [HF1523]")
                .hasMessageContaining("service 'main' is external and has standbys: [HF1523]")
                .hasMessageContaining("service 'main' is external and has parameters: [HF1523]");
    }

    @Test
    void aValueInPlaceOfAReferenceIsRefusedAndNotRepeated() {
        assertThatThrownBy(() -> read("external: { url: \"postgresql://u:s3cr3t@h/d\", ca: ca.pem }"))
                .isInstanceOf(HoldfastException.class)
                .hasMessageContaining("does not say where the file is that holds the address, password included [HF1522]")
                .hasMessageContaining("does not say where the file is that holds the certificate [HF1522]")
                .hasMessageNotContaining("s3cr3t");
    }

    /** Nobody is asked and no file is opened: a file is checked on machines that have neither. */
    @Test
    void aGoodOneIsReadWithoutItsFile() {
        assertThatCode(() -> read("""
                        external: { url: file:/nowhere/url, ca: file:ca.pem }
                        pooler: { mode: session }
                        extensions: [vector]
                        databases: { shop: {} }
                        roles: { app: { can: [read] } }
                        """)).doesNotThrowAnyException();
    }

    private static void read(String settings) {
        String text = """
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: checked }
                spec:
                  services:
                    main:
                      engine: postgres
                """ + settings.indent(6);
        new StackReader(Engines.register()).read("stack.yaml", text, Optional.empty());
    }
}
