package dev.holdfast.engines.postgres;

import dev.holdfast.secret.Issued;
import dev.holdfast.secret.Trust;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;
import javax.net.ssl.SSLSocket;

/**
 * As much of PostgreSQL's protocol (version 3, over TLS) as a session needs to be let in or refused. It takes every
 * statement, without any rows, for which {@code answer} has no refusal.
 */
final class FakePostgres implements AutoCloseable {
    /** An SQLSTATE and a message; the empty one refuses nothing. */
    record Refusal(String state, String message) {
        static final Refusal NONE = new Refusal("", "");
    }

    private final ServerSocket socket;
    private final String authority;
    private final Issued server;
    private final Refusal atLogin;
    private final Function<String, Refusal> answer;

    FakePostgres(String authority, Issued server, Refusal atLogin, Function<String, Refusal> answer)
            throws IOException {
        this.socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        this.authority = authority;
        this.server = server;
        this.atLogin = atLogin;
        this.answer = answer;
        Thread.ofVirtual().name("fake-postgres").start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try (Socket client = socket.accept()) {
                client.setSoTimeout(10_000);
                serve(client);
            } catch (IOException over) {
                // the client has gone, or the test is over
            }
        }
    }

    private void serve(Socket client) throws IOException {
        DataInputStream request = new DataInputStream(client.getInputStream());
        request.readNBytes(request.readInt() - 4);
        client.getOutputStream().write('S');
        SSLSocket secure = (SSLSocket)
                Trust.in(authority).context(server).getSocketFactory().createSocket(client, null, false);
        secure.setUseClientMode(false);
        DataInputStream in = new DataInputStream(secure.getInputStream());
        DataOutputStream out = new DataOutputStream(secure.getOutputStream());
        in.readNBytes(in.readInt() - 4);
        if (!atLogin.equals(Refusal.NONE)) {
            refuse(out, "FATAL", atLogin);
            return;
        }
        send(out, 'R', new byte[4]);
        Map.of(
                        "server_version",
                        "17.6",
                        "client_encoding",
                        "UTF8",
                        "DateStyle",
                        "ISO",
                        "standard_conforming_strings",
                        "on")
                .forEach((name, value) -> send(out, 'S', text(name, value)));
        send(out, 'Z', text("I"), 1);
        converse(in, out);
    }

    private void converse(DataInputStream in, DataOutputStream out) throws IOException {
        String statement = "";
        boolean refused = false;
        while (true) {
            char type = (char) in.readByte();
            byte[] body = in.readNBytes(in.readInt() - 4);
            if (type == 'S') {
                send(out, 'Z', text("I"), 1);
                refused = false;
            }
            if (type == 'X') {
                return;
            }
            if (refused) {
                continue;
            }
            switch (type) {
                case 'P' -> {
                    statement = new String(body, StandardCharsets.UTF_8).split("\0", -1)[1];
                    send(out, '1', new byte[0]);
                }
                case 'B' -> send(out, '2', new byte[0]);
                case 'D' ->
                    send(
                            out,
                            statement.startsWith("SELECT") ? 'T' : 'n',
                            new byte[statement.startsWith("SELECT") ? 2 : 0]);
                case 'E' -> {
                    Refusal refusal = answer.apply(statement);
                    refused = !refusal.equals(Refusal.NONE);
                    if (refused) {
                        refuse(out, "ERROR", refusal);
                    } else {
                        send(out, 'C', text(statement.startsWith("SELECT") ? "SELECT 0" : "SET"));
                    }
                }
                default -> out.flush();
            }
        }
    }

    private static void refuse(DataOutputStream out, String severity, Refusal refusal) {
        send(out, 'E', text("S" + severity, "C" + refusal.state(), "M" + refusal.message(), ""));
    }

    private static byte[] text(String... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String part : parts) {
            bytes.writeBytes(part.getBytes(StandardCharsets.UTF_8));
            bytes.write(0);
        }
        return bytes.toByteArray();
    }

    private static void send(DataOutputStream out, char type, byte[] body) {
        send(out, type, body, body.length);
    }

    private static void send(DataOutputStream out, char type, byte[] body, int length) {
        try {
            out.writeByte(type);
            out.writeInt(length + 4);
            out.write(body, 0, length);
            out.flush();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
