package dev.holdfast.targets.local.image;

import dev.holdfast.problem.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The Debian mirror this machine is set to use, read from its own apt settings whatever release it runs, turned into
 * source lines for the release the engines come from. No host name is known here.
 */
record HostSources(String mirror, Optional<String> security, Optional<Path> keyring) {
    static final String RELEASE = "trixie";

    /** Set these where the machine's own settings name no Debian mirror (Ubuntu, an air-gapped copy). */
    static final String MIRROR_VARIABLE = "HOLDFAST_DEBIAN_MIRROR";

    static final String SECURITY_VARIABLE = "HOLDFAST_DEBIAN_SECURITY_MIRROR";

    private static final Pattern SUITE = Pattern.compile("(buster|bullseye|bookworm|trixie|forky|duke|sid"
            + "|oldoldstable|oldstable|stable|testing|unstable)(-updates|-security|/updates)?");
    private static final Pattern ONE_LINE = Pattern.compile("deb\\s+(?:\\[([^]]*)]\\s+)?(\\S+)\\s+(\\S+)\\s+(.+)");
    private static final Pattern SIGNED_BY = Pattern.compile("signed-by=(\\S+)");

    /** One mirror as some line of the settings has it. */
    private record Entry(String uri, String suite, String components, String signedBy) {
        boolean security() {
            return suite.endsWith("-security") || suite.endsWith("/updates");
        }

        /** Other publishers name their suites after Debian's releases too: how sure are we that it is Debian's own? */
        int likeness() {
            String path = uri.replaceAll("/+$", "");
            return (signedBy.contains("debian-archive") ? 4 : 0)
                    + (suite.endsWith("-updates") ? 2 : 0)
                    + (path.endsWith("/debian") || path.endsWith("/debian-security") ? 2 : 0)
                    + (signedBy.isEmpty() ? 1 : 0);
        }
    }

    /**
     * Reads {@code <etc>/apt/sources.list} and {@code sources.list.d}.
     *
     * @param root {@code /}, or another root in a test
     */
    static HostSources read(Path root, Map<String, String> environment) {
        List<Entry> entries = new ArrayList<>();
        for (Path file : files(root.resolve("etc/apt"))) {
            String text = text(file);
            entries.addAll(file.toString().endsWith(".sources") ? stanzas(text) : oneLiners(text));
        }
        Optional<Entry> main = best(entries, false);
        Optional<Entry> security = best(entries, true);
        Optional<String> mirror =
                Optional.ofNullable(environment.get(MIRROR_VARIABLE)).or(() -> main.map(Entry::uri));
        Optional<String> securityMirror =
                Optional.ofNullable(environment.get(SECURITY_VARIABLE)).or(() -> security.map(Entry::uri));
        if (mirror.isEmpty()) {
            throw Refusals.of(
                    Code.HF3003,
                    "the apt settings of this machine (" + root.resolve("etc/apt/sources.list")
                            + " and sources.list.d) name no Debian mirror",
                    "Set " + MIRROR_VARIABLE + " to the address of a Debian mirror you trust (and " + SECURITY_VARIABLE
                            + " to its security archive), and install the package debian-archive-keyring.");
        }
        return new HostSources(
                mirror.get(),
                securityMirror,
                keyring(root, main.map(Entry::signedBy).orElse("")));
    }

    /** The contents of a {@code sources.list}. */
    String lines() {
        // neither translations nor contents, sources or whatever else the host's settings fetch
        String options =
                keyring.map(k -> "[target=Packages signed-by=" + k + "] ").orElse("[target=Packages] ");
        StringBuilder lines = new StringBuilder();
        lines.append("deb ")
                .append(options)
                .append(mirror)
                .append(' ')
                .append(RELEASE)
                .append(" main\n");
        lines.append("deb ")
                .append(options)
                .append(mirror)
                .append(' ')
                .append(RELEASE)
                .append("-updates main\n");
        security.ifPresent(uri -> lines.append("deb ")
                .append(options)
                .append(uri)
                .append(' ')
                .append(RELEASE)
                .append("-security main\n"));
        return lines.toString();
    }

    private static Optional<Entry> best(List<Entry> entries, boolean security) {
        return entries.stream()
                .filter(e -> e.security() == security && e.likeness() > 0)
                .max(Comparator.comparingInt(Entry::likeness));
    }

    private static Optional<Path> keyring(Path root, String signedBy) {
        // the ring with every release's keys first: a line for one release may be tied to that release's key alone
        for (String name : List.of("debian-archive-keyring.pgp", "debian-archive-keyring.gpg")) {
            Path ring = root.resolve("usr/share/keyrings").resolve(name);
            if (Files.isReadable(ring)) {
                return Optional.of(ring);
            }
        }
        return signedBy.startsWith("/") ? Optional.of(Path.of(signedBy)) : Optional.empty();
    }

    private static List<Path> files(Path apt) {
        List<Path> files = new ArrayList<>();
        if (Files.isReadable(apt.resolve("sources.list"))) {
            files.add(apt.resolve("sources.list"));
        }
        if (Files.isDirectory(apt.resolve("sources.list.d"))) {
            try (Stream<Path> more = Files.list(apt.resolve("sources.list.d"))) {
                more.filter(f -> f.toString().endsWith(".list") || f.toString().endsWith(".sources"))
                        .filter(Files::isReadable)
                        .sorted()
                        .forEach(files::add);
            } catch (IOException e) {
                throw Refusals.cache(apt, e);
            }
        }
        return files;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw Refusals.cache(file, e);
        }
    }

    private static List<Entry> oneLiners(String text) {
        List<Entry> entries = new ArrayList<>();
        for (String line : text.lines().toList()) {
            Matcher matcher = ONE_LINE.matcher(line.replaceAll("#.*", "").strip());
            if (matcher.matches()) {
                String options = matcher.group(1) == null ? "" : matcher.group(1);
                Matcher signed = SIGNED_BY.matcher(options);
                add(
                        entries,
                        matcher.group(2),
                        matcher.group(3),
                        matcher.group(4),
                        signed.find() ? signed.group(1) : "");
            }
        }
        return entries;
    }

    private static List<Entry> stanzas(String text) {
        List<Entry> entries = new ArrayList<>();
        for (String stanza : text.split("\n[ \t]*\n", -1)) {
            Map<String, String> fields = fields(stanza);
            boolean binary =
                    List.of(fields.getOrDefault("types", "").split("\\s+", -1)).contains("deb");
            if (!binary || fields.getOrDefault("enabled", "yes").equalsIgnoreCase("no")) {
                continue;
            }
            for (String uri : fields.getOrDefault("uris", "").split("\\s+", -1)) {
                for (String suite : fields.getOrDefault("suites", "").split("\\s+", -1)) {
                    String components = fields.getOrDefault("components", "");
                    add(entries, uri, suite, components, fields.getOrDefault("signed-by", ""));
                }
            }
        }
        return entries;
    }

    private static Map<String, String> fields(String stanza) {
        Map<String, String> fields = new TreeMap<>();
        String key = "";
        for (String line : stanza.lines().toList()) {
            if (line.startsWith("#")) {
                continue;
            }
            if (line.startsWith(" ") || line.startsWith("\t")) {
                fields.merge(key, line.strip(), (a, b) -> (a + "\n" + b).strip());
            } else if (line.contains(":")) {
                key = line.substring(0, line.indexOf(':')).strip().toLowerCase(Locale.ROOT);
                fields.put(key, line.substring(line.indexOf(':') + 1).strip());
            }
        }
        return fields;
    }

    private static void add(List<Entry> entries, String uri, String suite, String components, String signedBy) {
        boolean debian = SUITE.matcher(suite).matches()
                && List.of(components.strip().split("\\s+", -1)).contains("main");
        if (debian && !uri.startsWith("cdrom:")) {
            entries.add(new Entry(uri, suite, components, signedBy));
        }
    }
}
