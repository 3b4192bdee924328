package dev.holdfast.engines.s3;

import dev.holdfast.engine.Sleeping;
import dev.holdfast.stack.Service;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The store's port, which it opens when it can serve. */
final class S3Sleeping implements Sleeping<S3Spec> {
    private static final int LONGEST_HEAD = 65_536;

    @Override
    public List<Doorway> doorways(Service<S3Spec> service) {
        return List.of(new Doorway(S3Provisioning.member(service), S3Provisioning.PORT, false));
    }

    /** {@code 503 ServiceUnavailable}, which every S3 client knows and tries again later. */
    @Override
    public void refuse(Talk client, String cause) throws IOException {
        client.secure();
        readHead(client.in());
        String body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>ServiceUnavailable</Code><Message>"
                + cause.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + "</Message></Error>";
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/xml\r\nContent-Length: "
                + bytes.length + "\r\nConnection: close\r\n\r\n";
        client.out().write(head.getBytes(StandardCharsets.US_ASCII));
        client.out().write(bytes);
        client.out().flush();
    }

    private static void readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        byte[] some = new byte[4096];
        int count = in.read(some);
        while (count > 0 && head.size() < LONGEST_HEAD) {
            head.write(some, 0, count);
            if (head.toString(StandardCharsets.ISO_8859_1).contains("\r\n\r\n")) {
                return;
            }
            count = in.read(some);
        }
    }
}
