package dev.holdfast.secret;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;

/** Trusts the certificates of one authority and of nobody else, and only under the name that was asked for. */
@SuppressWarnings("DoNotCallSuggester")
public final class Trust {
    private final String authority;

    private Trust(String authority) {
        this.authority = authority;
    }

    /** @param authority the authority's certificate as PEM */
    public static Trust in(String authority) {
        return new Trust(authority);
    }

    /** For {@code HttpClient}, which checks the host's name by itself. */
    public SSLContext context() {
        throw new UnsupportedOperationException(authority);
    }

    /** The same with a client certificate, for servers that ask for one. */
    public SSLContext context(Issued client) {
        throw new UnsupportedOperationException(client.chain());
    }

    /** Checks the host's name, for clients that take a context but do not check it by themselves. */
    public SSLParameters parameters() {
        throw new UnsupportedOperationException();
    }

    /** Every socket it makes checks the host's name. */
    public SSLSocketFactory socketFactory() {
        throw new UnsupportedOperationException();
    }
}
