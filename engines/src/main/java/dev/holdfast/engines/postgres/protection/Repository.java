package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.ObjectStore;
import dev.holdfast.engines.postgres.BackupsSpec;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where the backups of one service are kept, and all that it takes to read them: what {@code holdfast backup key} gives
 * away.
 *
 * @param authorityFile the certificate of the store's authority, as the program sees it
 */
public record Repository(
        String stanza,
        String path,
        String host,
        int port,
        String region,
        String bucket,
        String key,
        Redacted secret,
        Optional<Redacted> cipher,
        String authorityFile) {
    private static final String CIPHER = "backups/cipher";

    /** A store on the same machine that does not answer is down; one far away may only be slow. */
    private static final int NEAR_SECONDS = 10;

    private static final int FAR_SECONDS = 60;

    /** As the service's own members reach it. */
    public static Repository of(Service<PostgresSpec> service, BackupsSpec backups, Context context) {
        ObjectStore.Bucket bucket = context.bucket(backups.to());
        // pgBackRest compares the names of a certificate and not its addresses
        String host = isLoopback(bucket.address().host())
                ? "localhost"
                : bucket.address().host();
        return new Repository(
                service.name(),
                "/" + context.stack().name(),
                host,
                bucket.address().port(),
                bucket.region(),
                bucket.name(),
                bucket.key(),
                bucket.secret(),
                backups.encrypt()
                        ? Optional.of(context.secret(new SecretRef(service.name(), CIPHER)))
                        : Optional.empty(),
                "/tls/ca.crt");
    }

    private static boolean isLoopback(String host) {
        return host.equals("127.0.0.1") || host.equals("::1");
    }

    Repository trusting(String file) {
        return new Repository(stanza, path, host, port, region, bucket, key, secret, cipher, file);
    }

    /** The configuration file of pgBackRest; {@code database} is the port of the server, where there is one to save. */
    Redacted configuration(int processes, Optional<Integer> database) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("repo1-type", "s3");
        lines.put("repo1-path", path);
        lines.put("repo1-s3-bucket", bucket);
        lines.put("repo1-s3-endpoint", host);
        lines.put("repo1-storage-port", Integer.toString(port));
        lines.put("repo1-s3-region", region);
        lines.put("repo1-s3-uri-style", "path");
        lines.put("repo1-s3-key", key);
        lines.put("repo1-s3-key-secret", secret.reveal());
        lines.put("repo1-storage-ca-file", authorityFile);
        lines.put("repo1-bundle", "y");
        lines.put("repo1-block", "y");
        cipher.ifPresent(pass -> {
            lines.put("repo1-cipher-type", "aes-256-cbc");
            lines.put("repo1-cipher-pass", pass.reveal());
        });
        lines.put("compress-type", "zst");
        lines.put("compress-level", "1");
        lines.put("process-max", Integer.toString(processes));
        lines.put("io-timeout", Integer.toString(host.equals("localhost") ? NEAR_SECONDS : FAR_SECONDS));
        lines.put("start-fast", "y");
        lines.put("expire-auto", "n");
        lines.put("lock-path", "/tmp/pgbackrest");
        lines.put("log-level-console", "info");
        lines.put("log-level-file", "off");
        lines.put("log-timestamp", "n");
        StringBuilder text = new StringBuilder("[global]\n");
        lines.forEach(
                (name, value) -> text.append(name).append('=').append(value).append('\n'));
        text.append("\n[").append(stanza).append("]\npg1-path=/data\n");
        database.ifPresent(number ->
                text.append("pg1-port=").append(number).append("\npg1-user=holdfast\npg1-database=postgres\n"));
        return new Redacted(text.toString());
    }
}
