package dev.holdfast.engines.s3;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engines.TrustingClients;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;

/**
 * The few calls of S3 that Holdfast needs of its own, signed, over TLS that trusts the stack's authority alone. One
 * client an authority is kept, and with it its connections.
 */
final class S3Session {
    static final String REGION = "us-east-1";

    private static final Duration PATIENCE = Duration.ofMillis(1_800);
    private static final Pattern NAME = Pattern.compile("<Name>([^<]*)</Name>");
    private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");
    private static final Pattern CODE = Pattern.compile("<Code>([^<]*)</Code>");
    private static final Pattern MESSAGE = Pattern.compile("<Message>([^<]*)</Message>");

    private final InstantSource clock;
    private final TrustingClients clients = new TrustingClients(PATIENCE);

    S3Session(InstantSource clock) {
        this.clock = clock;
    }

    /** Where, trusting whom, as whom. */
    record Door(String service, Address address, String authorityFile, String key, Redacted secret) {}

    /** What came back; {@code code} is S3's own word for a failure, empty where there is none. */
    static final class Answer {
        private final int status;
        private final byte[] body;

        Answer(int status, byte[] body) {
            this.status = status;
            this.body = body.clone();
        }

        int status() {
            return status;
        }

        byte[] body() {
            return body.clone();
        }

        String code() {
            return found(CODE);
        }

        String message() {
            return found(MESSAGE);
        }

        private String found(Pattern pattern) {
            Matcher matcher = pattern.matcher(new String(body, StandardCharsets.UTF_8));
            return matcher.find() ? matcher.group(1) : "";
        }

        boolean isGood() {
            return status / 100 == 2;
        }
    }

    List<String> buckets(Door door) throws IOException {
        Answer answer = good(door, send(door, "GET", "/", new byte[0]));
        List<String> names = new ArrayList<>();
        Matcher matcher = NAME.matcher(new String(answer.body(), StandardCharsets.UTF_8));
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    /** The keys of the bucket, all of them. */
    List<String> keys(Door door, String bucket) throws IOException {
        List<String> keys = new ArrayList<>();
        String after = "";
        while (true) {
            String page = page(door, bucket, after);
            Matcher matcher = KEY.matcher(page);
            while (matcher.find()) {
                keys.add(unescaped(matcher.group(1)));
            }
            if (!page.contains("<IsTruncated>true</IsTruncated>") || keys.isEmpty()) {
                return keys;
            }
            after = keys.getLast();
        }
    }

    private String page(Door door, String bucket, String after) throws IOException {
        String query =
                "?list-type=2&max-keys=1000" + (after.isEmpty() ? "" : "&start-after=" + Signature.encoded(after));
        return new String(
                good(door, send(door, "GET", path(bucket) + query, new byte[0])).body(), StandardCharsets.UTF_8);
    }

    /** Deletes every object of the bucket. */
    void empty(Door door, String bucket) throws IOException {
        for (String key : keys(door, bucket)) {
            delete(door, bucket, key);
        }
    }

    private static String unescaped(String xml) {
        return xml.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&apos;", "'")
                .replace("&amp;", "&");
    }

    /** Whether the bucket holds nothing, old versions and unfinished uploads not counted. */
    boolean isEmpty(Door door, String bucket) throws IOException {
        Answer answer = good(door, send(door, "GET", path(bucket) + "?list-type=2&max-keys=1", new byte[0]));
        return !new String(answer.body(), StandardCharsets.UTF_8).contains("<Contents>");
    }

    boolean hasBucket(Door door, String bucket) throws IOException {
        Answer answer = send(door, "HEAD", path(bucket), new byte[0]);
        if (answer.status() == 404) {
            return false;
        }
        good(door, answer);
        return true;
    }

    /** Creates the bucket; one that is there already is as good. */
    void createBucket(Door door, String bucket) throws IOException {
        Answer answer = send(door, "PUT", path(bucket), new byte[0]);
        if (answer.status() != 409 || !answer.code().startsWith("BucketAlready")) {
            good(door, answer);
        }
    }

    /** Deletes the bucket; S3 refuses one that holds anything. */
    void deleteBucket(Door door, String bucket) throws IOException {
        Answer answer = send(door, "DELETE", path(bucket), new byte[0]);
        if (answer.status() != 404) {
            good(door, answer);
        }
    }

    void put(Door door, String bucket, String key, byte[] body) throws IOException {
        good(door, send(door, "PUT", path(bucket, key), body));
    }

    byte[] get(Door door, String bucket, String key) throws IOException {
        return good(door, send(door, "GET", path(bucket, key), new byte[0])).body();
    }

    void delete(Door door, String bucket, String key) throws IOException {
        good(door, send(door, "DELETE", path(bucket, key), new byte[0]));
    }

    /** One request and its answer, whatever its status; {@code path} is encoded. */
    Answer send(Door door, String method, String path, byte[] body) throws IOException {
        URI uri = URI.create("https://" + door.address() + path);
        SortedMap<String, String> headers = new Signature(door.key(), door.secret(), REGION, "s3")
                .headers(method, uri, new TreeMap<>(), body, clock.instant());
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(PATIENCE)
                .method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        try {
            HttpResponse<byte[]> response =
                    clients.of(door.authorityFile()).send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static String path(String... parts) {
        return Arrays.stream(parts)
                .flatMap(part -> Arrays.stream(part.split("/", -1)))
                .map(Signature::encoded)
                .collect(Collectors.joining("/", "/", ""));
    }

    private static Answer good(Door door, Answer answer) throws S3Refusal {
        if (!answer.isGood()) {
            throw new S3Refusal(door, answer);
        }
        return answer;
    }

    /** What a failure means, and the sentence that says what to do. */
    static Failure failure(IOException e, Door door) {
        if (e instanceof S3Refusal refusal) {
            return refusal.failure();
        }
        String log = "Read the service's log with `holdfast logs " + door.service() + "`.";
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException) {
                return new Failure(
                        Code.HF3531,
                        "the certificate that the object store at " + door.address() + " shows has expired",
                        "Run `holdfast restart " + door.service() + "`, which issues a new one.");
            }
        }
        return switch (e) {
            case SSLException tls ->
                new Failure(
                        Code.HF3531,
                        "no TLS session with the object store at " + door.address() + ": " + tls.getMessage(),
                        "Look for another program on this port, or restart with `holdfast restart " + door.service()
                                + "`.");
            case ConnectException _ ->
                new Failure(
                        Code.HF3531,
                        "nothing listens at " + door.address(),
                        "Start it with `holdfast restart " + door.service() + "`, or read `holdfast logs "
                                + door.service() + "`.");
            case HttpTimeoutException _ ->
                new Failure(
                        Code.HF3531,
                        "the object store at " + door.address() + " did not answer within " + PATIENCE.toMillis()
                                + "ms",
                        log);
            default ->
                new Failure(
                        Code.HF3531,
                        "no answer from the object store at " + door.address() + ": " + e.getMessage(),
                        log);
        };
    }

    static HoldfastException refused(IOException e, Door door) {
        Failure failure = failure(e, door);
        return new HoldfastException(Problem.of(failure.code(), failure.because(), failure.next()), e);
    }

    record Failure(Code code, String because, String next) {}
}
