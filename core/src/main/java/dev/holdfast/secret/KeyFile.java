package dev.holdfast.secret;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/**
 * The user's key, from which the key of every stack is derived. It is text, so that it survives a copy by mail or
 * clipboard into the safe where a backup of it belongs.
 */
final class KeyFile {
    private static final String PREFIX = "holdfast-key-1:";
    private static final int LENGTH = 32;

    private final Path file;

    KeyFile(Path file) {
        this.file = file;
    }

    Path path() {
        return file;
    }

    /** Makes the key where there is none; of two processes that try at once, both use the first one's. */
    void createIfAbsent(SecureRandom random) {
        if (Files.exists(file)) {
            return;
        }
        byte[] key = new byte[LENGTH];
        random.nextBytes(key);
        String text = PREFIX + Base64.getEncoder().encodeToString(key) + "\n";
        try {
            PrivateFolder.create(file);
            AtomicFile.createPrivate(file, text.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw PrivateFolder.unusable(file, e);
        }
    }

    /** Bytes for one purpose; different words give unrelated bytes, none of which tells the key. */
    byte[] derived(String purpose, String stack, byte[] salt, int length) {
        byte[] info = (purpose + "\0" + stack).getBytes(StandardCharsets.UTF_8);
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(read())
                            .addSalt(salt)
                            .thenExpand(info, length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HKDF", e);
        }
    }

    private byte[] read() {
        String text;
        try {
            refuseIfShared();
            text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        } catch (NoSuchFileException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3406,
                            "there are secrets but the key that opens them is not at " + file,
                            "Put the key file back from your backup, or move the stack's secrets away to begin with new"
                                    + " ones."),
                    e);
        } catch (IOException e) {
            throw PrivateFolder.unusable(file, e);
        }
        if (text.startsWith(PREFIX)) {
            try {
                byte[] key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
                if (key.length == LENGTH) {
                    return key;
                }
            } catch (IllegalArgumentException e) {
                // its message quotes a character of the key, so it goes no further
            }
        }
        throw new HoldfastException(Problem.of(
                Code.HF3402,
                "the key file " + file + " is damaged (it is not '" + PREFIX + "' and " + LENGTH + " bytes in Base64)",
                "Put the key file back from your backup; Holdfast never replaces it by itself."));
    }

    private void refuseIfShared() throws IOException {
        Set<PosixFilePermission> granted = EnumSet.noneOf(PosixFilePermission.class);
        granted.addAll(Files.getPosixFilePermissions(file));
        granted.removeAll(EnumSet.of(
                PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE));
        if (!granted.isEmpty()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3401,
                    "the key file " + file + " is open to other users of this machine",
                    "Run: chmod 600 '" + file + "'. If others may have read it, make new secrets too."));
        }
    }
}
