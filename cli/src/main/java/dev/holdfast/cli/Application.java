package dev.holdfast.cli;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Surroundings;
import dev.holdfast.cli.command.Usage;
import dev.holdfast.cli.commands.Commands;
import dev.holdfast.cli.commands.HelpCommand;
import dev.holdfast.cli.commands.Overview;
import dev.holdfast.cli.text.Paint;
import dev.holdfast.cli.text.ProblemText;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** One command line from its words to its exit status. Nothing it does ends the process. */
public final class Application {
    private static final String OUTPUT = "--output";

    private final Surroundings surroundings;

    public Application(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    public int run(List<String> words) {
        Session session = new Session(surroundings, options(words));
        int status;
        try {
            status = dispatch(words, session);
        } catch (HoldfastException refused) {
            status = shown(refused.problems(), session);
        } catch (Exception | StackOverflowError | OutOfMemoryError mistake) {
            status = shown(List.of(new Crash(surroundings).reported(words, mistake)), session);
        }
        surroundings.out().flush();
        surroundings.err().flush();
        return status;
    }

    private int dispatch(List<String> words, Session session) {
        int at = commandIndex(words);
        if (at == words.size()) {
            return noCommand(words, session);
        }
        String name = words.get(at);
        Command command = Commands.find(name).orElseThrow(() -> HelpCommand.unknown(name));
        // what stands before the command is common to all of them, and may as well stand behind it
        List<String> rest = new ArrayList<>(words.subList(0, at));
        rest.addAll(words.subList(at + 1, words.size()));
        if (asksForHelp(rest)) {
            session.text(Usage.text(command, session.paint()));
            return 0;
        }
        Arguments arguments = new Arguments(parsed(command, rest));
        Optional<String> output = arguments.value(OUTPUT);
        if (output.isPresent() && !Usage.OUTPUTS.contains(output.get())) {
            throw misread("'" + output.get() + "' is no form of output", "Give --output text or --output json.");
        }
        return command.run(arguments, session);
    }

    private int noCommand(List<String> words, Session session) {
        if (words.contains("--version") || words.contains("-V")) {
            return run(List.of("version"));
        }
        boolean isAsked = words.contains("--help") || words.contains("-h");
        for (String word : words) {
            if (word.startsWith("-") && !word.equals("-h") && !word.equals("--help") && !isCommon(word)) {
                throw misread("there is no option '" + word + "' before a command", "Run 'holdfast help'.");
            }
        }
        List<String> lines = Overview.lines(session.paint());
        if (isAsked) {
            lines.forEach(session::line);
            return 0;
        }
        lines.forEach(surroundings.err()::println);
        return Code.Kind.USER.exitStatus();
    }

    /** The place of the first word that is neither a common option nor the value of one. */
    private static int commandIndex(List<String> words) {
        int at = 0;
        while (at < words.size() && words.get(at).startsWith("-")) {
            boolean takesNext = words.get(at).equals("-o") || words.get(at).equals(OUTPUT);
            at = Math.min(words.size(), at + (takesNext ? 2 : 1));
        }
        return at;
    }

    /** Help is given however unfinished the rest of the line is; what stands behind {@code --} is for another program. */
    private static boolean asksForHelp(List<String> words) {
        int end = words.indexOf("--");
        List<String> own = end < 0 ? words : words.subList(0, end);
        return own.contains("--help") || own.contains("-h");
    }

    private static boolean isCommon(String word) {
        return word.equals("-q")
                || word.equals("--quiet")
                || word.equals("--no-color")
                || word.startsWith("-o")
                || word.startsWith(OUTPUT);
    }

    private static ParseResult parsed(Command command, List<String> words) {
        CommandLine line = new CommandLine(Usage.complete(command));
        line.setOverwrittenOptionsAllowed(true);
        // '@file' in an argument is text, not a file to read arguments from
        line.setExpandAtFiles(false);
        try {
            return line.parseArgs(words.toArray(String[]::new));
        } catch (UnmatchedArgumentException unknown) {
            throw misread(
                    String.valueOf(unknown.getMessage()),
                    unknown.getSuggestions().isEmpty()
                            ? "Run 'holdfast " + command.name() + " --help'."
                            : "Did you mean " + unknown.getSuggestions().getFirst() + "? Otherwise run 'holdfast "
                                    + command.name() + " --help'.");
        } catch (ParameterException misread) {
            throw misread(String.valueOf(misread.getMessage()), "Run 'holdfast " + command.name() + " --help'.");
        }
    }

    private static HoldfastException misread(String cause, String remedy) {
        return new HoldfastException(Problem.of(Code.HF3301, cause, remedy));
    }

    /** Read before anything else and forgivingly, so that even a misread line is answered in the form asked for. */
    private Session.Options options(List<String> words) {
        boolean isJson = false;
        boolean isQuiet = false;
        boolean isColoured = surroundings.terminals().out()
                && surroundings.environment().getOrDefault("NO_COLOR", "").isEmpty()
                && !surroundings.environment().getOrDefault("TERM", "").equals("dumb");
        for (int at = 0; at < words.size() && !words.get(at).equals("--"); at++) {
            switch (words.get(at)) {
                case "--output" ->
                    isJson = at + 1 < words.size() && words.get(at + 1).equals("json");
                case "-o" ->
                    isJson |= at + 1 < words.size() && words.get(at + 1).equals("json") && !hasOwnFolder(words);
                case "--output=json" -> isJson = true;
                case "-o=json", "-ojson" -> isJson |= !hasOwnFolder(words);
                case "--quiet", "-q" -> isQuiet = true;
                case "--no-color" -> isColoured = false;
                default -> {
                    // the command's own
                }
            }
        }
        return new Session.Options(isJson, isQuiet, isColoured && !isJson);
    }

    /** Whether {@code -o} is the folder that this command writes to. */
    private static boolean hasOwnFolder(List<String> words) {
        int at = commandIndex(words);
        return at < words.size()
                && Commands.find(words.get(at))
                        .filter(command -> command.shape().spec().findOption("-o") != null)
                        .isPresent();
    }

    private int shown(List<Problem> problems, Session session) {
        surroundings.out().flush();
        if (session.isJson()) {
            session.json(Json.array(problems.stream().map(ProblemText::json).toList()));
        } else {
            Paint paint = session.paint();
            for (Problem problem : problems) {
                ProblemText.lines(problem, surroundings.directory(), paint).forEach(surroundings.err()::println);
            }
        }
        return problems.getFirst().code().kind().exitStatus();
    }
}
