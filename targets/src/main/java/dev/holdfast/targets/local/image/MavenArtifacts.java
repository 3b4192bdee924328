package dev.holdfast.targets.local.image;

import dev.holdfast.blueprint.Programs;
import dev.holdfast.problem.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Jars of a Java engine, fetched by the host's Maven with its own settings (mirrors, proxies, credentials) through a
 * project made for it: {@code java/<label>-<hash>/lib}. Maven checks what it fetches; the lock file pins what came.
 */
final class MavenArtifacts {
    private static final Duration LIMIT = Duration.ofMinutes(30);
    private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy-dependencies";

    private final Path java;
    private final Path scratch;
    private final Tools tools;

    MavenArtifacts(Path engines, Path scratch, Tools tools) {
        this.java = engines.resolve("java");
        this.scratch = scratch;
        this.tools = tools;
    }

    Path lib(Request request) {
        return java.resolve(request.key()).resolve("lib");
    }

    static Path manifest(Path lib) {
        return lib.resolveSibling("files");
    }

    /** Refuses at once where Maven will be needed and is not there. */
    void check(Request request) {
        if (!Files.isDirectory(lib(request))) {
            tools.locate("mvn", "maven");
        }
    }

    /** The jars that are there, or fetched now; refused when {@code pinned} says others. */
    List<LockFile.Jar> install(Request request, Programs.Maven maven, List<LockFile.Jar> pinned) throws IOException {
        Path lib = lib(request);
        if (!Files.isDirectory(lib)) {
            fetch(request, maven, pinned);
        }
        return jars(Manifest.read(manifest(lib)));
    }

    private void fetch(Request request, Programs.Maven maven, List<LockFile.Jar> pinned) throws IOException {
        Path folder = scratch.resolve("java-" + request.key());
        Folders.delete(folder);
        Path fetched = Files.createDirectories(folder.resolve("lib"));
        Path pom = folder.resolve("pom.xml");
        Files.writeString(pom, project(maven));
        List<String> command = List.of(
                tools.locate("mvn", "maven"),
                "--batch-mode",
                "--quiet",
                "--file",
                pom.toString(),
                PLUGIN,
                "-DincludeScope=runtime",
                "-DoutputDirectory=" + fetched,
                "-Dmdep.useBaseVersion=true");
        // so short a run is over before better code would pay: half the processor time
        String options = (tools.variable("MAVEN_OPTS") + " -XX:TieredStopAtLevel=1").strip();
        Tools.Outcome outcome = tools.run(command, folder, Map.of("MAVEN_ARGS", "", "MAVEN_OPTS", options), LIMIT);
        if (!outcome.succeeded()) {
            throw failure(maven, outcome);
        }
        Files.delete(pom);
        Manifest manifest = Manifest.taken(fetched);
        if (manifest.files() == 0) {
            throw failure(maven, outcome);
        }
        List<LockFile.Jar> jars = jars(manifest);
        if (!pinned.isEmpty() && !pinned.equals(jars)) {
            String differing = jars.stream()
                    .filter(jar -> !pinned.contains(jar))
                    .map(LockFile.Jar::file)
                    .collect(Collectors.joining(", "));
            throw Refusals.of(
                    Code.HF3005,
                    "the jars of " + maven.artifact() + ":" + maven.version()
                            + " are not those that engines.lock pins: "
                            + (differing.isEmpty() ? "some are missing" : differing),
                    "Find out who changed them: a released jar never changes. `holdfast engines install --upgrade` accepts"
                            + " what there is now.");
        }
        manifest.write(folder.resolve("files"));
        Files.createDirectories(java);
        Path home = java.resolve(request.key());
        Folders.delete(home);
        Files.move(folder, home, StandardCopyOption.ATOMIC_MOVE);
    }

    private static List<LockFile.Jar> jars(Manifest manifest) {
        List<LockFile.Jar> jars = new ArrayList<>();
        for (Manifest.Entry entry : manifest.entries()) {
            if (entry instanceof Manifest.Entry.Plain file) {
                jars.add(new LockFile.Jar(file.path(), file.sha256(), file.bytes()));
            }
        }
        return jars;
    }

    private static dev.holdfast.problem.HoldfastException failure(Programs.Maven maven, Tools.Outcome outcome) {
        String reason = outcome.lines().stream()
                .filter(l -> l.contains("ERROR"))
                .map(l -> l.replaceAll("\u001b\\[[0-9;]*m", "").replaceFirst("^\\[ERROR]\\s*", ""))
                .filter(l -> !l.isBlank())
                .findFirst()
                .orElse(outcome.lastWords());
        if (outcome.output().toLowerCase(Locale.ROOT).contains("no space left")) {
            return Refusals.noSpace(Path.of("~/.m2"), "no space left while fetching " + maven.artifact());
        }
        return Refusals.of(
                Code.HF3015,
                "Maven cannot fetch " + maven.artifact() + ":" + maven.version() + ": " + reason,
                "Check the network and the mirrors of Maven's settings.xml; `mvn dependency:get -Dartifact="
                        + maven.artifact() + ":" + maven.version() + "` shows the same failure.");
    }

    private static String project(Programs.Maven maven) {
        String managed = maven.pins().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(pin -> dependency(pin.getKey(), pin.getValue(), ""))
                .collect(Collectors.joining());
        String exclusions = maven.excludes().stream()
                .sorted()
                .map(e -> "<exclusion>" + coordinates(e) + "</exclusion>")
                .collect(Collectors.joining("", "<exclusions>", "</exclusions>"));
        return """
                <project xmlns="http://maven.apache.org/POM/4.0.0">
                  <modelVersion>4.0.0</modelVersion>
                  <groupId>dev.holdfast.engine</groupId><artifactId>fetched</artifactId><version>1</version>
                  <packaging>pom</packaging>
                  <dependencyManagement><dependencies>%s</dependencies></dependencyManagement>
                  <dependencies>%s</dependencies>
                </project>
                """.formatted(managed, dependency(maven.artifact(), maven.version(), exclusions));
    }

    private static String dependency(String artifact, String version, String more) {
        return "<dependency>" + coordinates(artifact) + "<version>" + text(version) + "</version>" + more
                + "</dependency>";
    }

    private static String coordinates(String artifact) {
        int colon = artifact.indexOf(':');
        return "<groupId>" + text(artifact.substring(0, colon)) + "</groupId><artifactId>"
                + text(artifact.substring(colon + 1)) + "</artifactId>";
    }

    private static String text(String value) {
        return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
