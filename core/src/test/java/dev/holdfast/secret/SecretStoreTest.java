package dev.holdfast.secret;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

final class SecretStoreTest {
    private static final SecretRef APP = new SecretRef("main", "roles/app");

    @TempDir
    private Path home;

    @Test
    void aSecretIsGeneratedOnceAndKept() {
        Redacted first = store("demo").secret(APP);

        assertThat(first.reveal()).matches("[A-Za-z0-9]{32}");
        assertThat(store("demo").secret(APP)).isEqualTo(first);
        assertThat(store("demo").secret(new SecretRef("main", "roles/reader"))).isNotEqualTo(first);
        assertThat(store("demo").names()).containsExactly(APP, new SecretRef("main", "roles/reader"));
    }

    @Test
    void askingForWhatIsNotThereMakesNothing() throws IOException {
        assertThat(store("demo").find(APP)).isEmpty();
        assertThat(store("demo").names()).isEmpty();
        assertThat(store("demo").remove(APP)).isFalse();
        try (var files = Files.list(home)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void anyTextIsKeptAndTakenAway() {
        SecretStore store = store("demo");
        Redacted odd = new Redacted("line\nend \0 ünïcode 😀 " + "x".repeat(100_000));
        store.put(APP, odd);
        assertThat(store("demo").find(APP)).contains(odd);

        assertThat(store.remove(APP)).isTrue();
        assertThat(store("demo").find(APP)).isEmpty();
    }

    @Test
    void aStoreSeesWhatAnotherWrote() {
        SecretStore one = store("demo");
        SecretStore other = store("demo");
        one.put(APP, new Redacted("first"));
        assertThat(other.find(APP)).contains(new Redacted("first"));

        one.put(APP, new Redacted("later"));
        assertThat(other.find(APP)).contains(new Redacted("later"));
    }

    @Test
    void neitherFileTellsASecretAndBothAreTheUsersOnly() throws IOException {
        store("demo").put(APP, new Redacted("swordfish"));

        assertThat(Files.readString(file("demo"), StandardCharsets.ISO_8859_1))
                .doesNotContain("swordfish", "roles/app");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file("demo"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key())))
                .isEqualTo("rw-------");
    }

    @Test
    void aFileWithoutChangeIsNotWrittenAgain() throws IOException {
        store("demo").secret(APP);
        byte[] before = Files.readAllBytes(file("demo"));

        store("demo").secret(APP);
        store("demo").put(APP, store("demo").secret(APP));

        assertThat(Files.readAllBytes(file("demo"))).isEqualTo(before);
    }

    @Test
    void manyWritersLoseNothingAndAgreeOnEachSecret() throws Exception {
        List<Future<Redacted>> shared = new ArrayList<>();
        try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 24; i++) {
                SecretStore own = store("demo");
                SecretRef ref = new SecretRef("main", "roles/" + i);
                shared.add(writers.submit(() -> {
                    own.secret(ref);
                    return own.secret(APP);
                }));
            }
        }
        Set<Redacted> values = new HashSet<>();
        for (Future<Redacted> value : shared) {
            values.add(value.get());
        }
        assertThat(values).hasSize(1);
        assertThat(store("demo").names()).hasSize(25);
    }

    @Test
    void aStoreOfAnotherProcessIsWaitedForAndThenNamed() throws IOException {
        store("demo").secret(APP);
        Path lock = home.resolve("stacks/demo/secrets.enc.lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            channel.lock();
            SecretStore impatient =
                    new SecretStore(file("demo"), key(), "demo", new SecureRandom(), Duration.ofMillis(20));
            assertRefused(Code.HF3408, () -> impatient.put(APP, new Redacted("swordfish")));
        }
        assertThat(store("demo").find(APP)).isNotEqualTo(java.util.Optional.of(new Redacted("swordfish")));
    }

    @Test
    void aKeyThatOthersMayReadIsRefused() throws IOException {
        store("demo").secret(APP);
        Files.setPosixFilePermissions(key(), PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> store("demo").find(APP))
                .hasMessage("the key file " + key() + " is open to other users of this machine [HF3401]\n"
                        + "  fix: Run: chmod 600 '" + key() + "'. If others may have read it, make new secrets too.");
    }

    @Test
    void aDamagedKeyIsRefusedAndNotReplaced() throws IOException {
        store("demo").secret(APP);
        for (String damaged : List.of("", "holdfast-key-1:", "holdfast-key-1:!!!!", "holdfast-key-1:c2hvcnQ=", "x")) {
            Files.writeString(key(), damaged);
            assertRefused(Code.HF3402, () -> store("demo").secret(new SecretRef("main", "new")));
            assertThat(key()).hasContent(damaged);
        }
    }

    @Test
    void aMissingKeyIsNotMadeAnewWhileThereAreSecrets() throws IOException {
        store("demo").secret(APP);
        Files.delete(key());

        assertRefused(Code.HF3406, () -> store("demo").secret(APP));
        assertThat(key()).doesNotExist();
    }

    @Test
    void anotherKeyOrAnotherStacksFileIsToldApartFromADamagedOne() throws IOException {
        store("demo").secret(APP);
        Files.createDirectories(file("other").getParent());
        Files.copy(file("demo"), file("other"));
        assertRefused(Code.HF3403, () -> store("other").find(APP));

        Files.delete(key());
        store("third").secret(APP);
        assertRefused(Code.HF3403, () -> store("demo").find(APP));
    }

    @Test
    void everyCutAndEveryFlippedBitIsRefusedAndNothingIsOverwritten() throws IOException {
        store("demo").secret(APP);
        byte[] whole = Files.readAllBytes(file("demo"));
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(whole, length);
            Files.write(file("demo"), cut);
            assertRefused(Code.HF3404, () -> store("demo").put(APP, new Redacted("swordfish")));
            assertThat(Files.readAllBytes(file("demo"))).isEqualTo(cut);
        }
        for (int at = 9; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= 1;
            Files.write(file("demo"), flipped);
            HoldfastException refusal = catchThrowableOfType(
                    HoldfastException.class, () -> store("demo").secret(APP));
            assertThat(refusal.problems().getFirst().code()).isIn(Code.HF3403, Code.HF3404);
        }
    }

    @Test
    void aNewerFormatIsLeftToTheNewerHoldfast() throws IOException {
        store("demo").secret(APP);
        byte[] newer = Files.readAllBytes(file("demo"));
        newer[8] = 2;
        Files.write(file("demo"), newer);

        assertRefused(Code.HF3405, () -> store("demo").find(APP));
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamed() throws IOException {
        Files.writeString(home.resolve("stacks"), "a file where a folder should be");

        assertRefused(Code.HF3407, () -> store("demo").secret(APP));
    }

    private static void assertRefused(Code code, org.assertj.core.api.ThrowableAssert.ThrowingCallable what) {
        HoldfastException refusal = catchThrowableOfType(HoldfastException.class, what);
        assertThat(refusal.problems()).extracting(p -> p.code()).containsExactly(code);
        assertThat(refusal.getMessage()).doesNotContain("swordfish");
    }

    private SecretStore store(String stack) {
        return new SecretStore(file(stack), key(), stack, new SecureRandom());
    }

    private Path file(String stack) {
        return home.resolve("stacks").resolve(stack).resolve("secrets.enc");
    }

    private Path key() {
        return home.resolve("key");
    }
}
