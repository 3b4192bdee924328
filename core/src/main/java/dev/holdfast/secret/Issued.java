package dev.holdfast.secret;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.crypto.spec.PBEParameterSpec;

/**
 * A certificate and its key: {@code chain} is the leaf followed by the authority as PEM, {@code key} is PKCS#8 as PEM,
 * {@code keyStore} the two again as PKCS#12 in PEM armour. The key store is kept rather than made anew each time because
 * its salts are random and a render has to give the same bytes twice.
 */
public record Issued(String chain, Redacted key, Redacted keyStore) {
    /** Java servers refuse a store without a password; the file's mode protects the key, this word does not. */
    public static final String KEY_STORE_PASSWORD = "holdfast";

    public static final String KEY_STORE_ALIAS = "server";

    private static final int SALT_BYTES = 16;

    static Issued of(SecureRandom random, PrivateKey key, List<X509Certificate> chain) {
        try {
            StringBuilder pem = new StringBuilder();
            for (X509Certificate certificate : chain) {
                pem.append(Pem.written(Pem.CERTIFICATE, certificate.getEncoded()));
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            char[] password = KEY_STORE_PASSWORD.toCharArray();
            byte[] salt = new byte[SALT_BYTES];
            random.nextBytes(salt);
            // thousands of rounds and a MAC would protect nothing, for the word is known, and cost a server a third of
            // its start
            var protection = new KeyStore.PasswordProtection(
                    password, "PBEWithHmacSHA256AndAES_256", new PBEParameterSpec(salt, 1));
            var entry = new KeyStore.PrivateKeyEntry(key, chain.toArray(new X509Certificate[0]));
            store.setEntry(KEY_STORE_ALIAS, entry, protection);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            store.store(bytes, null);
            return new Issued(
                    pem.toString(),
                    new Redacted(Pem.written(Pem.PRIVATE_KEY, key.getEncoded())),
                    new Redacted(Pem.written(Pem.KEY_STORE, bytes.toByteArray())));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java cannot write a key store", e);
        }
    }

    static Issued from(Redacted bundle) {
        String text = bundle.reveal();
        return new Issued(
                String.join("", Pem.blocks(Pem.CERTIFICATE, text)),
                new Redacted(String.join("", Pem.blocks(Pem.PRIVATE_KEY, text))),
                new Redacted(String.join("", Pem.blocks(Pem.KEY_STORE, text))));
    }

    /** All three in one text, as the secret store keeps it. */
    Redacted bundle() {
        return new Redacted(chain + key.reveal() + keyStore.reveal());
    }

    /** The moment from which on the leaf is refused. */
    public Instant expiry() {
        return leaf().getNotAfter().toInstant();
    }

    /** A PKCS#12 file with the one alias {@link #KEY_STORE_ALIAS}, the same bytes each time. */
    public byte[] pkcs12() {
        return Pem.content(Pem.KEY_STORE, keyStore.reveal());
    }

    X509Certificate leaf() {
        return Pem.certificates(chain).getFirst();
    }
}
