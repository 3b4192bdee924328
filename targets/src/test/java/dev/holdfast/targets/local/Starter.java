package dev.holdfast.targets.local;

import dev.holdfast.testing.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * Who starts engines in a test: whoever runs it and, where that is root, an ordinary user too. Neither the tree nor the
 * cache of engines need be open to that user (root's are often not): it sees them below the folder of the test.
 */
public enum Starter {
    OURSELVES,
    ORDINARY_USER;

    public static final int ORDINARY_ID = 65_000;

    private static final String IN_SIGHT = """
            mkdir -p "$1/seen/cache/engines" "$1/seen/tree"
            mount --bind "$2/engines" "$1/seen/cache/engines" && mount --bind "$3" "$1/seen/tree" && shift 3 && exec "$@"
            """;

    public static List<Starter> all() {
        return UnshareEnclosure.isRoot() ? List.of(OURSELVES, ORDINARY_USER) : List.of(OURSELVES);
    }

    /** Where this user finds the cache of engines, once it runs {@link #java}. */
    public Path cache(Path folder) {
        return this == OURSELVES ? Cache.folder() : folder.resolve("seen/cache");
    }

    /** The command line up to the class to run, with the class path of this process; everybody may write the folder. */
    public List<String> java(Path folder) throws IOException {
        List<String> command = new ArrayList<>();
        String classPath = System.getProperty("java.class.path");
        if (this == ORDINARY_USER) {
            command.addAll(List.of("unshare", "--mount", "sh", "-ec", IN_SIGHT, "sh"));
            command.addAll(List.of(
                    folder.toString(),
                    Cache.folder().toString(),
                    Checkout.root().toString()));
            command.addAll(List.of("setpriv", "--reuid=" + ORDINARY_ID, "--regid=" + ORDINARY_ID, "--clear-groups"));
            classPath = readable(classPath, folder);
        }
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp", classPath));
        return command;
    }

    /** The few libraries that are needed are copied out of a Maven repository that may be in root's home. */
    private static String readable(String classPath, Path folder) throws IOException {
        Path library = Files.createDirectories(folder.resolve("lib"));
        Files.setPosixFilePermissions(library, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> entries = new ArrayList<>();
        for (String written : classPath.split(":", -1)) {
            Path entry = Path.of(written);
            String name = entry.getFileName().toString();
            if (entry.startsWith(Checkout.root())) {
                entries.add(folder.resolve("seen/tree")
                        .resolve(Checkout.root().relativize(entry))
                        .toString());
            } else if (name.startsWith("slf4j-") || name.startsWith("bc")) {
                Path copy = library.resolve(name);
                if (!Files.exists(copy)) {
                    Files.copy(entry, copy);
                    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
                }
                entries.add(copy.toString());
            }
        }
        return String.join(":", entries);
    }
}
