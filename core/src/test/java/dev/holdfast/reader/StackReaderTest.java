package dev.holdfast.reader;

import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Position;
import dev.holdfast.reader.Fakes.Mode;
import dev.holdfast.reader.Fakes.PoolerSettings;
import dev.holdfast.reader.Fakes.PostgresSettings;
import dev.holdfast.reader.Fakes.Right;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Embedded;
import dev.holdfast.stack.Reference;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Stack;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

final class StackReaderTest {
    static final String WHOLE = """
            apiVersion: holdfast.dev/v1
            kind: Stack
            metadata: { name: shop }
            spec:
              services:
                main:
                  engine: postgres
                  version: "16"
                  resources: { cpu: 0.5, memory: 2Gi }
                  extensions: [vector, pgaudit]
                  pooler: { mode: two-phase, clients: 200 }
                  roles:
                    reader: { can: [read] }
                    app: { can: [read, write] }
                  backups: { to: objects/backups, keep: { weekly: 4 } }
                  parameters: { work_mem: "64MB" }
                objects: { engine: s3, buckets: { backups: { versioned: true } } }
                cache: { engine: redis, queues: [jobs], ceiling: 64Mi }
              objectives: { failover: 5s, lostWrites: 0 }
              environments:
                dev:
                  services:
                    main: { pooler: null, statementTimeout: 5m, backups: { keep: { daily: 1 } } }
                    cache: null
                production:
                  services: { main: { resources: { cpu: 4, memory: 32Gi } } }
            """;

    @Test
    void readsEveryTypeOfValue() {
        Stack stack = read(WHOLE, Optional.empty());
        assertThat(stack.name()).isEqualTo("shop");
        assertThat(stack.environment()).isEmpty();
        assertThat(stack.services()).containsOnlyKeys("cache", "main", "main-pooler", "objects");
        var main = stack.services().get("main");
        assertThat(main.version()).isEqualTo("16");
        assertThat(main.resources())
                .isEqualTo(new Resources(new Cpu(500), new Bytes(2 * Bytes.GIBI), new Bytes(10 * Bytes.GIBI)));
        PostgresSettings settings = (PostgresSettings) main.settings();
        assertThat(settings.extensions()).containsExactly("vector", "pgaudit");
        assertThat(settings.roles()).containsOnlyKeys("app", "reader");
        assertThat(settings.roles().get("app").can()).containsExactly(Right.READ, Right.WRITE);
        assertThat(settings.backups().orElseThrow().to()).isEqualTo(new Reference("objects", "backups"));
        assertThat(settings.backups().orElseThrow().keep()).isEqualTo(new Fakes.Keep(7, OptionalInt.of(4)));
        assertThat(settings.statementTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.pooler()).contains(new Embedded("pgbouncer", new PoolerSettings(Mode.TWO_PHASE, 200, 20)));
        assertThat(stack.objectives().failover()).contains(Duration.ofSeconds(5));
        assertThat(stack.objectives().lostWrites()).isEqualTo(OptionalLong.of(0));
    }

    @Test
    void aCompanionIsAServiceWithAParentAndItsOwnPositions() {
        var pooler = read(WHOLE, Optional.empty()).services().get("main-pooler");
        assertThat(pooler.parent()).contains("main");
        assertThat(pooler.engine()).isEqualTo("pgbouncer");
        assertThat(pooler.version()).isEqualTo("1.24");
        assertThat(pooler.positions().of("clients")).isEqualTo(new Position("stack.yaml", 11, 34));
    }

    @Test
    void anEnvironmentIsLaidOverSpec() {
        Stack dev = read(WHOLE, Optional.of("dev"));
        assertThat(dev.environment()).contains("dev");
        assertThat(dev.services()).containsOnlyKeys("main", "objects");
        PostgresSettings settings =
                (PostgresSettings) dev.services().get("main").settings();
        assertThat(settings.statementTimeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(settings.backups().orElseThrow().keep()).isEqualTo(new Fakes.Keep(1, OptionalInt.of(4)));
        assertThat(dev.services().get("main").positions().of("backups.keep.daily"))
                .isEqualTo(new Position("stack.yaml", 23, 72));
        assertThat(read(WHOLE, Optional.of("production"))
                        .services()
                        .get("main")
                        .resources()
                        .cpu())
                .isEqualTo(new Cpu(4000));
    }

    @Test
    void everythingWrongIsSaidAtOnceInTheOrderOfTheFile() {
        assertThat(problems("""
                apiVersion: holdfast.dev/v2
                kind: Stack
                metadata: { name: "My Shop" }
                spec:
                  services:
                    main:
                      engin: postgres
                    db: { engine: postgres, resources: { memory: 2GB }, standbys: 2, poolr: {} }
                    cache: { engine: redis, dumps: objets/dumps, ceiling: 64 }
                    objects: { engine: s3, buckets: { a: { versioned: yes } } }
                """)).isEqualTo("""
                stack.yaml:1:13: 'apiVersion' is 'holdfast.dev/v2', and this build reads holdfast.dev/v1 [HF1017]
                  fix: Write apiVersion: holdfast.dev/v1.
                stack.yaml:3:19: 'My Shop' has the wrong form for 'name' [HF1013]
                  fix: It must be lower-case letters, digits and '-', beginning with a letter, at most 40 of them.
                stack.yaml:7:7: service 'main' lacks the key 'engine' [HF1011]
                  fix: Write engine: instead of engin:, with one of postgres, redis, s3.
                stack.yaml:8:50: 'memory' is '2GB', and takes an amount such as 2Gi [HF1009]
                  fix: Did you mean 2Gi? Write a number and a unit, such as 512Mi or 2Gi.
                stack.yaml:8:57: this build runs Postgres with one member, so standbys cannot be served yet [HF2002]
                  fix: Remove 'standbys'.
                stack.yaml:8:70: 'poolr' is not a key of service 'db' [HF1001]
                  fix: Did you mean 'pooler'? It takes: engine, version, compute, resources, suspend, extensions, pooler, roles, \
                backups, statementTimeout, parameters.
                stack.yaml:9:36: 'objets/dumps' names the service 'objets', which the stack does not declare [HF1103]
                  fix: Did you mean 'objects'? Declare it under services, or name one of: cache, db, main, objects.
                stack.yaml:9:59: 'ceiling' is the bare number 64, and a unit is always written [HF1009]
                  fix: Write 64Mi or 64Gi, whichever is meant. Units are B, Ki, Mi, Gi and Ti.
                stack.yaml:10:55: 'versioned' is the text 'yes', and takes true or false [HF1008]
                  fix: Write versioned: true or versioned: false.""");
    }

    static Stack read(String text, Optional<String> environment) {
        return Fakes.reader().read("stack.yaml", text, environment);
    }

    static String problems(String text) {
        return catchThrowableOfType(HoldfastException.class, () -> read(text, Optional.empty()))
                .getMessage();
    }
}
