package dev.holdfast.engines.postgres.copying;

import dev.holdfast.engines.Engines;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.engines.postgres.copying.HomeSession.Seen;
import dev.holdfast.reader.StackReader;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Elsewhere;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class PostgresBringingHomeTest {
    private final Service<?> main = new StackReader(Engines.register())
            .read("stack.yaml", """
                    apiVersion: holdfast.dev/v1
                    kind: Stack
                    metadata: { name: shop }
                    spec:
                      services:
                        main:
                          engine: postgres
                          external: { url: file:url }
                          databases: { shop: { owner: web } }
                          roles: { web: { can: [read, write, ddl] } }
                    """, Optional.empty())
            .services()
            .get("main");

    @Test
    void theCopyOfAServiceIsOursAndDeclaresTheSame() {
        PostgresSpec spec = (PostgresSpec) main.settings();
        Service<PostgresSpec> home = new PostgresBringingHome()
                .home(new Service<>(
                        main.name(),
                        main.engine(),
                        main.version(),
                        main.resources(),
                        spec,
                        main.parent(),
                        main.positions()));
        assertThat(Elsewhere.is(home)).isFalse();
        assertThat(home.settings().databases()).isEqualTo(spec.databases());
        assertThat(home.settings().roles()).isEqualTo(spec.roles());
    }

    @Test
    void whatCannotBeCopiedIsSaidBeforeAnythingIs() {
        assertThatThrownBy(() -> PostgresBringingHome.requireVersion(main, seen(18, 1)))
                .hasMessageContaining("runs PostgreSQL 18, and copies are made here in PostgreSQL 17")
                .hasMessageContaining("[HF3582]");
        assertThatCode(() -> PostgresBringingHome.requireVersion(main, seen(13, 1)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> PostgresBringingHome.requireFew(main, "shop", seen(17, 31 * Bytes.GIBI - 5)))
                .hasMessageContaining("has 31Gi")
                .hasMessageContaining("[HF3544]");
        assertThat(PostgresBringingHome.failed(main, "shop", "permission denied for sequence s"))
                .hasMessageContaining("permission denied for sequence s [HF3545]");
    }

    private static Seen seen(int major, long bytes) {
        return new Seen("master", major, bytes, List.of(), List.of(), List.of());
    }
}
