package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Bench;
import dev.holdfast.engine.Catalogue.Point;
import dev.holdfast.engine.Context;
import dev.holdfast.engine.Errand;
import dev.holdfast.engine.ObjectStore;
import dev.holdfast.engine.Protection;
import dev.holdfast.engine.Restoration.Target;
import dev.holdfast.engines.Engines;
import dev.holdfast.engines.FixedContext;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.reader.StackReader;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The facet with programs that answer what a test tells them to. */
final class ProtectionTest {
    private static final String INFO = """
            [{"archive":[{"id":"17-1"}],"backup":[{"archive":{"start":"000000010000000000000002","stop":"000000010000000000000003"},\
            "info":{"size":1000,"repository":{"delta":100}},"label":"20261120-125806F","lsn":{"start":"0/2000028","stop":"0/3000050"},\
            "timestamp":{"start":1795179486,"stop":1795179487},"type":"full"}],"db":[{"id":1,"version":"VERSION"}],"name":"main",\
            "status":{"code":0,"message":"ok"}}]""";
    private static final String FILES = """
            {"0000000100000000/000000010000000000000002-26423a49a9a0d55fe78070a71920aaf197db0c14.zst":{"size":1,"time":1795179486},\
            "0000000100000000/000000010000000000000003-26423a49a9a0d55fe78070a71920aaf197db0c14.zst":{"size":1,"time":1795179490}}""";
    private static final String LEDGER = """
            {"taken":"2026-11-20T12:58:08Z","position":"0/3000100","exact":true,"extensions":["shop/vector 0.8.0"],"tables":[]}""";

    private final PostgresProtection protection = new PostgresProtection();

    /** Answers by the subcommand; there is no ledger where none is given. */
    private record Programs(Context context, String version, String ledger, String info, List<List<String>> ran)
            implements Bench {
        Programs(Context context, String version, String ledger) {
            this(context, version, ledger, INFO, new java.util.concurrent.CopyOnWriteArrayList<>());
        }

        @Override
        public void say(String text) {
            // nobody listens
        }

        @Override
        public void say(String text, long done, long total, String unit) {
            // nobody listens
        }

        @Override
        public void requireWanted() {
            // always
        }

        @Override
        public Errand.Ran run(Errand errand, Consumer<String> onLine) {
            List<String> command = errand.command();
            ran.add(command);
            if (command.contains("info")) {
                onLine.accept(info.replace("VERSION", version));
            } else if (command.contains("repo-ls")) {
                onLine.accept(FILES);
            } else if (command.getLast().contains("/ledger/")) {
                onLine.accept(ledger);
            }
            return new Errand.Ran(0, "");
        }
    }

    private static SortedMap<String, Redacted> key() {
        SortedMap<String, Redacted> key = new TreeMap<>();
        List.of("stanza", "path", "host", "region", "bucket", "account", "password", "authority")
                .forEach(name -> key.put(name, new Redacted("main")));
        key.put("port", new Redacted("9443"));
        return key;
    }

    private static Service<PostgresSpec> service(String more) {
        String yaml = """
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: shop }
                spec:
                  services:
                    main: { engine: postgres, databases: { a: {}, b: {} }, backups: { to: objects/backups MORE } }
                    objects: { engine: s3, buckets: { backups: {} } }
                    cache: { engine: redis, queues: [jobs] }
                """.replace("MORE", more);
        Service<?> read = new StackReader(Engines.register())
                .read("stack.yaml", yaml, Optional.empty())
                .services()
                .get("main");
        return new Service<>(
                read.name(),
                read.engine(),
                read.version(),
                read.resources(),
                (PostgresSpec) read.settings(),
                read.parent(),
                read.positions());
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, Code code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        HoldfastException.class,
                        refusal -> assertThat(refusal.problems().stream().map(Problem::code))
                                .contains(code));
    }

    @Test
    void aBackupThatCannotRunHereIsRefusedBeforeAnythingStarts() {
        Service<PostgresSpec> service = service("");
        Context context = FixedContext.of(service);

        refused(
                () -> protection.restoration(
                        service, new Target.Latest(), key(), Optional.empty(), new Programs(context, "16", "")),
                Code.HF3630);
        refused(
                () -> protection.restoration(
                        service, new Target.Latest(), key(), Optional.empty(), new Programs(context, "17", LEDGER)),
                Code.HF3631);
    }

    @Test
    void aBackupIsRestoredToThePositionThatWasCounted() throws InterruptedException {
        Service<PostgresSpec> service = service("");
        String ledger = LEDGER.replace("shop/vector 0.8.0", "shop/plpgsql 1.0");

        var restoration = protection.restoration(
                service,
                new Target.Exactly("20261120-125806F"),
                key(),
                Optional.empty(),
                new Programs(FixedContext.of(service), "17", ledger));

        assertThat(restoration.words())
                .containsEntry("type", "lsn")
                .containsEntry("target", "0/3000100")
                .containsEntry("exclusive", "y");
        assertThat(protection
                        .fillings(service, restoration, key(), true, FixedContext.of(service))
                        .getFirst()
                        .steps())
                .hasSize(3)
                .allSatisfy(step -> assertThat(step.command()).noneMatch(word -> word.contains("password")));
    }

    @Test
    void aBackupThatCouldNotBeCountedIsABackupAndSaysSo() throws InterruptedException {
        Point point = Stored.of("main", "main", List.of(INFO)).points().getFirst();
        Counting well = new Counting(() -> {});
        Counting ill = new Counting(() -> {
            throw new HoldfastException(Problem.of(Code.HF3501, "nobody answers", "Look."));
        });

        well.run();
        ill.run();

        assertThat(well.noted(point)).isEqualTo(point);
        assertThat(ill.noted(point).facts()).containsEntry("uncounted", "nobody answers");
        assertThat(ill.noted(point).id()).isEqualTo("20261120-125806F");
    }

    @Test
    void theLogThatAnExpiryLeftWhenItWasEndedGoesWithTheNext() throws InterruptedException {
        Service<PostgresSpec> service = service("");
        Context context = new WithBucket(FixedContext.of(service));
        Programs none = new Programs(context, "17", "");
        Programs left = new Programs(
                context,
                "17",
                "",
                INFO.replace("\"id\":\"17-1\"", "\"id\":\"17-1\",\"min\":\"000000010000000000000001\""),
                new java.util.concurrent.CopyOnWriteArrayList<>());

        assertThat(protection.expire(service, false, none)).isEmpty();
        assertThat(protection.expire(service, false, left)).isEmpty();

        assertThat(none.ran()).noneMatch(command -> command.contains("expire"));
        assertThat(left.ran())
                .filteredOn(command -> command.contains("expire"))
                .singleElement()
                .satisfies(command -> assertThat(command)
                        .contains("--repo1-retention-archive-type=full", "--repo1-retention-archive=1"));
    }

    @Test
    void aDumpOfOneOfSeveralDatabasesNeedsItsName() {
        Service<PostgresSpec> service = service("");
        Context context = new WithBucket(FixedContext.of(service));

        refused(
                () -> protection.create(
                        service,
                        Protection.Saving.of(dev.holdfast.engine.Catalogue.Kind.LOGICAL),
                        new Programs(context, "17", "")),
                Code.HF3639);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ", full: '0 25 * * *' | HF1550",
                ", incremental: 'hourly' | HF1550",
                ", keep: { daily: 0, weekly: 0, monthly: 0 } | HF1552",
            })
    void aMistakeInTheFileIsFoundWithItsPlace(String more, Code code) {
        assertThatThrownBy(() -> service(more))
                .isInstanceOfSatisfying(
                        HoldfastException.class,
                        refusal -> assertThat(refusal.problems()).anySatisfy(problem -> {
                            assertThat(problem.code()).isEqualTo(code);
                            assertThat(problem.position()).isPresent();
                        }));
    }

    @Test
    void aQueueIsNoBucket() {
        assertThatThrownBy(() -> service(", full: '0 2 * * *' } , backups: { to: cache/jobs"))
                .isInstanceOf(HoldfastException.class);
        String yaml = """
                apiVersion: holdfast.dev/v1
                kind: Stack
                metadata: { name: shop }
                spec:
                  services:
                    main: { engine: postgres, backups: { to: cache/jobs } }
                    cache: { engine: redis, queues: [jobs] }
                """;
        refused(() -> new StackReader(Engines.register()).read("stack.yaml", yaml, Optional.empty()), Code.HF1551);
    }

    /** A place whose buckets are all the same one. */
    private record WithBucket(Context inner) implements Context {
        @Override
        public dev.holdfast.stack.Stack stack() {
            return inner.stack();
        }

        @Override
        public dev.holdfast.blueprint.Address listen(String member, String port) {
            return inner.listen(member, port);
        }

        @Override
        public dev.holdfast.blueprint.Address inside(String member, String port) {
            return inner.inside(member, port);
        }

        @Override
        public dev.holdfast.blueprint.Address outside(String member, String port) {
            return inner.outside(member, port);
        }

        @Override
        public Redacted secret(dev.holdfast.secret.SecretRef secret) {
            return inner.secret(secret);
        }

        @Override
        public ObjectStore.Bucket bucket(dev.holdfast.stack.Reference reference) {
            return new ObjectStore.Bucket(
                    "objects-0", inner.inside("objects-0", "s3"), "us-east-1", "backups", "key", new Redacted("x"));
        }

        @Override
        public String authorityFile() {
            return inner.authorityFile();
        }

        @Override
        public List<dev.holdfast.engine.Scrape> scrapes() {
            return List.of();
        }

        @Override
        public List<dev.holdfast.engine.AlertRules> alerts() {
            return List.of();
        }
    }
}
