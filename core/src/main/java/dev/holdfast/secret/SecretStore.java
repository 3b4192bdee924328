package dev.holdfast.secret;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * The secrets of one stack in one encrypted file. Reads see what other processes wrote; every change is made under a
 * lock, so that two processes never lose each other's secrets. Nothing is touched before the first call.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class SecretStore {
    private final Path file;
    private final Path keyFile;
    private final String stack;
    private final SecureRandom random;

    /**
     * @param file {@code data/stacks/<name>/secrets.enc}
     * @param keyFile the user's key ({@code data/key}), made with the first store and used for all
     */
    public SecretStore(Path file, Path keyFile, String stack, SecureRandom random) {
        this.file = file;
        this.keyFile = keyFile;
        this.stack = stack;
        this.random = random;
    }

    /** The secret of that name: 32 characters of [A-Za-z0-9], generated the first time anyone asks and kept. */
    public Redacted secret(SecretRef ref) {
        throw new UnsupportedOperationException(ref + " " + file + keyFile + stack + random);
    }

    /** The secret of that name, made by {@code first} under the lock where there is none. */
    public Redacted secret(SecretRef ref, Supplier<Redacted> first) {
        throw new UnsupportedOperationException(ref + " " + first);
    }

    public Optional<Redacted> find(SecretRef ref) {
        throw new UnsupportedOperationException(ref.toString());
    }

    public void put(SecretRef ref, Redacted value) {
        throw new UnsupportedOperationException(ref + " " + value);
    }

    /** Whether there was one. */
    public boolean remove(SecretRef ref) {
        throw new UnsupportedOperationException(ref.toString());
    }

    public SortedSet<SecretRef> names() {
        return new TreeSet<>();
    }
}
