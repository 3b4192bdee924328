package dev.holdfast.blueprint;

/** Where something listens or is reached. */
public record Address(String host, int port) {
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
