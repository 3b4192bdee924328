package dev.holdfast.engines.postgres.protection;

import dev.holdfast.engine.Context;
import dev.holdfast.engine.ObjectStore;
import dev.holdfast.engines.postgres.BackupsSpec;
import dev.holdfast.engines.postgres.PostgresSpec;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.secret.SecretRef;
import dev.holdfast.stack.Service;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where the backups of one service are kept, and all that it takes to read them: what {@code holdfast backup key} gives
 * away.
 *
 * @param authority the certificate of the store's authority
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
        Redacted authority) {
    /** The variable a program of ours writes to a file before it starts pgBackRest. */
    static final String AUTHORITY = "HOLDFAST_AUTHORITY";

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
                Redacted.later(() -> authority(context)));
    }

    private static String authority(Context context) {
        try {
            return Files.readString(Path.of(context.authorityFile()));
        } catch (IOException e) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3411,
                            "the authority of stack '" + context.stack().name() + "' cannot be read: " + e.getMessage(),
                            "Run 'holdfast up', which writes it anew."),
                    e);
        }
    }

    private static boolean isLoopback(String host) {
        return host.equals("127.0.0.1") || host.equals("::1");
    }

    /** The configuration file of the server's own archiving. */
    Redacted configuration(int processes) {
        StringBuilder text = new StringBuilder("[global]\n");
        options(processes, "/tls/ca.crt")
                .forEach((name, value) ->
                        text.append(name).append('=').append(value).append('\n'));
        text.append("\n[").append(stanza).append("]\npg1-path=/data\n");
        return new Redacted(text.toString());
    }

    /** The same for a program that is given everything in its environment. */
    SortedMap<String, Redacted> environment(int processes, String authorityFile) {
        SortedMap<String, Redacted> environment = new TreeMap<>();
        Map<String, String> options = options(processes, authorityFile);
        options.put("pg1-path", "/data");
        options.put("stanza", stanza);
        options.forEach((name, value) ->
                environment.put("PGBACKREST_" + name.toUpperCase(Locale.ROOT).replace('-', '_'), new Redacted(value)));
        environment.put(AUTHORITY, authority);
        // repo-get wants the key that repo-put finds by itself
        cipher.ifPresent(pass -> environment.put("PGBACKREST_CIPHER_PASS", pass));
        return environment;
    }

    private Map<String, String> options(int processes, String authorityFile) {
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
        lines.put("log-level-file", "off");
        lines.put("log-timestamp", "n");
        return lines;
    }

    /** As a key file holds it. */
    public SortedMap<String, Redacted> parts() {
        SortedMap<String, Redacted> parts = new TreeMap<>();
        parts.put("stanza", new Redacted(stanza));
        parts.put("path", new Redacted(path));
        parts.put("host", new Redacted(host));
        parts.put("port", new Redacted(Integer.toString(port)));
        parts.put("region", new Redacted(region));
        parts.put("bucket", new Redacted(bucket));
        parts.put("account", new Redacted(key));
        parts.put("password", secret);
        cipher.ifPresent(pass -> parts.put("cipher", pass));
        parts.put("authority", authority);
        return parts;
    }

    /** Reads what {@link #parts} wrote; refuses what lacks something. */
    public static Repository of(SortedMap<String, Redacted> parts) {
        return new Repository(
                part(parts, "stanza"),
                part(parts, "path"),
                part(parts, "host"),
                port(part(parts, "port")),
                part(parts, "region"),
                part(parts, "bucket"),
                part(parts, "account"),
                new Redacted(part(parts, "password")),
                Optional.ofNullable(parts.get("cipher")),
                new Redacted(part(parts, "authority")));
    }

    private static int port(String text) {
        if (!text.matches("[0-9]{1,5}")) {
            throw unusable("has no number for its port");
        }
        return Integer.parseInt(text);
    }

    private static String part(SortedMap<String, Redacted> parts, String name) {
        return Optional.ofNullable(parts.get(name))
                .map(Redacted::reveal)
                .orElseThrow(() -> unusable("lacks '" + name + "'"));
    }

    private static HoldfastException unusable(String why) {
        return new HoldfastException(
                Problem.of(
                        Code.HF3636,
                        "the key of the backups " + why,
                        "Write it anew with 'holdfast backup key SERVICE --out FILE' where the stack is, or use a copy that is whole."));
    }
}
