package dev.holdfast.secret;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** A plain {@code SSLSocket} checks the chain but not the name unless it is told to; this one always is. */
final class CheckingSocketFactory extends SSLSocketFactory {
    private final SSLSocketFactory plain;
    private final SSLParameters parameters;

    CheckingSocketFactory(SSLSocketFactory plain, SSLParameters parameters) {
        this.plain = plain;
        this.parameters = parameters;
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return plain.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return plain.getSupportedCipherSuites();
    }

    @Override
    public Socket createSocket() throws IOException {
        return checking(plain.createSocket());
    }

    @Override
    public Socket createSocket(Socket below, String host, int port, boolean autoClose) throws IOException {
        return checking(plain.createSocket(below, host, port, autoClose));
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return checking(plain.createSocket(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return checking(plain.createSocket(host, port, localHost, localPort));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return checking(plain.createSocket(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
        return checking(plain.createSocket(host, port, localHost, localPort));
    }

    private Socket checking(Socket socket) {
        if (socket instanceof SSLSocket secure) {
            secure.setSSLParameters(parameters);
        }
        return socket;
    }
}
