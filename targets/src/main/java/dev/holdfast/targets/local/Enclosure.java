package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Programs;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Puts a command of a workload into its sandbox. The programs must have been fetched before; nothing here touches the
 * network.
 */
public interface Enclosure {
    /**
     * How to start a command that outlives whoever starts it, in a session of its own, holding {@code lock} for as long
     * as any process of it lives. {@code environment} is all that it gets, and holds no secret.
     */
    Invocation member(
            Programs programs, Folders folders, Path lock, SortedMap<String, String> environment, List<String> command);

    /** How to run a command on the caller's terminal; {@code tls} is shown at {@code /tls}. */
    Invocation client(Programs programs, Path tls, SortedMap<String, String> environment, List<String> command);

    /** What exactly would run: equal strings, equal bytes. It changes when a package or an artifact does. */
    String version(Programs programs);

    /** The owner that the files of a workload must have so that it, and nobody else, can read them. */
    Owner owner();

    /** An argument list and the whole environment of the process that is started with it. */
    record Invocation(List<String> arguments, SortedMap<String, String> environment) {
        public Invocation {
            arguments = List.copyOf(arguments);
            environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        }
    }

    /** What a workload sees, by its host path; an absent folder is not shown. */
    record Folders(
            Optional<Path> config,
            Optional<Path> secrets,
            Optional<Path> tls,
            Optional<Path> data,
            Optional<AtDoor> door) {
        public Folders(Optional<Path> config, Optional<Path> secrets, Optional<Path> tls, Optional<Path> data) {
            this(config, secrets, tls, data, Optional.empty());
        }

        /** The same for an engine that takes its listening sockets from doors. */
        public Folders at(Optional<AtDoor> other) {
            return new Folders(config, secrets, tls, data, other);
        }

        public static Folders none() {
            return new Folders(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        }
    }

    /**
     * How an engine comes to its doors: the folder they are in, whether it says when it serves, and the library that has it
     * use them, which the enclosure knows.
     */
    record AtDoor(Path folder, boolean saysWhenItServes, Optional<Path> library) {
        public AtDoor with(Path file) {
            return new AtDoor(folder, saysWhenItServes, Optional.of(file));
        }
    }

    /** {@code changed} is false where the files stay with the user who runs Holdfast. */
    record Owner(int uid, int gid, boolean changed) {}
}
