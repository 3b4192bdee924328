package dev.holdfast.daemon.stacks;

import dev.holdfast.blueprint.Workload;
import dev.holdfast.daemon.http.Events;
import dev.holdfast.daemon.supervise.LogTail;
import dev.holdfast.daemon.supervise.Site;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the members wrote. */
final class Logs {
    /** Log files are asked this often; being told by the kernel would need one more thread a folder. */
    private static final long LOOK_MILLIS = 200;

    private final Stacks stacks;

    Logs(Stacks stacks) {
        this.stacks = stacks;
    }

    void send(String name, Optional<String> service, Optional<String> member, int tail, boolean follow, Events events)
            throws InterruptedException {
        ManagedStack managed = stacks.find(name);
        List<Follower> followers = new ArrayList<>();
        for (String one : members(managed, service, member)) {
            Path log = managed.live()
                    .map(live -> live.supervisor().site().log(one))
                    .orElse(managed.folder().resolve("logs").resolve(one + ".log"));
            followers.add(new Follower(one, log));
        }
        for (Follower follower : followers) {
            for (String line : LogTail.lines(follower.log, tail)) {
                events.send(EventJson.line(follower.member, line));
            }
        }
        while (follow && !events.isGone()) {
            followers.forEach(follower -> follower.send(events));
            pause(events);
        }
        events.send(EventJson.done(name).build());
    }

    private static void pause(Events events) throws InterruptedException {
        try {
            events.gone().get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException stillThere) {
            // which is why there is more to send
        } catch (ExecutionException never) {
            throw new IllegalStateException(never);
        }
    }

    private List<String> members(ManagedStack managed, Optional<String> service, Optional<String> member) {
        List<String> members =
                managed.live().map(live -> named(live, service)).orElseGet(() -> onDisk(managed, service));
        List<String> chosen = member.isEmpty()
                ? members
                : members.stream().filter(member.get()::equals).toList();
        if (chosen.isEmpty() && (member.isPresent() || service.isPresent())) {
            throw new HoldfastException(Problem.of(
                    Code.HF3206,
                    "stack '" + managed.name() + "' has no log of '"
                            + member.or(() -> service).orElse("") + "'",
                    "See 'holdfast status' for its services and members."));
        }
        return chosen;
    }

    private static List<String> named(ManagedStack.Live live, Optional<String> service) {
        Site site = live.supervisor().site();
        List<String> members = new ArrayList<>();
        for (Workload workload : site.workloads()) {
            String own = workload.member().service();
            String owner = Ownership.owner(live.stack(), workload);
            if (service.isEmpty()
                    || service.get().equals(own)
                    || service.get().equals(workload.member().name())
                    || service.get().equals(owner)) {
                members.add(workload.member().name());
            }
        }
        return members;
    }

    private static List<String> onDisk(ManagedStack managed, Optional<String> service) {
        Path folder = managed.folder().resolve("logs");
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".log"))
                    .map(file -> file.substring(0, file.length() - ".log".length()))
                    .filter(one ->
                            service.isEmpty() || one.equals(service.get()) || one.startsWith(service.get() + "-"))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** Where reading one log has come to. A log that became shorter was rotated and is read from its start. */
    private static final class Follower {
        private final String member;
        private final Path log;
        private final ByteArrayOutputStream partial = new ByteArrayOutputStream();
        private long at;

        Follower(String member, Path log) {
            this.member = member;
            this.log = log;
            this.at = size(log);
        }

        void send(Events events) {
            long size = size(log);
            at = size < at ? 0 : at;
            if (size == at) {
                return;
            }
            try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
                byte[] bytes = new byte[(int) Math.min(size - at, 1 << 20)];
                file.seek(at);
                int read = file.read(bytes);
                for (int i = 0; i < read; i++) {
                    if (bytes[i] == '\n') {
                        events.send(EventJson.line(member, partial.toString(StandardCharsets.UTF_8)));
                        partial.reset();
                    } else {
                        partial.write(bytes[i]);
                    }
                }
                at += Math.max(0, read);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }

        private static long size(Path log) {
            try {
                return Files.exists(log) ? Files.size(log) : 0;
            } catch (IOException gone) {
                return 0;
            }
        }
    }
}
