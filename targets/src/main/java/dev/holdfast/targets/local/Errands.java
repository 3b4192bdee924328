package dev.holdfast.targets.local;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.engine.Errand;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.secret.Redacted;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Programs that run to their end beside a member. To the sweeping of processes each is a member of its own. */
record Errands(StackFolder folder, Launcher launcher, Enclosure enclosure, Preparation preparation, Members members) {
    private static final Logger LOG = LoggerFactory.getLogger(Errands.class);
    private static final int KEPT = 40;

    Errand.Ran run(Workload workload, Errand errand, Consumer<String> onLine) throws InterruptedException {
        String name = errand.member() + "-" + errand.name();
        return run(
                new Errand(name, errand.name(), errand.command(), errand.environment(), errand.patience()),
                workload,
                folder.volume(errand.member()),
                errand.input(),
                onLine);
    }

    /** As the member the errand names itself, under that one's lock, with {@code data} in the place of its data. */
    Errand.Ran run(Errand errand, Workload workload, Path data, Optional<Redacted> input, Consumer<String> onLine)
            throws InterruptedException {
        String name = errand.member();
        Disk.folder(folder.volume(), Disk.OURS);
        // an errand whose daemon was killed holds its lock still, and nobody reads what it says
        members.sweep(name, Optional.empty());
        Map<String, String> own = new TreeMap<>(workload.environment());
        errand.environment().forEach((variable, value) -> own.put(variable, value.reveal()));
        Enclosure.Invocation enclosed = enclosure.member(
                workload.programs(),
                preparation.folders(workload, data),
                folder.dataLock(name),
                new TreeMap<>(own),
                errand.command());
        Map<String, String> environment = new TreeMap<>(enclosed.environment());
        Map.Entry<String, String> mark = members.marking(name);
        environment.put(mark.getKey(), mark.getValue());
        LogFile log = LogFile.of(folder.log(name));
        log.create();
        log.rotateIfLarge();
        Process process = input.isPresent()
                ? launcher.fed(enclosed.arguments(), environment)
                : launcher.piped(enclosed.arguments(), environment);
        input.ifPresent(text -> Thread.ofVirtual().name("feed-" + name).start(() -> feed(process, text)));
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
                    errand.name() + " of " + workload.member().name() + " did not end within "
                            + errand.patience().toMinutes() + " min and was ended",
                    "Read '" + folder.log(name) + "' for what it waited for, then run the same command again."));
        }
        return new Errand.Ran(process.exitValue(), words);
    }

    private static void feed(Process process, Redacted text) {
        try (OutputStream into = process.getOutputStream()) {
            into.write(text.reveal().getBytes(StandardCharsets.UTF_8));
        } catch (IOException ended) {
            // it did not want to hear all of it; its exit status says whether that was well
            LOG.atDebug().setCause(ended).log("an errand ended before it had read its input");
        }
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
