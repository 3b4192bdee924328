package dev.holdfast.secret;

/** The name of a secret: whose it is and what for ({@code main/roles/app}). A stack file and a plan hold only this. */
public record SecretRef(String service, String name) implements Comparable<SecretRef> {
    @Override
    public int compareTo(SecretRef other) {
        int byService = service.compareTo(other.service);
        return byService != 0 ? byService : name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return service + "/" + name;
    }
}
