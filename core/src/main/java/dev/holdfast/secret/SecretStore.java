package dev.holdfast.secret;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.AtomicFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The secrets of one stack in one encrypted file. Reads see what other processes wrote; every change is made under a
 * lock, so that two processes never lose each other's secrets. Nothing is touched before the first call.
 */
public final class SecretStore implements Safe {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final int LENGTH = 32;

    /** Whose notes say when each secret was made. No service can have this name. */
    private static final String SINCE = "_since";

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Snapshot EMPTY =
            new Snapshot(Optional.empty(), Collections.unmodifiableSortedMap(new TreeMap<>()));

    private final Path file;
    private final KeyFile key;
    private final String stack;
    private final SecureRandom random;
    private final Duration patience;
    private final InstantSource clock;
    private volatile Snapshot last = EMPTY;

    /**
     * @param file {@code data/stacks/<name>/secrets.enc}
     * @param keyFile the user's key ({@code data/key}), made with the first secret and used for all stacks
     */
    public SecretStore(Path file, Path keyFile, String stack, SecureRandom random) {
        this(file, keyFile, stack, random, PATIENCE);
    }

    public SecretStore(Path file, Path keyFile, String stack, SecureRandom random, InstantSource clock) {
        this(file, keyFile, stack, random, PATIENCE, clock);
    }

    SecretStore(Path file, Path keyFile, String stack, SecureRandom random, Duration patience) {
        this(file, keyFile, stack, random, patience, InstantSource.system());
    }

    private SecretStore(
            Path file, Path keyFile, String stack, SecureRandom random, Duration patience, InstantSource clock) {
        this.file = file;
        this.key = new KeyFile(keyFile);
        this.stack = stack;
        this.random = random;
        this.patience = patience;
        this.clock = clock;
    }

    /** The secret of that name: 32 characters of [A-Za-z0-9], generated the first time anyone asks and kept. */
    public Redacted secret(SecretRef ref) {
        return secret(ref, LENGTH);
    }

    /** The same, with a length for one that is made now. */
    public Redacted secret(SecretRef ref, int length) {
        return secret(ref, () -> generated(length));
    }

    /** The secret of that name, made by {@code first} under the lock where there is none. */
    public Redacted secret(SecretRef ref, Supplier<Redacted> first) {
        return secret(ref, kept -> true, first);
    }

    /** The secret kept, or where there is none that is {@code good} a new one, which takes its place. */
    Redacted secret(SecretRef ref, Predicate<Redacted> good, Supplier<Redacted> next) {
        Optional<Redacted> kept = find(ref).filter(good);
        if (kept.isPresent()) {
            return kept.get();
        }
        SortedMap<SecretRef, Redacted> after = change(secrets -> {
            Redacted present = secrets.get(ref);
            if (present == null || !good.test(present)) {
                secrets.put(ref, next.get());
                secrets.put(note(ref), now());
            }
        });
        return Optional.ofNullable(after.get(ref)).orElseThrow();
    }

    @Override
    public Optional<Redacted> find(SecretRef ref) {
        return Optional.ofNullable(read().get(ref));
    }

    @Override
    public Optional<Instant> since(SecretRef ref) {
        return find(ref).flatMap(_ -> find(note(ref))).map(moment -> Instant.parse(moment.reveal()));
    }

    public void put(SecretRef ref, Redacted value) {
        replace(Map.of(ref, value), List.of());
    }

    @Override
    public void replace(Map<SecretRef, Redacted> kept, Collection<SecretRef> removed) {
        change(secrets -> {
            kept.forEach((ref, value) -> {
                if (!value.equals(secrets.put(ref, value))) {
                    secrets.put(note(ref), now());
                }
            });
            removed.forEach(ref -> {
                secrets.remove(ref);
                secrets.remove(note(ref));
            });
        });
    }

    /** Whether there was one. */
    public boolean remove(SecretRef ref) {
        boolean present = find(ref).isPresent();
        if (present) {
            replace(Map.of(), List.of(ref));
        }
        return present;
    }

    public SortedSet<SecretRef> names() {
        SortedSet<SecretRef> names = new TreeSet<>(read().keySet());
        names.removeIf(ref -> ref.service().equals(SINCE));
        return Collections.unmodifiableSortedSet(names);
    }

    private static SecretRef note(SecretRef ref) {
        return new SecretRef(SINCE, ref.toString());
    }

    private Redacted now() {
        return new Redacted(clock.instant().toString());
    }

    @Override
    public Redacted generated(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return new Redacted(text.toString());
    }

    private SortedMap<SecretRef, Redacted> read() {
        try {
            Optional<Version> version = version();
            Snapshot known = last;
            if (version.isEmpty() || !version.equals(known.version())) {
                known = version.isEmpty() ? EMPTY : new Snapshot(version, sealed().opened(Files.readAllBytes(file)));
                last = known;
            }
            return known.secrets();
        } catch (IOException e) {
            throw PrivateFolder.unusable(file, e);
        }
    }

    private SortedMap<SecretRef, Redacted> change(Consumer<SortedMap<SecretRef, Redacted>> how) {
        try {
            PrivateFolder.create(file);
            Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
            try (FileChannel channel = FileChannel.open(
                            lockFile,
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                    FileLock lock = locked(channel)) {
                assert lock.isValid();
                SortedMap<SecretRef, Redacted> before = read();
                SortedMap<SecretRef, Redacted> after = new TreeMap<>(before);
                how.accept(after);
                if (!after.equals(before)) {
                    if (version().isEmpty()) {
                        key.createIfAbsent(random);
                    }
                    AtomicFile.writePrivate(file, sealed().sealed(after, random));
                }
                return after;
            }
        } catch (IOException e) {
            throw PrivateFolder.unusable(file, e);
        }
    }

    /** Waits for other processes and for other stores of this process alike; the second kind shows as an exception. */
    private FileLock locked(FileChannel channel) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            FileLock lock = tried(channel);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
                throw new HoldfastException(Problem.of(
                        Code.HF3408,
                        "another process has kept the secrets of stack '" + stack + "' locked for "
                                + patience.toSeconds() + " seconds",
                        "See who holds " + file + ".lock (fuser tells), let it end, and try again."));
            }
            LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
        }
    }

    private static @Nullable FileLock tried(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private SealedFile sealed() {
        return new SealedFile(file, stack, key);
    }

    private Optional<Version> version() throws IOException {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(new Version(String.valueOf(found.fileKey()), found.lastModifiedTime(), found.size()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Every write makes a new file, so that these three change with the content. */
    private record Version(String inode, FileTime modified, long size) {}

    private record Snapshot(Optional<Version> version, SortedMap<SecretRef, Redacted> secrets) {}
}
