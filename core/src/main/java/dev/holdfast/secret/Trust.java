package dev.holdfast.secret;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Trusts the certificates of one authority and of nobody else, and only under the name that was asked for. */
public final class Trust {
    private final List<X509Certificate> authorities;

    private Trust(List<X509Certificate> authorities) {
        this.authorities = List.copyOf(authorities);
    }

    /** @param authority the authority's certificate as PEM */
    public static Trust in(String authority) {
        return new Trust(Pem.certificates(authority));
    }

    /** For {@code HttpClient}, which checks the host's name by itself. */
    public SSLContext context() {
        return context(Optional.empty());
    }

    /** The same with a certificate to show: a client's where the server asks for one, or a server's own. */
    public SSLContext context(Issued own) {
        return context(Optional.of(own));
    }

    /** Checks the host's name, for clients that take a context but do not check it by themselves. */
    public SSLParameters parameters() {
        SSLParameters parameters = new SSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        return parameters;
    }

    /** Every socket it makes checks the host's name. */
    public SSLSocketFactory socketFactory() {
        return new CheckingSocketFactory(context().getSocketFactory(), parameters());
    }

    private SSLContext context(Optional<Issued> own) {
        try {
            KeyStore trusted = empty();
            for (int i = 0; i < authorities.size(); i++) {
                trusted.setCertificateEntry("authority-" + i, authorities.get(i));
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.isEmpty() ? new KeyManager[0] : shown(own.get()), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java cannot make a TLS context", e);
        }
    }

    private static KeyManager[] shown(Issued own) throws GeneralSecurityException, IOException {
        KeyStore keys = empty();
        char[] password = Issued.KEY_STORE_PASSWORD.toCharArray();
        X509Certificate[] chain = Pem.certificates(own.chain()).toArray(new X509Certificate[0]);
        keys.setKeyEntry(Issued.KEY_STORE_ALIAS, Pem.key(own.key()), password, chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(keys, password);
        return factory.getKeyManagers();
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
