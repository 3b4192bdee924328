package dev.holdfast.engines.s3;

import dev.holdfast.secret.Redacted;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The examples of "Authenticating Requests: Using the Authorization Header" in Amazon's S3 reference. */
final class SignatureTest {
    private static final Signature EXAMPLE = new Signature(
            "AKIAIOSFODNN7EXAMPLE", new Redacted("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), "us-east-1", "s3");
    private static final String HOST = "https://examplebucket.s3.amazonaws.com";

    @Test
    void anObjectIsRead() {
        assertThat(signature("GET", "/test.txt", Map.of("Range", "bytes=0-9"), ""))
                .isEqualTo("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    @Test
    void anObjectIsWritten() {
        assertThat(signature(
                        "PUT",
                        "/test%24file.text",
                        Map.of(
                                "Date", "Fri, 24 May 2013 00:00:00 GMT",
                                "x-amz-storage-class", "REDUCED_REDUNDANCY"),
                        "Welcome to Amazon S3."))
                .isEqualTo("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    }

    @Test
    void aQueryWithoutValueIsSigned() {
        assertThat(signature("GET", "/?lifecycle", Map.of(), ""))
                .isEqualTo("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    }

    @Test
    void aQueryIsSortedAndSigned() {
        assertThat(signature("GET", "/?prefix=J&max-keys=2", Map.of(), ""))
                .isEqualTo("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }

    @Test
    void partsOfAPathAreEncodedByteForByte() {
        assertThat(Signature.encoded("a b/ü~_-.*")).isEqualTo("a%20b%2F%C3%BC~_-.%2A");
    }

    @Test
    void whatIsSentNamesWhatIsSigned() {
        SortedMap<String, String> headers = EXAMPLE.headers(
                "GET",
                URI.create(HOST + "/test.txt"),
                new TreeMap<>(Map.of("Range", "bytes=0-9")),
                new byte[0],
                Instant.parse("2013-05-24T00:00:00Z"));
        assertThat(headers).containsOnlyKeys("authorization", "range", "x-amz-content-sha256", "x-amz-date");
        assertThat(headers.get("authorization"))
                .startsWith("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                        + " SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=");
    }

    private static String signature(String method, String path, Map<String, String> given, String body) {
        String authorization = EXAMPLE.headers(
                        method,
                        URI.create(HOST + path),
                        new TreeMap<>(given),
                        body.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                        Instant.parse("2013-05-24T00:00:00Z"))
                .getOrDefault("authorization", "");
        return authorization.substring(authorization.indexOf("Signature=") + "Signature=".length());
    }
}
