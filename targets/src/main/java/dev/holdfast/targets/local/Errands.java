package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Errand;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Programs that run to their end beside a member. To the sweeping of processes each is a member of its own. */
record Errands(StackFolder folder, Launcher launcher, Enclosure enclosure, Preparation preparation, Members members) {
    private static final int KEPT = 40;

    Errand.Ran run(Workload workload, Errand errand, Consumer<String> onLine) throws InterruptedException {
        String name = errand.member() + "-" + errand.name();
        // an errand whose daemon was killed holds its lock still, and nobody reads what it says
        members.sweep(name, Optional.empty());
        Map<String, String> own = new TreeMap<>(workload.environment());
        errand.environment().forEach((variable, value) -> own.put(variable, value.reveal()));
        Enclosure.Invocation enclosed = enclosure.member(
                workload.programs(),
                preparation.folders(workload, folder.volume(errand.member())),
                folder.dataLock(name),
                new TreeMap<>(own),
                errand.command());
        Map<String, String> environment = new TreeMap<>(enclosed.environment());
        Map.Entry<String, String> mark = members.marking(name);
        environment.put(mark.getKey(), mark.getValue());
        LogFile log = LogFile.of(folder.log(name));
        log.create();
        log.rotateIfLarge();
        Process process = launcher.piped(enclosed.arguments(), environment);
        Deque<String> last = new ArrayDeque<>();
        CountDownLatch read = new CountDownLatch(1);
        Thread.ofVirtual().name("errand-" + name).start(() -> {
            try {
                lines(process, folder.log(name), last, onLine);
            } finally {
                read.countDown();
            }
        });
        boolean ended = false;
        try {
            ended = process.waitFor(errand.patience().toMillis(), TimeUnit.MILLISECONDS);
        } finally {
            // also where this thread is interrupted: nobody is left who would end it
            members.sweep(name, Optional.empty());
        }
        read.await();
        String words;
        synchronized (last) {
            words = String.join("\n", last);
        }
        if (!ended) {
            throw new HoldfastException(Problem.of(
                    Code.HF3116,
                    errand.name() + " of " + errand.member() + " did not end within "
                            + errand.patience().toMinutes() + " min and was ended",
                    "Read '" + folder.log(name) + "' for what it waited for, then run the same command again."));
        }
        return new Errand.Ran(process.exitValue(), words);
    }

    private static void lines(Process process, Path log, Deque<String> last, Consumer<String> onLine) {
        try (BufferedReader reader =
                        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
                var writer = Files.newBufferedWriter(log, StandardOpenOption.APPEND)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                writer.write(line);
                writer.newLine();
                synchronized (last) {
                    last.add(line);
                    if (last.size() > KEPT) {
                        last.removeFirst();
                    }
                }
                onLine.accept(line);
            }
        } catch (IOException closed) {
            synchronized (last) {
                last.add("(its output could not be read to the end: " + closed.getMessage() + ")");
            }
        }
    }
}
