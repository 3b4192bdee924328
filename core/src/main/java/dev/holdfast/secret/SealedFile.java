package dev.holdfast.secret;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The bytes of a secrets file: magic, version, key id, salt, nonce, then AES-256-GCM over the entries. Header and stack
 * name are authenticated, so that a file renamed to another stack does not open.
 */
final class SealedFile {
    private static final byte[] MAGIC = "HFSECRET".getBytes(StandardCharsets.US_ASCII);
    private static final byte VERSION = 1;
    private static final int KEY_ID = 8;
    private static final int SALT = 16;
    private static final int NONCE = 12;
    private static final int TAG = 16;
    private static final int HEADER = MAGIC.length + 1 + KEY_ID + SALT + NONCE;

    private final Path file;
    private final String stack;
    private final KeyFile key;

    SealedFile(Path file, String stack, KeyFile key) {
        this.file = file;
        this.stack = stack;
        this.key = key;
    }

    byte[] sealed(SortedMap<SecretRef, Redacted> secrets, SecureRandom random) {
        byte[] salt = new byte[SALT];
        byte[] nonce = new byte[NONCE];
        random.nextBytes(salt);
        random.nextBytes(nonce);
        byte[] header = ByteBuffer.allocate(HEADER)
                .put(MAGIC)
                .put(VERSION)
                .put(keyId())
                .put(salt)
                .put(nonce)
                .array();
        try {
            byte[] body = cipher(Cipher.ENCRYPT_MODE, header, salt, nonce).doFinal(written(secrets));
            return ByteBuffer.allocate(HEADER + body.length)
                    .put(header)
                    .put(body)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no AES-GCM", e);
        }
    }

    SortedMap<SecretRef, Redacted> opened(byte[] content) {
        if (content.length < MAGIC.length + 1 || !Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw damaged("it does not begin as one");
        }
        if (content[MAGIC.length] != VERSION) {
            throw new HoldfastException(Problem.of(
                    Code.HF3405,
                    "the secrets file " + file + " has format " + content[MAGIC.length] + ", this Holdfast reads "
                            + VERSION,
                    "Use the newer Holdfast that wrote it."));
        }
        if (content.length < HEADER + TAG) {
            throw damaged("it ends after " + content.length + " bytes");
        }
        byte[] header = Arrays.copyOf(content, HEADER);
        int afterVersion = MAGIC.length + 1;
        if (!Arrays.equals(Arrays.copyOfRange(header, afterVersion, afterVersion + KEY_ID), keyId())) {
            throw new HoldfastException(Problem.of(
                    Code.HF3403,
                    "the secrets file " + file + " was not written for stack '" + stack + "' with the key "
                            + key.path(),
                    "Put back the key file, or the secrets file, that belongs to this stack."));
        }
        byte[] salt = Arrays.copyOfRange(header, afterVersion + KEY_ID, HEADER - NONCE);
        byte[] nonce = Arrays.copyOfRange(header, HEADER - NONCE, HEADER);
        try {
            return read(
                    cipher(Cipher.DECRYPT_MODE, header, salt, nonce).doFinal(content, HEADER, content.length - HEADER));
        } catch (AEADBadTagException e) {
            throw damaged("its seal is broken");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no AES-GCM", e);
        } catch (IOException e) {
            throw damaged("its entries do not end where they should");
        }
    }

    private HoldfastException damaged(String how) {
        return new HoldfastException(Problem.of(
                Code.HF3404,
                "the secrets file " + file + " is damaged: " + how,
                "Put it back from a backup. Without one, move it away: new secrets are then made, and the running"
                        + " services still have the old ones."));
    }

    /** Bound to the stack, so that a file carried to another name is told apart from a damaged one. */
    private byte[] keyId() {
        return key.derived("holdfast key id 1", stack, new byte[0], KEY_ID);
    }

    private Cipher cipher(int mode, byte[] header, byte[] salt, byte[] nonce) throws GeneralSecurityException {
        byte[] derived = key.derived("holdfast secrets 1", stack, salt, 32);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(derived, "AES"), new GCMParameterSpec(TAG * 8, nonce));
        cipher.updateAAD(header);
        cipher.updateAAD(stack.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static byte[] written(SortedMap<SecretRef, Redacted> secrets) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(secrets.size());
            for (Map.Entry<SecretRef, Redacted> entry : secrets.entrySet()) {
                write(out, entry.getKey().service());
                write(out, entry.getKey().name());
                write(out, entry.getValue().reveal());
            }
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail to be written", e);
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static SortedMap<SecretRef, Redacted> read(byte[] bytes) throws IOException {
        SortedMap<SecretRef, Redacted> secrets = new TreeMap<>();
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            SecretRef ref = new SecretRef(text(in), text(in));
            secrets.put(ref, new Redacted(text(in)));
        }
        return Collections.unmodifiableSortedMap(secrets);
    }

    private static String text(DataInputStream in) throws IOException {
        byte[] bytes = in.readNBytes(in.readInt());
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
