package dev.holdfast.targets.compose;

import dev.holdfast.secret.Redacted;
import dev.holdfast.target.Target.Rendered;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A label that changes with the files, because Compose makes a container anew when its description changes and does not
 * look into what is mounted. Keyed, so that the label of a short password gives nothing away.
 */
final class FilesDigest {
    private static final int LENGTH = 16;

    private FilesDigest() {}

    static String of(Redacted key, List<Rendered> files, String script) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.reveal().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            update(mac, script);
            for (Rendered file : files) {
                update(mac, file.path());
                update(mac, file.text());
            }
            return HexFormat.of().formatHex(mac.doFinal(), 0, LENGTH);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HMAC-SHA-256", e);
        }
    }

    /** With its length before it, so that text moved from one file to the next makes a difference. */
    private static void update(Mac mac, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        mac.update(Integer.toString(bytes.length).getBytes(StandardCharsets.US_ASCII));
        mac.update((byte) ':');
        mac.update(bytes);
    }
}
