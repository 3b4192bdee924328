package dev.holdfast.blueprint;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

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
     * {@code group:artifact} to the version that works. With {@code classes} a start reads most of its classes from an
     * archive, where the place can make one; the command need not know of it.
     */
    record Maven(
            String artifact,
            String version,
            List<String> excludes,
            Map<String, String> pins,
            Optional<ClassList> classes)
            implements Programs {
        public Maven {
            excludes = List.copyOf(excludes);
            pins = Map.copyOf(pins);
        }

        public Maven(String artifact, String version, List<String> excludes, Map<String, String> pins) {
            this(artifact, version, excludes, pins, Optional.empty());
        }
    }

    /**
     * Programs that Holdfast may not fetch, such as those under a licence of somebody's own: where processes run, they are refused.
     *
     * @param because lower case, without a full stop
     * @param instead a sentence that says what to do
     */
    record Elsewhere(String name, String because, String instead) implements Programs {}

    /**
     * A resource beside a class, compressed by gzip: what a good start loads, as {@code -XX:DumpLoadedClassList} writes it,
     * without what the JDK's own list has. It may be out of date: what it names in vain is passed over, what it lacks is loaded as ever.
     */
    record ClassList(Class<?> beside, String resource) {
        public InputStream open() throws IOException {
            return new GZIPInputStream(Objects.requireNonNull(beside.getResourceAsStream(resource), resource));
        }
    }
}
