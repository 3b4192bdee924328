package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Errand;
import dev.holdfast.engine.Filling;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import dev.holdfast.stack.Service;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Members of derived stacks given their data by something other than their engine's own beginning. */
record Fillings(StackFolder folder, Enclosure enclosure, Preparation preparation, Errands errands) {
    /** How much of what a program said last is worth telling again. */
    private static final int TELLING = 3;

    void fill(Workload workload, Service<?> service, Filling filling, Filled filled) throws InterruptedException {
        String member = workload.member().name();
        if (Files.exists(folder.volume(member))) {
            throw new HoldfastException(Problem.of(
                    Code.HF3214,
                    member + " of stack '" + folder.name() + "' has data already",
                    "Throw the stack away with 'holdfast down " + folder.name()
                            + " --purge', or give the new one another name."));
        }
        preparation.files(workload);
        List<Path> lent = new ArrayList<>();
        try {
            for (Map.Entry<String, Redacted> secret : filling.secrets().entrySet()) {
                Path file = folder.secrets(member).resolve(secret.getKey());
                Disk.write(file, secret.getValue().reveal().getBytes(StandardCharsets.UTF_8), enclosure.owner());
                lent.add(file);
            }
            Path partial = preparation.partial(member);
            for (Filling.Step step : filling.steps()) {
                filled.begins(step);
                step(workload, filling, step, partial, filled);
            }
            preparation.keep(member, service);
        } finally {
            lent.forEach(Disk::remove);
        }
    }

    private void step(Workload workload, Filling filling, Filling.Step step, Path partial, Filled filled)
            throws InterruptedException {
        String member = workload.member().name();
        Errand errand = new Errand(member, step.what(), step.command(), filling.environment(), step.patience());
        Errand.Ran ran = errands.run(
                errand,
                workload,
                partial,
                step.input(),
                line -> step.gauge().read(line).ifPresent(amount -> filled.reached(step, amount)));
        if (ran.isSuccess()) {
            return;
        }
        if (Disk.isFull(folder.volume())) {
            throw new HoldfastException(Disk.full(folder.volume(member)));
        }
        if (ran.lastWords().contains("No space left on device")) {
            throw new HoldfastException(Disk.tooSmall(folder.volume(member)));
        }
        throw new HoldfastException(Problem.of(
                Code.HF3214,
                step.what() + " of " + member + " for stack '" + folder.name() + "' ended with status " + ran.status()
                        + telling(ran.lastWords()),
                "Correct what it names and run the same command again; nothing of the attempt was kept."));
    }

    private static String telling(String words) {
        List<String> lines = words.lines().filter(line -> !line.isBlank()).toList();
        String last = String.join(" ‖ ", lines.subList(Math.max(0, lines.size() - TELLING), lines.size()));
        return last.isEmpty() ? "" : "; its last words: " + last;
    }
}
