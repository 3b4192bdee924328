package dev.holdfast.targets.local.image;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@link InstallMain} as a process of its own, so that it can be another user's and be killed. */
final class InstallProcess {
    private InstallProcess() {}

    static Process start(List<String> prefix, Path cache, String... wanted) throws IOException {
        List<String> java = new ArrayList<>(prefix);
        java.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        java.addAll(List.of("-cp", System.getProperty("java.class.path")));
        return startWith(java, cache, wanted);
    }

    /** {@code java} is the command line up to the class. */
    static Process startWith(List<String> java, Path cache, String... wanted) throws IOException {
        List<String> command = new ArrayList<>(java);
        command.add(InstallMain.class.getName());
        command.add(cache.toString());
        command.addAll(List.of(wanted));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Reads on until a line has {@code words} in it. */
    static void awaitLine(Process process, String words) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        StringBuilder seen = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            seen.append(line).append('\n');
            if (line.contains(words)) {
                return;
            }
        }
        throw new AssertionError("never said " + words + " but\n" + seen);
    }
}
