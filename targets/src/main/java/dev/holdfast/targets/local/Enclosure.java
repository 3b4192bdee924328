package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Programs;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Puts a command of a workload into its sandbox. The programs must have been fetched before; nothing here touches the
 * network.
 */
public interface Enclosure {
    /** The argument list to start on the host. */
    List<String> command(
            Programs programs, Folders folders, SortedMap<String, String> environment, List<String> command);

    /** What exactly would run: equal strings, equal bytes. It changes when a package or an artifact does. */
    String version(Programs programs);

    /** The owner that the files of a workload must have so that it, and nobody else, can read them. */
    Owner owner();

    /** What a workload sees, by its host path; an absent folder is not shown. */
    record Folders(Optional<Path> config, Optional<Path> secrets, Optional<Path> tls, Optional<Path> data) {
        public static Folders none() {
            return new Folders(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        }
    }

    /** {@code changed} is false where the files stay with the user who runs Holdfast. */
    record Owner(int uid, int gid, boolean changed) {}
}
