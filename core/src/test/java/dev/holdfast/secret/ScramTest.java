package dev.holdfast.secret;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

final class ScramTest {
    private static final String SALT = "W22ZaJ0SNY7soEsUEjb6gQ==";
    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String CONVERSATION =
            "n=user,r=rOprNGfwEbeRWgbNEkqO,r=" + NONCE + ",s=" + SALT + ",i=4096,c=biws,r=" + NONCE;

    @Test
    void agreesWithTheConversationOfRfc7677() {
        String verifier = Scram.verifier(new Redacted("pencil"), decoded(SALT), 4096);

        assertThat(verifier).startsWith("SCRAM-SHA-256$4096:" + SALT + "$");
        String[] keys = verifier.substring(verifier.lastIndexOf('$') + 1).split(":", -1);
        byte[] serverSignature = Scram.mac(decoded(keys[1]), CONVERSATION);
        assertThat(Base64.getEncoder().encodeToString(serverSignature))
                .isEqualTo("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        byte[] clientKey = decoded("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        byte[] clientSignature = Scram.mac(decoded(keys[0]), CONVERSATION);
        for (int i = 0; i < clientKey.length; i++) {
            clientKey[i] ^= clientSignature[i];
        }
        assertThat(Scram.digest(clientKey)).isEqualTo(decoded(keys[0]));
    }

    @Test
    void aVerifierMatchesItsPasswordAndNoOther() {
        String verifier = Scram.verifier(new Redacted("swordfish"), new Redacted("a secret of its own"));

        assertThat(verifier).isEqualTo(Scram.verifier(new Redacted("swordfish"), new Redacted("a secret of its own")));
        assertThat(verifier).isNotEqualTo(Scram.verifier(new Redacted("swordfish"), new Redacted("another")));
        assertThat(Scram.matches(verifier, new Redacted("swordfish"))).isTrue();
        assertThat(Scram.matches(verifier, new Redacted("Swordfish"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "md55f4dcc3b5aa765d61d8327deb882cf99",
        "swordfish",
        "SCRAM-SHA-256$0:c2FsdA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "SCRAM-SHA-256$4096:====$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    })
    void whatIsNoVerifierMatchesNothing(String stored) {
        assertThat(Scram.matches(stored, new Redacted("swordfish"))).isFalse();
    }

    /** RFC 4013 section 3, and what pg_saslprep does with text that the rules refuse: it takes it as it is. */
    @ParameterizedTest
    @CsvSource({
        "I\u00adX, IX",
        "user, user",
        "USER, USER",
        "\u00aa, a",
        "\u2168, IX",
        "\u0007, \u0007",
        "\u06271, \u06271",
        "\u0627\u0031\u0628, \u0627\u0031\u0628",
        "a\u00a0b, a b",
        "\u0627a\u2168, \u0627a\u2168",
        "\uff21\u200b, A",
        "\uff21\ud83d\ude00, \uff21\ud83d\ude00",
        "\uff21\ue000, \uff21\ue000",
        "\u0130stanbul, \u0130stanbul",
    })
    void preparesPasswordsAsPostgresDoes(String password, String prepared) {
        assertThat(Saslprep.prepared(password)).isEqualTo(prepared);
    }

    @Test
    void twoWritingsOfTheSamePasswordMatch() {
        String verifier = Scram.verifier(new Redacted("\u2168-caf\u00e9"), new Redacted("s"));

        assertThat(Scram.matches(verifier, new Redacted("IX-cafe\u0301"))).isTrue();
    }

    private static byte[] decoded(String base64) {
        return Base64.getDecoder().decode(base64.getBytes(StandardCharsets.US_ASCII));
    }
}
