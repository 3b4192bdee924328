package dev.holdfast.stack;

/** A thing of another service, written {@code service/thing} in a stack file ({@code objects/backups}). */
public record Reference(String service, String thing) {
    @Override
    public String toString() {
        return service + "/" + thing;
    }
}
