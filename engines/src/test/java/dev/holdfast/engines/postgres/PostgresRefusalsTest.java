package dev.holdfast.engines.postgres;

import dev.holdfast.engines.FixedContext;
import dev.holdfast.engines.postgres.FakePostgres.Refusal;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.CertificateAuthority;
import dev.holdfast.secret.SecretStore;
import dev.holdfast.secret.Subject;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** What a server that is away, that does not know Holdfast, or that refuses a statement becomes. */
final class PostgresRefusalsTest {
    private static final Function<String, Refusal> TAKES_ALL = statement -> Refusal.NONE;
    private static final Script.Batch CREATE_DATABASE = new Script.Batch("postgres", "CREATE DATABASE \"shop\"");

    @TempDir
    private Path folder;

    private CertificateAuthority authority;
    private Path authorityFile;

    @BeforeEach
    void makeAuthority() throws IOException {
        SecureRandom random = new SecureRandom();
        SecretStore store = new SecretStore(folder.resolve("secrets.enc"), folder.resolve("key"), "shop", random);
        authority = new CertificateAuthority("shop", store, InstantSource.system(), random);
        authorityFile = Files.writeString(folder.resolve("ca.crt"), authority.certificate());
    }

    @Test
    void aServerThatIsAwayCannotBeReached() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Problem problem = refusal(() -> execute(CREATE_DATABASE, port));
        assertThat(problem.code()).isEqualTo(Code.HF3501);
        assertThat(problem.cause()).startsWith("PostgreSQL 'main' does not listen: ");
    }

    @Test
    void aServerThatRefusesThePasswordIsToldFromOneThatIsAway() throws IOException {
        Refusal wrong = new Refusal("28P01", "password authentication failed for user \"holdfast\"");
        try (FakePostgres server = server(wrong, TAKES_ALL)) {
            Problem problem = refusal(() -> execute(CREATE_DATABASE, server.port()));
            assertThat(problem.code()).isEqualTo(Code.HF3502);
            assertThat(problem.cause())
                    .isEqualTo("PostgreSQL 'main' refuses the password of its role: password authentication failed"
                            + " for user \"holdfast\"");
        }
    }

    @Test
    void aServerOfAnotherAuthorityIsNotLoggedInTo() throws IOException {
        try (FakePostgres server = server(Refusal.NONE, TAKES_ALL)) {
            Files.writeString(authorityFile, Files.readString(Path.of(FixedContext.authority())));
            Problem problem = refusal(() -> execute(CREATE_DATABASE, server.port()));
            assertThat(problem.code()).isEqualTo(Code.HF3501);
            assertThat(problem.cause()).contains("a certificate that the stack's authority did not sign");
        }
    }

    @Test
    void aRefusedStatementIsNamedWithTheServersReason() throws IOException {
        Function<String, Refusal> full = sql ->
                sql.startsWith("CREATE") ? new Refusal("53100", "could not extend file: No space left") : Refusal.NONE;
        try (FakePostgres server = server(Refusal.NONE, full)) {
            Problem problem = refusal(() -> execute(CREATE_DATABASE, server.port()));
            assertThat(problem.code()).isEqualTo(Code.HF3503);
            assertThat(problem.cause())
                    .isEqualTo("PostgreSQL 'main' refused 'CREATE DATABASE \"shop\"' in database 'postgres':"
                            + " could not extend file: No space left");
        }
    }

    @Test
    void whatWasDoneBeforeIsNoRefusal() throws IOException {
        Function<String, Refusal> there = sql ->
                sql.startsWith("CREATE") ? new Refusal("42P04", "database \"shop\" already exists") : Refusal.NONE;
        try (FakePostgres server = server(Refusal.NONE, there)) {
            assertThat(outcome(() -> execute(CREATE_DATABASE, server.port()))).isEmpty();
        }
    }

    private FakePostgres server(Refusal atLogin, Function<String, Refusal> answer) throws IOException {
        Subject subject =
                new Subject("main-0", new TreeSet<>(List.of("localhost")), new TreeSet<>(List.of("127.0.0.1")));
        return new FakePostgres(
                authority.certificate(), authority.issue(subject, CertificateAuthority.LEAF_LIFETIME), atLogin, answer);
    }

    private void execute(Script.Batch batch, int port) {
        PostgresSpec spec = new PostgresSpec(
                0,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                new TreeMap<>(),
                new TreeMap<>(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new TreeMap<>());
        Service<PostgresSpec> service = FixedContext.service(new PostgresEngine(), "main", spec);
        FixedContext context = FixedContext.of(service);
        PostgresSession.execute(
                batch,
                service,
                new FixedContext(context.stack(), authorityFile.toString(), port, List.of(), List.of()));
    }

    private static Problem refusal(ThrowingCallable call) {
        return outcome(call).orElseThrow();
    }

    /** On a machine that is busy with other tests a login may take longer than the two seconds it is given. */
    private static Optional<Problem> outcome(ThrowingCallable call) {
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (true) {
            var refusal = catchThrowableOfType(HoldfastException.class, call);
            Optional<Problem> problem = Optional.ofNullable(refusal)
                    .map(HoldfastException::problems)
                    .map(List::getFirst);
            boolean late = problem.filter(known -> known.cause().contains("did not answer within two seconds"))
                    .isPresent();
            if (!late || System.nanoTime() > deadline) {
                return problem;
            }
        }
    }
}
