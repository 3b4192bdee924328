package dev.holdfast.targets.local;

import dev.holdfast.secret.CertificateAuthority;
import dev.holdfast.secret.SecretStore;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;

/** What a stack needs of its surroundings. */
public record LocalParts(
        SecretStore secrets,
        CertificateAuthority certificates,
        Enclosure enclosure,
        Launcher launcher,
        InstantSource clock) {

    /** With the stack's own secrets and authority, where {@code home} keeps them. */
    public static LocalParts of(
            Home home, String stack, Enclosure enclosure, Launcher launcher, InstantSource clock, SecureRandom random) {
        SecretStore secrets =
                new SecretStore(home.stack(stack).secretStore(), home.data().resolve("key"), stack, random);
        return new LocalParts(
                secrets, new CertificateAuthority(stack, secrets, clock, random), enclosure, launcher, clock);
    }

    /** Writes down who vouches for the stack's servers, for programs outside the workloads and for clients. */
    void publish(StackFolder folder) {
        byte[] authority = certificates.certificate().getBytes(StandardCharsets.UTF_8);
        Disk.folder(folder.tls(), Disk.OURS);
        Disk.write(folder.authority(), authority, Disk.OURS);
        Disk.folder(folder.client(), enclosure.owner());
        Disk.write(folder.client().resolve("ca.crt"), authority, enclosure.owner());
    }
}
