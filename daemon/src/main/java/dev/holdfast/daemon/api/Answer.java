package dev.holdfast.daemon.api;

/** What the daemon answered; {@code body} is JSON unless the endpoint says otherwise. */
public record Answer(int status, String body) {
    public boolean isSuccess() {
        return status == 200;
    }
}
