package dev.holdfast.cli;

import dev.holdfast.cli.command.Surroundings;
import dev.holdfast.targets.local.Home;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of command lines share: a home of their own, a daemon that answers what it is told, and a way to run. */
abstract class CommandLineTest {
    private Path folder = Path.of("");
    private Optional<FakeDaemon> daemon = Optional.empty();
    private String typed = "";
    private boolean isTerminal;

    /** How a command ended, and what stood on the two streams. */
    record Run(int status, String out, String err) {}

    @BeforeEach
    final void makeHome() throws IOException {
        // short, because the name of a socket is
        folder = Files.createTempDirectory("hf").toRealPath();
    }

    @AfterEach
    final void removeHome() throws IOException {
        if (daemon.isPresent()) {
            daemon.get().close();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    final Path folder() {
        return folder;
    }

    final FakeDaemon daemon() {
        if (daemon.isEmpty()) {
            daemon = Optional.of(new FakeDaemon(Home.of(environment()).socket()));
        }
        return daemon.get();
    }

    /** A person at a terminal, who types this when asked. */
    final void types(String text) {
        typed = text;
        isTerminal = true;
    }

    final Run run(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = new Application(new Surroundings(
                        environment(),
                        folder,
                        new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(out, false, StandardCharsets.UTF_8),
                        new PrintStream(err, false, StandardCharsets.UTF_8),
                        Optional.empty(),
                        FakeDaemon.BUILD,
                        new Surroundings.Terminals(isTerminal, false, isTerminal)))
                .run(List.of(words));
        return new Run(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Map<String, String> environment() {
        return Map.of("HOLDFAST_HOME", folder.resolve("h").toString(), "HOME", folder.toString());
    }
}
