package dev.holdfast.engines;

import dev.holdfast.secret.Trust;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** HTTP clients that trust one authority alone, kept with their connections. */
public final class TrustingClients {
    private final Duration patience;
    private final Map<String, HttpClient> clients = new ConcurrentHashMap<>();

    public TrustingClients(Duration patience) {
        this.patience = patience;
    }

    /** By content: an authority that was replaced needs a client that trusts the new one. */
    public HttpClient of(String authorityFile) throws IOException {
        return clients.computeIfAbsent(
                Files.readString(Path.of(authorityFile)),
                pem -> HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(patience)
                        .sslContext(Trust.in(pem).context())
                        .build());
    }
}
