package dev.holdfast.daemon;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.targets.local.Enclosure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The shape of the real sandbox without an engine image: a launcher, the first process of a private pid namespace, and the
 * engine as its child. It finds its folders by variables instead of binds.
 */
record UnshareEnclosure(String version) implements Enclosure {
    private static final String INIT = "\"$@\" & wait $!";

    @Override
    public Invocation member(
            Programs programs,
            Folders folders,
            Path lock,
            SortedMap<String, String> environment,
            List<String> command) {
        SortedMap<String, String> all = new TreeMap<>(environment);
        all.put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        folders.config().ifPresent(path -> all.put("CONFIG", path.toString()));
        folders.secrets().ifPresent(path -> all.put("SECRETS", path.toString()));
        folders.data().ifPresent(path -> all.put("DATA", path.toString()));
        List<String> arguments =
                new ArrayList<>(List.of("setsid", "flock", "--nonblock", "--no-fork", lock.toString()));
        arguments.addAll(List.of("unshare", "--pid", "--fork"));
        if (!isRoot()) {
            arguments.addAll(List.of("--user", "--map-current-user"));
        }
        arguments.addAll(List.of("--", "/bin/sh", "-c", INIT, "init"));
        arguments.addAll(command);
        return new Invocation(arguments, all);
    }

    @Override
    public Invocation client(Programs programs, Path tls, SortedMap<String, String> environment, List<String> command) {
        return new Invocation(command, environment);
    }

    @Override
    public String version(Programs programs) {
        return version;
    }

    @Override
    public Owner owner() {
        return isRoot() ? new Owner(64230, 64230, true) : new Owner(0, 0, false);
    }

    static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }
}
