package dev.holdfast.targets.local.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** What engines depend on and do not need: see {@code left-out.list} beside this class. */
final class LeftOut {
    /**
     * Paths that are never unpacked. Changing this list or {@code left-out.list} changes what an image is: raise {@link
     * Roots#LAYOUT} with it.
     */
    static final List<String> PATHS = List.of(
            "./usr/share/doc/*",
            "./usr/share/doc-base/*",
            "./usr/share/man/*",
            "./usr/share/info/*",
            "./usr/share/locale/*",
            "./usr/share/i18n/*",
            "./usr/share/lintian/*",
            "./usr/share/bug/*",
            "./usr/share/menu/*",
            "./usr/share/bash-completion/*",
            "./usr/share/zsh/*",
            "./usr/share/fish/*",
            "./usr/share/javascript/*",
            "./usr/share/apport/*",
            "./usr/include/*",
            "./usr/lib/systemd/*",
            "./usr/lib/udev/*",
            "./usr/lib/tmpfiles.d/*",
            "./usr/lib/sysusers.d/*",
            "./lib/systemd/*",
            "./etc/init.d/*",
            "./etc/cron*",
            "./etc/logrotate.d/*",
            "./etc/apparmor.d/*",
            "./usr/lib/postgresql/*/lib/bitcode/*",
            "./usr/lib/postgresql/*/lib/llvmjit*",
            "./usr/lib/postgresql/*/lib/pgxs/*",
            "./usr/share/postgresql/*/man/*");

    private LeftOut() {}

    /** Their names. */
    static Set<String> names() {
        return text().lines()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split("\\s+", 2)[0])
                .collect(Collectors.toSet());
    }

    /** A dpkg status file that says they are installed, except those asked for by name. */
    static String status(Architecture architecture, Collection<String> asked) {
        StringBuilder status = new StringBuilder();
        for (String line : text().lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.split("\\s+", 3);
            if (asked.contains(words[0])) {
                continue;
            }
            String multiArch = words[1].equals("no") ? "" : "Multi-Arch: " + words[1] + "\n";
            String builtFor = words[1].equals("foreign") ? "all" : architecture.debian();
            // a version above any real one answers every "at least" there is
            status.append("Package: ").append(words[0]).append("\nStatus: install ok installed\nArchitecture: ");
            status.append(builtFor).append('\n').append(multiArch).append("Version: 9999:0\n");
            status.append("Maintainer: none\nDescription: left out: ")
                    .append(words[2])
                    .append("\n\n");
        }
        return status.toString();
    }

    private static String text() {
        try (InputStream in = Objects.requireNonNull(LeftOut.class.getResourceAsStream("left-out.list"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
