package dev.holdfast.engines.neo4j;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.engine.Engine;
import dev.holdfast.engine.Health;
import dev.holdfast.engine.Migrations.Entry;
import dev.holdfast.engine.Migrations.State;
import dev.holdfast.engines.FixedContext;
import dev.holdfast.plan.Change;
import dev.holdfast.problem.Problem;
import dev.holdfast.problem.Problems;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Bytes;
import dev.holdfast.stack.Cpu;
import dev.holdfast.stack.Resources;
import dev.holdfast.stack.Service;
import dev.holdfast.testing.EngineContract;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class Neo4jEngineTest extends EngineContract {
    private final Neo4jEngine engine = new Neo4jEngine(InstantSource.fixed(Instant.EPOCH));

    @Override
    protected Engine<?> engine() {
        return engine;
    }

    @Override
    protected String services() {
        return """
                graph:
                  engine: neo4j
                  constraints:
                    person_email: { label: Person, properties: [email] }
                    knows_once: { relationship: KNOWS, properties: [since, place] }
                  indexes:
                    person_name: { label: Person, properties: [name, born] }
                    plot: { kind: vector, label: Movie, properties: [plot], dimensions: 384, similarity: euclidean }
                    words: { kind: fulltext, label: Movie, properties: [title, plot] }
                  roles: { app: {}, loader: {} }
                """;
    }

    @Test
    void everythingWrongIsSaidAtOnce() {
        TreeMap<String, Neo4jSpec.Constraint> constraints = new TreeMap<>();
        constraints.put(
                "both", constraint(Neo4jSpec.Rule.EXISTS, Optional.of("A"), Optional.of("B"), List.of("x", "y")));
        constraints.put("fine", constraint(Neo4jSpec.Rule.UNIQUE, Optional.of("A"), Optional.empty(), List.of("x")));
        TreeMap<String, Neo4jSpec.Index> indexes = new TreeMap<>();
        indexes.put("fine", index(Neo4jSpec.Kind.VECTOR, List.of("x"), Optional.empty()));
        indexes.put("text", index(Neo4jSpec.Kind.TEXT, List.of("x", "y"), Optional.of(3)));
        indexes.put("void", index(Neo4jSpec.Kind.RANGE, List.of(), Optional.empty()));
        TreeMap<String, Neo4jSpec.Role> roles = new TreeMap<>();
        roles.put("idle", new Neo4jSpec.Role(List.of()));
        roles.put("neo4j", new Neo4jSpec.Role(List.of(Neo4jSpec.Can.READ, Neo4jSpec.Can.WRITE)));
        roles.put("reader", new Neo4jSpec.Role(List.of(Neo4jSpec.Can.READ)));
        Service<Neo4jSpec> service = FixedContext.service(
                engine,
                "graph",
                new Neo4jSpec(Neo4jSpec.Edition.COMMUNITY, constraints, indexes, Optional.empty(), roles),
                new Resources(new Cpu(500), Bytes.mebi(512), Bytes.mebi(1024)));
        Problems problems = new Problems();
        engine.check(service, FixedContext.of(service).stack(), problems);
        assertThat(problems.all().stream().map(problem -> problem.code() + " " + problem.cause()))
                .containsExactly(
                        "HF1625 service 'graph' gives Neo4j 512Mi of memory, and it needs 768Mi",
                        "HF1626 constraint 'both' of service 'graph' names a label and a relationship",
                        "HF1626 constraint 'both' of service 'graph' asks for what only Neo4j Enterprise keeps",
                        "HF1626 constraint 'both' of service 'graph' asks for several properties to exist",
                        "HF1626 constraint 'fine' of service 'graph' has the name of an index",
                        "HF1626 index 'fine' of service 'graph' does not say how long its vectors are",
                        "HF1626 index 'text' of service 'graph' holds several properties, and one of its kind holds one",
                        "HF1626 index 'text' of service 'graph' has dimensions and is no vector index",
                        "HF1626 index 'void' of service 'graph' names no property",
                        "HF1627 role 'idle' of service 'graph' may do nothing",
                        "HF1627 role 'neo4j' of service 'graph' has the name of Holdfast's own account",
                        "HF1627 role 'reader' of service 'graph' is to be held back, and Neo4j Community lets whoever logs in"
                                + " do everything");
    }

    @Test
    void enterpriseIsWrittenDownAndNotFetched() {
        Service<Neo4jSpec> service = FixedContext.service(
                engine,
                "graph",
                new Neo4jSpec(
                        Neo4jSpec.Edition.ENTERPRISE,
                        new TreeMap<>(),
                        new TreeMap<>(),
                        Optional.empty(),
                        new TreeMap<>()));
        assertThat(engine.provisioning().workloads(service, FixedContext.of(service)))
                .singleElement()
                .satisfies(workload -> {
                    assertThat(workload.programs()).isInstanceOf(Programs.Elsewhere.class);
                    assertThat(workload.container().image()).isEqualTo("docker.io/library/neo4j:5.26.30-enterprise");
                });
    }

    /** Made by {@code neo4j-admin} of 5.26 in the same way; a server of 5.26.30 let in whoever had the password. */
    @Test
    void theFirstPasswordIsHashedAsNeo4jHashesIt() {
        assertThat(Neo4jCredential.line("neo4j", new Redacted("secret-pw-123"), new Redacted("pepper"))
                        .reveal())
                .isEqualTo("neo4j:SHA-256,E65B0EE361B78BE3C1D20D4EF3AA5F5D0753A13952920A453CFA6148F1E82B5C,"
                        + "8CBBCF29D9CEF89675C5F5C1DCFE827D,1024:\n");
    }

    @Test
    void usersAreCreatedCorrectedKeptAndLetGo() {
        List<Change> changes = Neo4jAccess.diff(
                "graph",
                new TreeSet<>(Set.of("app", "new", "same")),
                new TreeSet<>(Set.of("app", "same", "byhand", "left", "neo4j")),
                Set.of("app"),
                new TreeSet<>(Set.of("left", "app", "longgone")));
        assertThat(changes.stream().map(change -> change.risk() + " " + change.statement()))
                .containsExactly(
                        "NONE ALTER USER `app` SET PASSWORD '${graph/roles/app}' CHANGE NOT REQUIRED",
                        "NONE CREATE USER `new` SET PASSWORD '${graph/roles/new}' CHANGE NOT REQUIRED",
                        "DATA DROP USER `left`");
    }

    @Test
    void constraintsAndIndexesAreMadeMadeAnewKeptAndLetGo() {
        Neo4jThing email = thing(Neo4jMarks.CONSTRAINT, "email", "UNIQUENESS", List.of("email"), Map.of());
        Neo4jThing plot = thing(
                Neo4jMarks.INDEX,
                "plot",
                "VECTOR",
                List.of("plot"),
                Map.of(Neo4jThing.DIMENSIONS, "384", Neo4jThing.SIMILARITY, "COSINE"));
        Neo4jThing before = thing(
                Neo4jMarks.INDEX,
                "plot",
                "VECTOR",
                List.of("plot"),
                Map.of(Neo4jThing.DIMENSIONS, "3", Neo4jThing.SIMILARITY, "COSINE"));
        Neo4jThing left = thing(Neo4jMarks.INDEX, "left", "TEXT", List.of("x"), Map.of());
        Neo4jThing byHand = thing(Neo4jMarks.INDEX, "byhand", "RANGE", List.of("x"), Map.of());
        List<Change> changes = Neo4jDiff.changes(
                "graph",
                new TreeMap<>(Map.of("email", email, "plot", plot)),
                new TreeMap<>(Map.of("plot", before, "left", left, "byhand", byHand)),
                Map.of(Neo4jMarks.INDEX, Set.of("left", "plot")));
        assertThat(changes.stream().map(change -> change.risk() + " " + change.statement()))
                .containsExactly(
                        "DATA DROP INDEX `left` IF EXISTS",
                        "NONE CREATE CONSTRAINT `email` IF NOT EXISTS FOR (n:`Movie`) REQUIRE (n.`email`) IS UNIQUE",
                        "DATA DROP INDEX `plot` IF EXISTS;\nCREATE VECTOR INDEX `plot` IF NOT EXISTS FOR (n:`Movie`) ON"
                                + " (n.`plot`) OPTIONS {indexConfig: {`vector.dimensions`: 384,"
                                + " `vector.similarity_function`: 'cosine'}}");
        assertThat(Neo4jDiff.changes(
                        "graph",
                        new TreeMap<>(Map.of("plot", plot)),
                        new TreeMap<>(Map.of("plot", plot, "byhand", byHand)),
                        Map.of()))
                .isEmpty();
    }

    @Test
    void statementsEndWhereTheyEnd() {
        Neo4jScript file = script("1", """
                // a; comment
                CREATE (:A {text: 'semi; \\'colon', more: "and; so", `odd;name`: 1});
                /* another; */ MATCH (a) SET a.url = 'http://x';
                ;
                // nothing but words
                """);
        assertThat(file.statements())
                .containsExactly(
                        "// a; comment\nCREATE (:A {text: 'semi; \\'colon', more: \"and; so\", `odd;name`: 1})",
                        "/* another; */ MATCH (a) SET a.url = 'http://x'");
        assertThat(file.isStepwise()).isFalse();
        assertThat(script("2", "// c\nCREATE TEXT INDEX x FOR (n:A) ON (n.b); CREATE (:A)")
                        .isStepwise())
                .isTrue();
        assertThat(script("3", "MATCH (n) CALL (n) { DELETE n } IN TRANSACTIONS")
                        .isStepwise())
                .isTrue();
        assertThat(file.checksum())
                .isEqualTo(script("1", file.text().replace("\n", "\r\n")).checksum());
        assertThat(Neo4jScript.compare("2.10", "2.9")).isPositive();
        assertThat(Neo4jScript.compare("10", "9")).isPositive();
    }

    @Test
    void everyFileIsComparedWithTheRecord() {
        Neo4jScripts scripts = new Neo4jScripts(
                Path.of("/cypher"),
                List.of(
                        script("1", "CREATE (:A)"),
                        script("2", "CREATE (:B)"),
                        script("3", "CREATE (:C)"),
                        script("4", "CREATE INDEX i FOR (n:A) ON (n.x)"),
                        script("5", "CREATE (:D)")));
        Neo4jHistory history = new Neo4jHistory(
                "graph",
                scripts,
                List.of(
                        row("0", "x", true, ""),
                        row("1", script("1", "CREATE (:A)").checksum(), true, ""),
                        row("3", "other", true, ""),
                        row("4", "x", false, "statement 1: no")));
        assertThat(history.entries())
                .extracting(Entry::state)
                .containsExactly(State.APPLIED, State.LATE, State.CHANGED, State.FAILED, State.PENDING, State.MISSING);
        assertThat(history.pending()).extracting(Neo4jScript::version).containsExactly("4", "5");
        assertThat(history.reached()).contains("3");
        assertThat(history.problems())
                .extracting(Problem::code)
                .extracting(Enum::name)
                .containsExactly("HF3563", "HF3561", "HF3562");
    }

    @Test
    void healthSaysWhatTheDatabaseCannotDo() {
        Map<String, Json> online = Map.of(
                "currentStatus", Json.text("online"), "writer", Json.bool(true), "access", Json.text("read-write"));
        Map<String, Json> heap = Map.of("used", Json.number(50), "most", Json.number(200));
        assertThat(Neo4jObservation.health(
                        "graph", List.of(online), List.of(), Map.of("running", Json.number(3)), heap))
                .isEqualTo(new Health.Ready("it answers over TLS, its database is online and takes writes,"
                        + " 2 transactions under way, 25 % of its heap used"));
        assertThat(Neo4jObservation.health(
                        "graph",
                        List.of(Map.of("currentStatus", Json.text("offline"), "statusMessage", Json.text("panic"))),
                        List.of(),
                        Map.of(),
                        Map.of()))
                .isInstanceOf(Health.NotReady.class)
                .extracting(Health::because)
                .isEqualTo("its database is offline: panic");
        assertThat(Neo4jObservation.health(
                        "graph",
                        List.of(online),
                        List.of(Map.of(
                                "name", Json.text("i"),
                                "state", Json.text("FAILED"),
                                "failureMessage", Json.text("disk full\nat x"))),
                        Map.of(),
                        Map.of()))
                .isInstanceOf(Health.Impaired.class)
                .extracting(Health::because)
                .isEqualTo("index 'i' has failed: disk full");
    }

    @Test
    void aServerThatIsNotThereIsAProblemOfAChange() throws IOException {
        Service<Neo4jSpec> service = FixedContext.service(
                engine,
                "graph",
                new Neo4jSpec(
                        Neo4jSpec.Edition.COMMUNITY,
                        new TreeMap<>(),
                        new TreeMap<>(),
                        Optional.empty(),
                        new TreeMap<>()));
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        FixedContext context = new FixedContext(
                FixedContext.of(service).stack(), FixedContext.authority(), port, List.of(), List.of());
        assertThatThrownBy(() -> engine.schema().orRefuse().changes(service, context))
                .hasMessageStartingWith("nothing listens at 127.0.0.1:" + port + " [HF3675]");
        Neo4jSession.Door door = Neo4jSession.Door.of(service, context);
        assertThat(Neo4jSession.failure(new Neo4jSession.Refusal("Neo.ClientError.Security.Unauthorized", "no"), door)
                        .code()
                        .name())
                .isEqualTo("HF3676");
        assertThat(Neo4jSession.failure(new Neo4jSession.Refusal("Neo.ClientError.Statement.SyntaxError", "no"), door)
                        .code()
                        .name())
                .isEqualTo("HF3677");
        assertThatThrownBy(() -> engine.access().orRefuse().variables(service, Optional.of("ghost"), context))
                .hasMessage("service 'graph' has no role 'ghost' [HF1605]\n  fix: Name one of: app, neo4j.");
    }

    private static Neo4jThing thing(
            String mark, String name, String kind, List<String> properties, Map<String, String> shape) {
        return new Neo4jThing(mark, name, kind, true, List.of("Movie"), properties, shape);
    }

    private static Neo4jScript script(String version, String text) {
        return new Neo4jScript(Path.of("/cypher/V" + version + "__x.cypher"), version, "x", text);
    }

    private static Neo4jRecord.Row row(String version, String checksum, boolean complete, String failure) {
        return new Neo4jRecord.Row(
                version, "x", "V" + version + "__x.cypher", checksum, Instant.EPOCH, "neo4j", 1, 0, complete, failure);
    }

    private static Neo4jSpec.Constraint constraint(
            Neo4jSpec.Rule kind, Optional<String> label, Optional<String> relationship, List<String> properties) {
        return new Neo4jSpec.Constraint(kind, label, relationship, properties);
    }

    private static Neo4jSpec.Index index(Neo4jSpec.Kind kind, List<String> properties, Optional<Integer> dimensions) {
        return new Neo4jSpec.Index(
                kind, Optional.of("A"), Optional.empty(), properties, dimensions, Neo4jSpec.Similarity.COSINE);
    }
}
