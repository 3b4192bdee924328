package dev.holdfast.cli.commands;

import dev.holdfast.cli.command.Arguments;
import dev.holdfast.cli.command.Command;
import dev.holdfast.cli.command.Daemon;
import dev.holdfast.cli.command.Events;
import dev.holdfast.cli.command.Session;
import dev.holdfast.cli.command.Shape;
import dev.holdfast.cli.command.StackChoice;
import dev.holdfast.cli.text.Amounts;
import dev.holdfast.cli.text.PlanText;
import dev.holdfast.cli.text.Quoting;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.text.Json;
import java.util.List;
import java.util.Locale;

/** Does what {@code plan} says. */
public final class ApplyCommand implements Command {
    private static final int LONGEST_ANSWER = 20;

    @Override
    public String name() {
        return "apply";
    }

    @Override
    public String summary() {
        return "do what plan says, one journalled step after the other, from where it stopped last time";
    }

    @Override
    public Shape shape() {
        return Shape.of(this)
                .optional("STACK", "the stack; the one of the stack file here otherwise")
                .value("STACK", "the stack, where no word names it", "--stack", "-s")
                .value("ENVIRONMENT", "move the stack to this environment of its file", "--env", "-e")
                .values("WHERE", "allow this step to lose data; plan says the word", "--approve")
                .flag("do not ask before a step that restarts something", "--yes", "-y")
                .verbose();
    }

    @Override
    public int run(Arguments arguments, Session session) {
        Daemon daemon = Daemon.ensured(session.surroundings());
        String stack = StackChoice.of(Choices.stack(arguments), daemon, session);
        Json.Builder request = Json.object();
        arguments.value("--env").ifPresent(environment -> request.put("environment", environment));
        if (!arguments.is("--yes")) {
            Json plan = daemon.post(request.build(), "/v1/stacks/{}/plan", stack);
            if (!mayGoOn(plan, stack, session)) {
                return Code.HF3304.kind().exitStatus();
            }
        }
        request.put("approve", Json.texts(arguments.values("--approve")));
        Json done;
        try (Events events = new Events(
                session,
                arguments.is("--verbose") ? Events.Detail.ALL : Events.Detail.STEPS,
                "interrupted: the step at hand is finished; apply goes on from there")) {
            done = daemon.stream("POST", Client.path("/v1/stacks/{}/apply", stack), request.build(), events);
        }
        if (session.isJson()) {
            session.json(Results.withoutEvent(done));
        } else if (!session.isQuiet()) {
            session.line(result(done));
        }
        return 0;
    }

    /** Asks only for what somebody would feel; what loses data is asked for by name, with {@code --approve}. */
    private static boolean mayGoOn(Json plan, String stack, Session session) {
        List<Json> felt = plan.itemsAt("changes").stream()
                .filter(change -> !List.of("NONE", "RELOAD")
                        .contains(change.textAt("risk").orElse("")))
                .toList();
        if (felt.isEmpty()) {
            return true;
        }
        if (!session.canAsk()) {
            throw new HoldfastException(Problem.of(
                    Code.HF3304,
                    "applying to '" + stack + "' would interrupt it: "
                            + felt.getFirst().textAt("where").orElse("") + ": "
                            + felt.getFirst().textAt("summary").orElse("")
                            + (felt.size() == 1 ? "" : " and " + Amounts.count(felt.size() - 1L, "other")),
                    "Read 'holdfast plan --stack " + stack + "' and run the command with --yes."));
        }
        new PlanText(session.paint()).lines(plan).forEach(session.surroundings().err()::println);
        session.surroundings().err().print("Do it? [y/N] ");
        session.surroundings().err().flush();
        String answer =
                Answers.line(session.surroundings().in(), LONGEST_ANSWER).toLowerCase(Locale.ROOT);
        return answer.equals("y") || answer.equals("yes");
    }

    private static String result(Json done) {
        long applied = done.longAt("applied").orElse(0L);
        String stack = Quoting.visible(done.textAt("stack").orElse(""));
        if (applied == 0) {
            return "nothing was to be done: " + stack + " is as its file says";
        }
        return Amounts.count(applied, "change") + " done"
                + (done.isAt("resumed") ? ", from where the last apply stopped" : "");
    }
}
