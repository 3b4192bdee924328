package dev.holdfast.engines.prometheus;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Context;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.secret.Trust;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Questions to either program over TLS that trusts the stack's authority alone; one client an authority is kept. */
final class PrometheusSession {
    static final Duration PATIENCE = Duration.ofMillis(900);

    private final Map<String, HttpClient> clients = new ConcurrentHashMap<>();

    record Answer(int status, String body) {
        Json json() {
            return Json.parse(body);
        }
    }

    Answer ask(String service, Address address, String path, Context context) throws IOException {
        String password = context.secret(new SecretRef(service, PrometheusAccess.ADMINISTRATOR))
                .reveal();
        String account = Base64.getEncoder()
                .encodeToString((PrometheusAccess.ADMINISTRATOR + ":" + password).getBytes(StandardCharsets.UTF_8));
        HttpRequest request = HttpRequest.newBuilder(URI.create("https://" + address + path))
                .timeout(PATIENCE)
                .header("Authorization", "Basic " + account)
                .build();
        try {
            HttpResponse<String> response =
                    client(context.authorityFile()).send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private HttpClient client(String authorityFile) throws IOException {
        // by content: an authority that was replaced needs a client that trusts the new one
        String authority = Files.readString(Path.of(authorityFile));
        return clients.computeIfAbsent(
                authority,
                pem -> HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(PATIENCE)
                        .sslContext(Trust.in(pem).context())
                        .build());
    }
}
