package dev.holdfast.cli;

import dev.holdfast.cli.command.Surroundings;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where the process begins: the one place that reads its environment. */
public final class Main {
    private static final int BUFFER = 8192;

    private Main() {}

    public static void main(String[] words) {
        Surroundings surroundings = surroundings(stream(FileDescriptor.out, false), stream(FileDescriptor.err, true));
        int status = new Application(surroundings).run(List.of(words));
        if (status != 0) {
            System.exit(status);
        }
    }

    static Surroundings surroundings(PrintStream out, PrintStream err) {
        // the launcher has asked the kernel already: [ -t 1 ] is free in a shell
        String terminals = System.getProperty("holdfast.terminals", "");
        return new Surroundings(
                System.getenv(),
                Path.of("").toAbsolutePath(),
                System.in,
                out,
                err,
                Optional.ofNullable(System.getProperty("holdfast.launcher")).map(Path::of),
                System.getProperty("holdfast.build", "unbuilt"),
                new Surroundings.Terminals(terminals.contains("0"), terminals.contains("1"), terminals.contains("2")));
    }

    /** UTF-8 whatever the locale is: names and signs come out as they went in. */
    private static PrintStream stream(FileDescriptor to, boolean isFlushedByLine) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(to), BUFFER), isFlushedByLine, StandardCharsets.UTF_8);
    }
}
