package dev.holdfast.engines.prometheus;

import dev.holdfast.blueprint.Address;
import dev.holdfast.engine.Context;
import dev.holdfast.engines.TrustingClients;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.text.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/** Questions to either program over TLS that trusts the stack's authority alone; one client an authority is kept. */
final class PrometheusSession {
    static final Duration PATIENCE = Duration.ofMillis(900);

    private final TrustingClients clients = new TrustingClients(PATIENCE);

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
                    clients.of(context.authorityFile()).send(request, HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
