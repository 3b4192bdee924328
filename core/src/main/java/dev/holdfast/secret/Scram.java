package dev.holdfast.secret;

/** SCRAM-SHA-256 verifiers as PostgreSQL keeps them, so that a password never travels in an SQL statement. */
@SuppressWarnings("DoNotCallSuggester")
public final class Scram {
    private Scram() {}

    /**
     * {@code SCRAM-SHA-256$4096:salt$stored:server}. The salt follows from a secret of its own ({@code
     * context.secret(new SecretRef(service, "salts/app"))}), so that the same secrets give the same verifier.
     */
    public static String verifier(Redacted password, Redacted salt) {
        throw new UnsupportedOperationException(password + " " + salt);
    }

    /** Whether the verifier was made from that password; false for one that is not SCRAM-SHA-256. */
    public static boolean matches(String verifier, Redacted password) {
        throw new UnsupportedOperationException(verifier + password);
    }
}
