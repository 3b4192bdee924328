package dev.holdfast.engines;

import dev.holdfast.engine.Sleeping.Talk;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What PostgreSQL itself says to a client it cannot serve just now, said in its stead. */
public final class PostgresSleep {
    private static final int TLS_REQUEST = 80877103;
    private static final int GSS_REQUEST = 80877104;
    private static final int CANCEL_REQUEST = 80877102;
    private static final int LONGEST_STARTUP = 10_000;

    private PostgresSleep() {}

    /** {@code FATAL 57P03 cannot_connect_now}, inside TLS where the client asks for that. */
    public static void refuse(Talk client, String cause) throws IOException {
        while (true) {
            DataInputStream in = new DataInputStream(client.in());
            int length = in.readInt();
            if (length < 8 || length > LONGEST_STARTUP) {
                return;
            }
            int code = in.readInt();
            in.readFully(new byte[length - 8]);
            if (code == TLS_REQUEST) {
                client.out().write('S');
                client.out().flush();
                client.secure();
            } else if (code == GSS_REQUEST) {
                client.out().write('N');
                client.out().flush();
            } else {
                if (code != CANCEL_REQUEST) {
                    client.out().write(error(cause));
                    client.out().flush();
                }
                return;
            }
        }
    }

    private static byte[] error(String cause) throws IOException {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        for (String field : new String[] {"SFATAL", "VFATAL", "C57P03", "M" + cause.replace('\0', ' ')}) {
            fields.write(field.getBytes(StandardCharsets.UTF_8));
            fields.write(0);
        }
        fields.write(0);
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(message);
        out.write('E');
        out.writeInt(4 + fields.size());
        fields.writeTo(out);
        return message.toByteArray();
    }
}
