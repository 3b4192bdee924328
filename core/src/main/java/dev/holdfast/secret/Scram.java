package dev.holdfast.secret;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * SCRAM-SHA-256 verifiers as PostgreSQL keeps them (RFC 5802, RFC 7677), so that a password never travels in an SQL
 * statement.
 */
public final class Scram {
    private static final int ITERATIONS = 4096;
    private static final int SALT = 16;
    private static final Pattern VERIFIER = Pattern.compile(
            "SCRAM-SHA-256\\$(\\d{1,9}):([A-Za-z0-9+/]+=*)\\$([A-Za-z0-9+/]{43}=):([A-Za-z0-9+/]{43}=)");

    private Scram() {}

    /**
     * {@code SCRAM-SHA-256$4096:salt$stored:server}. The salt follows from a secret of its own ({@code
     * context.secret(new SecretRef(service, "salts/app"))}), so that the same secrets give the same verifier.
     */
    public static String verifier(Redacted password, Redacted salt) {
        byte[] digest = digest(salt.reveal().getBytes(StandardCharsets.UTF_8));
        return verifier(password, Arrays.copyOf(digest, SALT), ITERATIONS);
    }

    static String verifier(Redacted password, byte[] salt, int iterations) {
        byte[] salted = salted(password, salt, iterations);
        byte[] stored = digest(mac(salted, "Client Key"));
        byte[] server = mac(salted, "Server Key");
        Base64.Encoder base64 = Base64.getEncoder();
        return "SCRAM-SHA-256$" + iterations + ":" + base64.encodeToString(salt) + "$" + base64.encodeToString(stored)
                + ":" + base64.encodeToString(server);
    }

    /** Whether the verifier was made from that password; false for one that is not SCRAM-SHA-256. */
    public static boolean matches(String verifier, Redacted password) {
        Matcher parts = VERIFIER.matcher(verifier);
        if (!parts.matches()) {
            return false;
        }
        byte[] salt;
        try {
            salt = Base64.getDecoder().decode(parts.group(2));
        } catch (IllegalArgumentException e) {
            return false;
        }
        int iterations = Integer.parseInt(parts.group(1));
        return iterations > 0
                && MessageDigest.isEqual(
                        verifier.getBytes(StandardCharsets.US_ASCII),
                        verifier(password, salt, iterations).getBytes(StandardCharsets.US_ASCII));
    }

    /** {@code Hi(Normalize(password), salt, i)} of RFC 5802. */
    static byte[] salted(Redacted password, byte[] salt, int iterations) {
        if (password.reveal().isEmpty()) {
            throw new IllegalArgumentException("PostgreSQL takes an empty password for none");
        }
        Mac mac = keyed(Saslprep.prepared(password.reveal()).getBytes(StandardCharsets.UTF_8));
        mac.update(salt);
        byte[] round = mac.doFinal(new byte[] {0, 0, 0, 1});
        byte[] result = round.clone();
        for (int i = 1; i < iterations; i++) {
            round = mac.doFinal(round);
            for (int b = 0; b < result.length; b++) {
                result[b] ^= round[b];
            }
        }
        return result;
    }

    static byte[] mac(byte[] key, String text) {
        return keyed(key).doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] digest(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    private static Mac keyed(byte[] key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HMAC-SHA-256", e);
        }
    }
}
