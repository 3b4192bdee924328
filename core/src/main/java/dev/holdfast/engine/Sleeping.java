package dev.holdfast.engine;

import dev.holdfast.stack.Service;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** How a service sleeps while nobody is connected, and what its clients are told where it cannot be woken. */
public interface Sleeping<S extends Record> {
    /** Where clients come in: a connection to any of them wakes the service. Pure. */
    List<Doorway> doorways(Service<S> service);

    /**
     * Tells one client in the engine's own protocol that it cannot be served and why. Reads what the client says first, so
     * that the answer is not lost with an unread question; must not wait for more than a client sends unasked.
     */
    void refuse(Talk client, String cause) throws IOException;

    /**
     * @param port as the member names it
     * @param saysWhenItServes whether the engine takes connections before it can serve them, and tells systemd ({@code
     *     sd_notify}) when it can; nobody is let in before
     */
    record Doorway(String member, String port, boolean saysWhenItServes) {}

    /** A connection to a client. */
    interface Talk {
        InputStream in() throws IOException;

        OutputStream out() throws IOException;

        /** From here on with TLS, as the member's server, under its own certificate. */
        void secure() throws IOException;
    }
}
