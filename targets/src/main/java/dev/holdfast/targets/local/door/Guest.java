package dev.holdfast.targets.local.door;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Arrays;

/** A connection that was waiting, taken out of the queue to be answered here. Every wait has its limit. */
public final class Guest extends Socket {
    private final int descriptor;
    private volatile int timeout = 2000;
    private volatile boolean gone;

    Guest(int descriptor) {
        this.descriptor = descriptor;
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 1 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                await(Native.READABLE);
                int count = Native.read(descriptor, into, from, length);
                return count == 0 ? -1 : count;
            }

            @Override
            public void close() {
                Guest.this.close();
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                byte[] left = Arrays.copyOfRange(bytes, from, from + length);
                while (left.length > 0) {
                    await(Native.WRITABLE);
                    int count = Native.write(descriptor, left, 0, left.length);
                    left = Arrays.copyOfRange(left, count, left.length);
                }
            }

            @Override
            public void close() {
                Guest.this.close();
            }
        };
    }

    private void await(int events) throws IOException {
        if (gone) {
            throw new IOException("closed");
        }
        if (!Native.poll(new int[] {descriptor}, (short) events, timeout)[0]) {
            throw new SocketTimeoutException("nothing within " + timeout + " ms");
        }
    }

    @Override
    public void setSoTimeout(int millis) {
        timeout = millis == 0 ? timeout : millis;
    }

    @Override
    public int getSoTimeout() {
        return timeout;
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return gone;
    }

    @Override
    public boolean isInputShutdown() {
        return gone;
    }

    @Override
    public boolean isOutputShutdown() {
        return gone;
    }

    @Override
    public InetAddress getInetAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public void setTcpNoDelay(boolean on) {}

    @Override
    public void shutdownInput() {}

    @Override
    public void shutdownOutput() {}

    @Override
    public synchronized void close() {
        if (!gone) {
            gone = true;
            Native.close(descriptor);
        }
    }
}
