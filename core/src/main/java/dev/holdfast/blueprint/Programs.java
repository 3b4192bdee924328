package dev.holdfast.blueprint;

import java.util.List;
import java.util.Map;

/** Where the programs of a workload come from when it runs as a process. */
public sealed interface Programs {

    /** Debian packages with everything they depend on; commands are paths inside them ({@code /usr/bin/redis-server}). */
    record Debian(List<String> packages) implements Programs {
        public Debian {
            packages = List.copyOf(packages);
        }
    }

    /**
     * A Maven artifact with its runtime dependencies, run by the JDK that runs Holdfast; the command begins with {@code
     * /java/bin/java} and finds the jars in {@code /app}. {@code excludes} are {@code group:artifact}, {@code pins} map
     * {@code group:artifact} to the version that works.
     */
    record Maven(String artifact, String version, List<String> excludes, Map<String, String> pins) implements Programs {
        public Maven {
            excludes = List.copyOf(excludes);
            pins = Map.copyOf(pins);
        }
    }
}
