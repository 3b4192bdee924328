package dev.holdfast.daemon.supervise;

import dev.holdfast.engine.Sleeping.Talk;
import dev.holdfast.targets.local.door.Guest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells clients that they cannot be served, each in the words of the engine they came for, a few at a time. */
final class Turned implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Turned.class);
    private static final int AT_ONCE = 16;

    /** Of the key store that every member with TLS has; its protection is the mode of the file. */
    private static final char[] PASSWORD = "holdfast".toCharArray();

    // they wait in the kernel, which a virtual thread must not
    private final ExecutorService threads = Executors.newFixedThreadPool(
            AT_ONCE, Thread.ofPlatform().daemon().name("turned-away-", 0).factory());

    /** Returns at once. {@code tls} is the folder with the certificate that the client expects. */
    void away(Guest guest, SleepPlan.Refusal refusal, Path tls, String cause) {
        threads.execute(() -> {
            try (Conversation talk = new Conversation(guest, tls)) {
                refusal.tell(talk, cause);
            } catch (IOException gone) {
                LOG.atDebug().setCause(gone).log("a client did not wait for its refusal");
            } catch (RuntimeException failed) {
                LOG.atWarn().setCause(failed).log("a client could not be told why it is not served");
            }
        });
    }

    @Override
    public void close() {
        threads.shutdown();
    }

    /** The guest, and the same inside TLS from the moment that begins. */
    private static final class Conversation implements Talk, AutoCloseable {
        private final Path tls;
        private Socket socket;

        Conversation(Guest guest, Path tls) {
            this.socket = guest;
            this.tls = tls;
        }

        @Override
        public InputStream in() throws IOException {
            return socket.getInputStream();
        }

        @Override
        public OutputStream out() throws IOException {
            return socket.getOutputStream();
        }

        @Override
        public void secure() throws IOException {
            try (InputStream file = Files.newInputStream(tls.resolve("server.p12"))) {
                KeyStore keys = KeyStore.getInstance("PKCS12");
                keys.load(file, PASSWORD);
                KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                managers.init(keys, PASSWORD);
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(managers.getKeyManagers(), null, null);
                SSLSocket secured = (SSLSocket)
                        context.getSocketFactory().createSocket(socket, InputStream.nullInputStream(), true);
                secured.setUseClientMode(false);
                secured.startHandshake();
                socket = secured;
            } catch (GeneralSecurityException unusable) {
                throw new IOException(unusable);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
