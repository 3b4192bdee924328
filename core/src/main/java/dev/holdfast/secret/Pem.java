package dev.holdfast.secret;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys as text. No message ever quotes what it read. */
final class Pem {
    static final String CERTIFICATE = "CERTIFICATE";
    static final String PRIVATE_KEY = "PRIVATE KEY";
    static final String KEY_STORE = "PKCS12";

    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

    private Pem() {}

    static String written(String label, byte[] content) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + label + "-----\n" + lines + "\n-----END " + label + "-----\n";
    }

    /** The blocks of that label as they stand in the text, each with its line end. */
    static List<String> blocks(String label, String text) {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            if (matcher.group(1).equals(label)) {
                blocks.add(matcher.group() + "\n");
            }
        }
        return blocks;
    }

    static List<X509Certificate> certificates(String text) {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (byte[] content : contents(CERTIFICATE, text)) {
                certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(content)));
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw unreadable("a certificate");
        }
        if (certificates.isEmpty()) {
            throw unreadable("a certificate");
        }
        return certificates;
    }

    static PrivateKey key(Redacted text) {
        try {
            byte[] content = content(PRIVATE_KEY, text.reveal());
            return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(content));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw unreadable("a private key");
        }
    }

    static byte[] content(String label, String text) {
        List<byte[]> contents = contents(label, text);
        if (contents.size() != 1) {
            throw unreadable("exactly one block '" + label + "'");
        }
        return contents.getFirst();
    }

    private static List<byte[]> contents(String label, String text) {
        List<byte[]> contents = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            if (matcher.group(1).equals(label)) {
                contents.add(Base64.getMimeDecoder().decode(matcher.group(2).getBytes(StandardCharsets.US_ASCII)));
            }
        }
        return contents;
    }

    private static HoldfastException unreadable(String wanted) {
        return new HoldfastException(Problem.of(
                Code.HF3411,
                "text that should hold " + wanted + " as PEM does not",
                "Put back the file or the secret that it came from; Holdfast writes PEM with a whole chain and an EC key"
                        + " in PKCS#8."));
    }
}
