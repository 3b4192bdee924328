package dev.holdfast.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The launcher in a tree of its own, beside a Maven that is a script: what is tried here is when it builds, what it says and
 * what it leaves behind, not Maven. The program it runs is the real one, from this test's class path.
 */
final class LauncherTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path JAVA = Path.of(System.getProperty("java.home"));

    @TempDir
    Path folder;

    private Path tree = Path.of("");
    private Path programs = Path.of("");

    @BeforeEach
    void makeTree() throws IOException {
        tree = folder.resolve("a tree with spaces");
        programs = Files.createDirectories(folder.resolve("programs"));
        for (String file : List.of("holdfast", "cli/launcher/build", "cli/launcher/find-java")) {
            Path copy = tree.resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(Tree.root().resolve(file), copy);
            executable(copy);
        }
        // a cache of a class path that is not this one's would be refused, and training takes its time
        script(tree.resolve("cli/launcher/train"), "exit 0");
        Files.writeString(tree.resolve("pom.xml"), "<project/>");
        Files.createDirectories(tree.resolve("cli/src/main/java"));
        for (String tool : List.of(
                "sh",
                "env",
                "find",
                "mkdir",
                "mv",
                "rm",
                "cp",
                "cat",
                "cksum",
                "date",
                "touch",
                "sleep",
                "grep",
                "tail",
                "head",
                "sed",
                "readlink",
                "chmod",
                "mktemp")) {
            Files.createSymbolicLink(programs.resolve(tool), tool(tool));
        }
    }

    @Test
    void itRunsFromAnyFolderAndThroughLinksWithSpacesInItsPath() throws IOException {
        maven("");
        Path link = Files.createDirectories(folder.resolve("bin")).resolve("hf");
        Files.createSymbolicLink(link, Path.of("../a tree with spaces/holdfast"));
        Path second = Files.createSymbolicLink(folder.resolve("second"), link);

        Outcome direct = run(tree, "./holdfast", "version");
        Outcome linked = run(folder, second.toString(), "version");
        Outcome onPath = run(Path.of("/"), "env", "PATH=" + link.getParent() + ":" + programs, "hf", "version");

        assertThat(direct.orFail().out()).startsWith("holdfast 0.1.0 (build ");
        assertThat(direct.err()).contains("building core (1/1)").contains("built in");
        assertThat(linked.orFail()).isEqualTo(new Outcome(0, direct.out(), ""));
        assertThat(onPath.orFail().out()).isEqualTo(direct.out());
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void itBuildsAgainWhenASourceChangedOrWentAndNotOtherwise() throws IOException {
        maven("");
        Path source = Files.writeString(tree.resolve("cli/src/main/java/A.java"), "a");
        run(tree, "./holdfast", "version").orFail();
        run(tree, "./holdfast", "version").orFail();
        assertThat(builds()).isEqualTo(1);

        Files.delete(source);
        run(tree, "./holdfast", "version").orFail();

        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void aFailedBuildShowsTheReasonAndLeavesTheLastBuildWhole() throws IOException {
        maven("");
        run(tree, "./holdfast", "version").orFail();
        maven("echo '[ERROR] A.java:[1,1] class expected'; exit 1");
        Files.writeString(tree.resolve("cli/src/main/java/A.java"), "a");

        Outcome failed = run(tree, "./holdfast", "version");
        maven("");
        Outcome mended = run(tree, "./holdfast", "version");

        assertThat(failed.status()).isEqualTo(4);
        assertThat(failed.out()).isEmpty();
        assertThat(failed.err())
                .contains("[ERROR] A.java:[1,1] class expected")
                .contains("Holdfast could not be built [HF3312]");
        assertThat(left()).containsExactly("current", "the build", "build.log");
        assertThat(mended.orFail().out()).startsWith("holdfast 0.1.0");
    }

    @Test
    void anInterruptedBuildLeavesNothingThatLooksWhole() throws IOException, InterruptedException {
        maven("touch '" + folder + "/begun'; exec sleep 60");
        Process process = start(tree, environment(), "./holdfast", "version");
        Await.until("the build begins", PATIENCE, () -> Files.exists(folder.resolve("begun")), () -> "it does not");

        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.waitFor();

        assertThat(tree.resolve("target/holdfast/current")).doesNotExist();
        maven("");
        assertThat(run(tree, "./holdfast", "version").orFail().out()).startsWith("holdfast 0.1.0");
    }

    @Test
    void twoFirstUsesAtOnceBuildOnce() throws IOException, InterruptedException {
        maven("sleep 1");

        Process first = start(tree, environment(), "./holdfast", "version");
        Process second = start(tree, environment(), "./holdfast", "version");

        assertThat(first.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(second.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(List.of(first.exitValue(), second.exitValue())).containsExactly(0, 0);
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void withoutAJdkItSaysWhatToInstall() throws IOException {
        maven("");
        Map<String, String> environment = environment();
        environment.remove("JAVA_HOME");

        Outcome none = finished(start(tree, environment, "./holdfast", "version"));
        environment.put("HOLDFAST_JAVA", "/nowhere");
        Outcome wrong = finished(start(tree, environment, "./holdfast", "version"));

        assertThat(none.status()).isEqualTo(4);
        assertThat(none.err())
                .startsWith("no Java 25 or newer was found in JAVA_HOME, on the PATH or in the usual folders [HF3310]\n"
                        + "  fix: Install a JDK of version 25 or newer");
        assertThat(wrong.err())
                .startsWith("HOLDFAST_JAVA names '/nowhere', which is no Java 25 or newer with a compiler [HF3310]\n");
    }

    @Test
    void withoutMavenItSaysWhatToInstall() throws IOException {
        assertThat(run(tree, "./holdfast", "version").err())
                .isEqualTo(
                        "Holdfast has to be built, and there is no mvn on the PATH [HF3311]\n"
                                + "  fix: Install Maven 3.8 or newer (on Debian: apt install maven), or put its bin folder on the PATH.\n");
    }

    /** A Maven that notes that it was called, does what it is told, and makes the jars of a build. */
    private void maven(String first) throws IOException {
        Path jar = folder.resolve("x.jar");
        script(
                programs.resolve("mvn"),
                "echo >>'" + folder + "/builds'\n" + first + "\n"
                        + "echo '[INFO] Building holdfast-core 0.1.0 [1/1]'\n"
                        + "mkdir -p cli/target/lib\necho lib >'" + jar + "'\n"
                        + "cp '" + jar + "' cli/target/lib/x.jar\ncp '" + jar + "' cli/target/holdfast-cli-0.jar");
        // the jars of the script are no jars: what runs is this test's class path
        Path launch = tree.resolve("cli/launcher/train");
        script(
                launch,
                "printf 'classpath=\"%s\"\\n' '"
                        + System.getProperty("java.class.path").replace("'", "'\\''")
                        + "' >>\"$1/target/holdfast/$2/launch.new\"");
    }

    private long builds() throws IOException {
        try (var lines = Files.lines(folder.resolve("builds"))) {
            return lines.count();
        }
    }

    private List<String> left() throws IOException {
        List<String> names = new ArrayList<>();
        try (var files = Files.list(tree.resolve("target/holdfast"))) {
            files.map(file -> file.getFileName().toString())
                    .map(name -> name.matches("[0-9a-f]{8}") ? "the build" : name)
                    .forEach(names::add);
        }
        return names.stream()
                .sorted(java.util.Comparator.comparing(
                        name -> List.of("current", "the build").contains(name) ? name : "z" + name))
                .toList();
    }

    private Map<String, String> environment() {
        Map<String, String> environment = new TreeMap<>();
        environment.put("PATH", programs.toString());
        environment.put("JAVA_HOME", JAVA.toString());
        environment.put("HOME", folder.toString());
        environment.put("HOLDFAST_JAVA_FOLDERS", "");
        return environment;
    }

    private Outcome run(Path directory, String... command) {
        return finished(start(directory, environment(), command));
    }

    private static Process start(Path directory, Map<String, String> environment, String... command) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
            builder.environment().clear();
            builder.environment().putAll(environment);
            return builder.start();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Outcome finished(Process process) {
        try {
            String out = new String(process.getInputStream().readAllBytes());
            String err = new String(process.getErrorStream().readAllBytes());
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return new Outcome(process.exitValue(), out, err);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static void script(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        Files.writeString(file, "#!/bin/sh\nset -e\n" + text + "\n");
        executable(file);
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static Path tool(String name) {
        for (String directory : System.getenv("PATH").split(":", -1)) {
            Path candidate = Path.of(directory, name);
            if (Files.isExecutable(candidate)) {
                return candidate;
            }
        }
        throw new AssertionError("this machine has no " + name);
    }
}
