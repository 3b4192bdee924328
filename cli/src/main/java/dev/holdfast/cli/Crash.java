package dev.holdfast.cli;

import dev.holdfast.cli.command.Surroundings;
import dev.holdfast.cli.command.Version;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A mistake of ours: one line for the person, all of it in a file. */
final class Crash {
    private final Surroundings surroundings;

    Crash(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    Problem reported(List<String> words, Throwable mistake) {
        String what =
                mistake.getClass().getSimpleName() + (mistake.getMessage() == null ? "" : ": " + mistake.getMessage());
        String command = words.isEmpty() ? "" : words.getFirst();
        return Problem.of(
                Code.HF9001,
                "holdfast " + command + " failed in a way nobody foresaw: " + what,
                "Please report this with " + kept(command, mistake) + ".");
    }

    /** Only the command's name is written down: its arguments may hold what nobody should see. */
    private String kept(String command, Throwable mistake) {
        StringWriter text = new StringWriter();
        text.append("holdfast ").append(Version.NUMBER).append(" build ").append(surroundings.build());
        text.append(", Java ")
                .append(Runtime.version().toString())
                .append("\ncommand ")
                .append(command)
                .append('\n');
        mistake.printStackTrace(new PrintWriter(text, true));
        Path folder = surroundings.home().cache().resolve("crashes");
        try {
            Files.createDirectories(folder);
            Path file = Files.createTempFile(folder, "crash-", ".txt");
            Files.writeString(file, text.toString());
            return file.toString();
        } catch (IOException unwritable) {
            // the report must not be lost because the disk is full: that may be the very mistake
            surroundings.err().println(text);
            return "the lines above";
        }
    }
}
