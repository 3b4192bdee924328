package dev.holdfast.targets.local.image;

import dev.holdfast.problem.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The host's apt with lists, cache and state of its own, so that any user can run it and the host's packages are neither
 * read nor touched. The host's mirror, proxies and credentials stay in force; its hooks do not run.
 */
final class Apt {
    private static final Duration UPDATE = Duration.ofMinutes(5);
    private static final Duration RESOLVE = Duration.ofMinutes(1);
    private static final Duration DOWNLOAD = Duration.ofMinutes(60);
    private static final Pattern INSTALL = Pattern.compile("Inst (\\S+) \\((\\S+) (.+) \\[(\\w+)]\\).*");

    private final Path home;
    private final Path scratch;
    private final Path hostRoot;
    private final Tools tools;
    private final HostSources sources;
    private final Architecture architecture;
    private Optional<Excerpt> excerpt = Optional.empty();

    /** {@code home} keeps the indexes, so that the next time only what changed is fetched; nothing else stays. */
    Apt(Path home, Path scratch, Path hostRoot, Tools tools, HostSources sources, Architecture architecture) {
        this.home = home;
        this.scratch = scratch;
        this.hostRoot = hostRoot;
        this.tools = tools;
        this.sources = sources;
        this.architecture = architecture;
    }

    /** Fetches the indexes of the release; apt checks their signatures with the host's keyring. */
    void update(Collection<String> asked) throws IOException {
        prepare(asked);
        for (Path file : PackageStore.children(home.resolve("lists"))) {
            // apt would keep one that it finds compressed as it is
            if (file.toString().contains("_Packages.")) {
                Files.delete(file);
            }
        }
        List<String> command = new ArrayList<>();
        // without this, apt calls an unreachable mirror a warning and goes on with what it has
        command.addAll(List.of("-o", "APT::Update::Error-Mode=any"));
        // its cache of all packages, which takes seconds to make, is for nobody: see Excerpt
        command.addAll(List.of("-o", "pkgCacheFile::Generate=false", "update"));
        Tools.Outcome outcome = apt("apt-get", command, home, UPDATE);
        excerpt = Optional.empty();
        if (!outcome.succeeded() || outcome.output().contains("W: Failed to fetch")) {
            throw AptFailure.of("reading the package indexes", outcome, sources, home);
        }
    }

    /** Everything each of {@code asked} needs, with exact versions and checksums out of the verified indexes. */
    List<List<DebianPackage>> closures(List<List<String>> asked) throws IOException {
        Set<String> names = new HashSet<>();
        asked.forEach(names::addAll);
        Set<String> present = new HashSet<>(LeftOut.names());
        present.removeAll(names);
        excerpt().write(home.resolve("lists"), excerpted(), names, present, true);
        Map<String, String> suites = new LinkedHashMap<>();
        List<List<String>> selected = new ArrayList<>();
        for (List<String> each : asked) {
            selected.add(selectors(each, suites));
        }
        Map<String, DebianPackage> found = details(suites);
        List<List<DebianPackage>> closures = new ArrayList<>();
        for (List<String> selectors : selected) {
            closures.add(selectors.stream()
                    .map(s -> java.util.Objects.requireNonNull(found.get(s)))
                    .toList());
        }
        return closures;
    }

    private List<String> selectors(List<String> asked, Map<String, String> suites) throws IOException {
        prepare(asked);
        List<String> command = new ArrayList<>(List.of("-s", "-y", "install", "--"));
        command.addAll(asked);
        Tools.Outcome outcome = overExcerpt("apt-get", command, home, RESOLVE);
        if (!outcome.succeeded()) {
            throw AptFailure.of("resolving " + String.join(" ", asked), outcome, sources, home);
        }
        List<String> selectors = new ArrayList<>();
        for (String line : outcome.lines()) {
            Matcher matcher = INSTALL.matcher(line);
            if (matcher.matches()) {
                String selector = matcher.group(1).replaceFirst(":.*", "") + "=" + matcher.group(2);
                selectors.add(selector);
                suites.put(selector, matcher.group(3).replace(", ", "+").replace(' ', '_'));
            }
        }
        return selectors;
    }

    private Map<String, DebianPackage> details(Map<String, String> suites) {
        List<String> command = new ArrayList<>(List.of("show", "--no-all-versions", "--"));
        command.addAll(suites.keySet());
        Tools.Outcome outcome = overExcerpt("apt-cache", command, home, RESOLVE);
        Map<String, DebianPackage> found = new HashMap<>();
        for (String stanza : outcome.output().split("\n\n", -1)) {
            Map<String, String> fields = fields(stanza);
            String selector = fields.getOrDefault("Package", "") + "=" + fields.getOrDefault("Version", "");
            String suite = suites.get(selector);
            if (suite != null && fields.getOrDefault("SHA256", "").length() == 64) {
                found.putIfAbsent(selector, described(fields, suite));
            }
        }
        List<String> missing =
                suites.keySet().stream().filter(s -> !found.containsKey(s)).toList();
        if (!outcome.succeeded() || !missing.isEmpty()) {
            throw Refusals.of(
                    Code.HF3016,
                    "the package indexes give no SHA-256 for " + String.join(" ", missing),
                    "Does `apt-cache show` work on this machine? Is the mirror a complete one?");
        }
        return found;
    }

    private DebianPackage described(Map<String, String> fields, String suite) {
        String base = suite.contains("Debian-Security") && !suite.contains("/stable+")
                ? sources.security().orElse(sources.mirror())
                : sources.mirror();
        return new DebianPackage(
                fields.getOrDefault("Package", ""),
                fields.getOrDefault("Version", ""),
                fields.getOrDefault("Architecture", ""),
                fields.getOrDefault("SHA256", ""),
                Long.parseLong(fields.getOrDefault("Size", "0")),
                Long.parseLong(fields.getOrDefault("Installed-Size", "0")) * 1024,
                suite,
                base.replaceAll("/+$", "") + "/" + fields.getOrDefault("Filename", ""));
    }

    /** Fetches exactly these versions into {@code folder}; apt checks each against the verified indexes. */
    void download(List<DebianPackage> packages, Path folder) throws IOException {
        prepare(List.of());
        List<String> names = packages.stream().map(DebianPackage::name).toList();
        excerpt().write(home.resolve("lists"), excerpted(), names, Set.of(), false);
        List<String> command = new ArrayList<>(List.of("download", "--"));
        packages.forEach(p -> command.add(p.selector()));
        Tools.Outcome outcome = overExcerpt("apt-get", command, folder, DOWNLOAD);
        if (outcome.output().contains("E: Version '")
                || outcome.output().contains("E: Can't find a source to download")) {
            throw Refusals.of(
                    Code.HF3011,
                    "the mirror no longer has a version that engines.lock pins: " + outcome.lastWords(),
                    "Run `holdfast engines install --upgrade` to take the current versions, or copy the .deb into the"
                            + " cache's debs folder.");
        }
        if (!outcome.succeeded()) {
            throw AptFailure.of("fetching packages", outcome, sources, folder);
        }
    }

    private Excerpt excerpt() throws IOException {
        if (excerpt.isEmpty()) {
            excerpt = Optional.of(new Excerpt(home.resolve("lists")));
        }
        return excerpt.get();
    }

    private Path excerpted() {
        return scratch.resolve("excerpt");
    }

    private Tools.Outcome overExcerpt(String program, List<String> arguments, Path folder, Duration limit) {
        List<String> command = new ArrayList<>(List.of("-o", "Dir::State::lists=" + excerpted()));
        command.addAll(arguments);
        return apt(program, command, folder, limit);
    }

    private Tools.Outcome apt(String program, List<String> arguments, Path folder, Duration limit) {
        List<String> command = new ArrayList<>();
        command.add(tools.locate(program, "apt"));
        command.addAll(arguments);
        return tools.run(
                command, folder, Map.of("APT_CONFIG", home.resolve("apt.conf").toString()), limit);
    }

    private void prepare(Collection<String> asked) throws IOException {
        Files.createDirectories(home.resolve("lists/partial"));
        Files.createDirectories(scratch.resolve("apt-cache/archives/partial"));
        keep(home.resolve("sources.list"), sources.lines());
        keep(home.resolve("status"), LeftOut.status(architecture, asked));
        hostSettings();
        keep(home.resolve("apt.conf"), settings());
    }

    /** Untouched where it is right already: apt makes its cache anew when one of them is newer. */
    private static void keep(Path file, String text) throws IOException {
        if (!Files.exists(file) || !Files.readString(file).equals(text)) {
            Folders.write(file, text);
        }
    }

    /** The host's settings are linked into a folder of ours, so that ours can come last and clear the hooks. */
    private void hostSettings() throws IOException {
        Path ours = scratch.resolve("apt-settings");
        Folders.delete(ours);
        Files.createDirectories(ours);
        Path folder = hostRoot.resolve("etc/apt/apt.conf.d");
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(Files::isReadable).toList()) {
                    Files.createSymbolicLink(ours.resolve(file.getFileName()), file);
                }
            }
        }
        Path single = hostRoot.resolve("etc/apt/apt.conf");
        if (Files.isReadable(single)) {
            Files.createSymbolicLink(ours.resolve("zzz-host"), single);
        }
        Folders.write(ours.resolve("zzzz-holdfast"), """
                #clear APT::Update::Pre-Invoke;
                #clear APT::Update::Post-Invoke;
                #clear APT::Update::Post-Invoke-Success;
                #clear DPkg::Pre-Invoke;
                #clear DPkg::Post-Invoke;
                #clear DPkg::Pre-Install-Pkgs;
                #clear APT::Architectures;
                #clear APT::Default-Release;
                APT::Architecture "%1$s";
                APT::Architectures { "%1$s"; };
                APT::Install-Recommends "false";
                APT::Install-Suggests "false";
                APT::Get::AllowUnauthenticated "false";
                Acquire::AllowInsecureRepositories "false";
                Acquire::AllowDowngradeToInsecureRepositories "false";
                Acquire::Languages "none";
                Acquire::GzipIndexes "false";
                Acquire::Retries "2";
                Acquire::http::Timeout "20";
                Acquire::https::Timeout "20";
                APT::Sandbox::User "";
                Dir::Cache::pkgcache "pkgcache.bin";
                Dir::Cache::srcpkgcache "srcpkgcache.bin";
                """.formatted(architecture.debian()));
    }

    private String settings() {
        return """
                Dir::State "%1$s";
                Dir::State::status "%1$s/status";
                Dir::State::lists "%1$s/lists";
                Dir::State::extended_states "%1$s/extended_states";
                Dir::Cache "%2$s/apt-cache";
                Dir::Cache::archives "%2$s/apt-cache/archives";
                Dir::Log "%1$s";
                Dir::Etc::sourcelist "%1$s/sources.list";
                Dir::Etc::sourceparts "/dev/null";
                Dir::Etc::preferences "/dev/null";
                Dir::Etc::preferencesparts "/dev/null";
                Dir::Etc::main "/dev/null";
                Dir::Etc::parts "%2$s/apt-settings";
                """.formatted(home, scratch);
    }

    private static Map<String, String> fields(String stanza) {
        Map<String, String> fields = new HashMap<>();
        for (String line : stanza.lines().toList()) {
            int colon = line.indexOf(": ");
            if (colon > 0 && !line.startsWith(" ")) {
                fields.put(line.substring(0, colon), line.substring(colon + 2).strip());
            }
        }
        return fields;
    }
}
