package dev.holdfast.engines.neo4j;

import dev.holdfast.secret.Redacted;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The line of {@code auth.ini} from which an empty server takes the password of its first user, as {@code neo4j-admin dbms
 * set-initial-password} writes it; that program would want the password among its arguments.
 */
final class Neo4jCredential {
    private static final int ITERATIONS = 1024;
    private static final int SALT_BYTES = 16;

    private Neo4jCredential() {}

    /** @param pepper what the salt is made of, so that the same secrets give the same line */
    static Redacted line(String user, Redacted password, Redacted pepper) {
        byte[] salt = Arrays.copyOf(sha256().digest(bytes(pepper.reveal())), SALT_BYTES);
        MessageDigest digest = sha256();
        digest.update(salt);
        byte[] hash = digest.digest(bytes(password.reveal()));
        for (int i = 1; i < ITERATIONS; i++) {
            hash = digest.digest(hash);
        }
        HexFormat hex = HexFormat.of();
        return new Redacted(user + ":SHA-256,"
                + hex.formatHex(hash).toUpperCase(Locale.ROOT) + ","
                + hex.formatHex(salt).toUpperCase(Locale.ROOT) + "," + ITERATIONS + ":\n");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
