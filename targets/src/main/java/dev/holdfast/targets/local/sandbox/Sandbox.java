package dev.holdfast.targets.local.sandbox;

import dev.holdfast.targets.local.image.Architecture;
import dev.holdfast.targets.local.image.ClassArchive;
import dev.holdfast.targets.local.image.Image;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Words the command line that runs a program inside an image through bubblewrap. Bubblewrap and its companions come from
 * the image itself and are started by the image's own loader, so nothing of it has to be installed on the machine.
 *
 * <p>Inside, {@code /} is the image, read only; {@code /tmp}, {@code /run} and {@code /dev/shm} are empty and writable. The
 * process namespace is private, so ending its first process ends everything in it. Network and System V IPC are the
 * machine's: PostgreSQL finds out by shared memory that another server has its data, which a private one would hide.
 */
public final class Sandbox {
    private static final String JAVA = "/java/bin/java";
    private static final String CLASSES = "/run/classes.jsa";

    private final Mode mode;
    private final Architecture architecture;
    private final JavaRuntime java;

    public Sandbox(Mode mode, Architecture architecture, JavaRuntime java) {
        this.mode = mode;
        this.architecture = architecture;
        this.java = java;
    }

    public Mode mode() {
        return mode;
    }

    /** Whose a writable bind, and any file the program must not share, has to be; empty when it is the caller's own. */
    public OptionalInt owner() {
        return switch (mode) {
            case ROOT -> OptionalInt.of(Image.USER);
            case USER_NAMESPACE -> OptionalInt.empty();
        };
    }

    /**
     * How to start the program. The process started is bubblewrap's outer half, which ends with the program's exit status
     * (or 128 + signal); see {@link Inside} for the program itself. Inside, the environment is the entry's and {@code PWD}.
     */
    public Invocation enter(Entry entry) {
        Image image = entry.image();
        List<String> arguments = new ArrayList<>();
        if (entry.interactive()) {
            // the terminal sends Ctrl-C to everyone: bubblewrap's outer half would die of it and leave the program
            // behind
            arguments.addAll(own(image, "usr/bin/env"));
            arguments.addAll(List.of("--ignore-signal=INT,QUIT", "--"));
        } else {
            arguments.addAll(own(image, "usr/bin/setsid"));
        }
        entry.lock().ifPresent(lock -> {
            // the descriptor is inherited down to the engine, so the lock outlives everyone but the engine itself
            arguments.addAll(own(image, "usr/bin/flock"));
            arguments.addAll(List.of("--nonblock", "--no-fork", lock.toString()));
        });
        arguments.addAll(own(image, "usr/bin/bwrap"));
        arguments.addAll(confinement(entry));
        arguments.add("--");
        arguments.addAll(privilegesDropped());
        if (entry.interactive()) {
            arguments.addAll(List.of("/usr/bin/env", "--default-signal=INT,QUIT", "--"));
        }
        arguments.addAll(command(entry));
        return new Invocation(arguments, entry.environment());
    }

    private List<String> command(Entry entry) {
        List<String> command = new ArrayList<>(entry.command());
        if (classes(entry.image()).isPresent() && command.getFirst().equals(JAVA)) {
            command.addAll(1, List.of("-Xshare:auto", "-XX:SharedArchiveFile=" + CLASSES));
        }
        return command;
    }

    private Optional<Path> classes(Image image) {
        return image.application()
                .flatMap(jars -> ClassArchive.of(jars, java.home()).file());
    }

    private List<String> confinement(Entry entry) {
        Image image = entry.image();
        List<String> arguments = new ArrayList<>(List.of("--unshare-pid"));
        switch (mode) {
            case USER_NAMESPACE ->
                arguments.addAll(List.of(
                        "--unshare-user",
                        "--uid",
                        String.valueOf(Image.USER),
                        "--gid",
                        String.valueOf(Image.USER),
                        "--cap-drop",
                        "ALL"));
            case ROOT ->
                // only what setpriv needs to become somebody else
                arguments.addAll(List.of(
                        "--cap-drop",
                        "ALL",
                        "--cap-add",
                        "CAP_SETUID",
                        "--cap-add",
                        "CAP_SETGID",
                        "--cap-add",
                        "CAP_SETPCAP"));
        }
        readOnly(arguments, image.root(), "/");
        if (image.application().isPresent()) {
            // the JDK's files below /etc need places to be mounted on, and the image's own is read only
            arguments.addAll(List.of("--tmpfs", "/etc"));
            for (String file : List.of("passwd", "group", "nsswitch.conf", "hosts")) {
                readOnly(arguments, image.root().resolve("etc").resolve(file), "/etc/" + file);
            }
            java.outside().forEach(path -> readOnly(arguments, path, path.toString()));
        }
        arguments.addAll(List.of("--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf"));
        if (image.application().isPresent()) {
            arguments.addAll(List.of("--remount-ro", "/etc"));
        }
        arguments.addAll(List.of("--proc", "/proc", "--dev", "/dev"));
        for (String folder : List.of("/dev/shm", "/tmp", "/run")) {
            // root mounts them before it becomes the engine's user: whoever that is may write
            arguments.addAll(List.of("--perms", "1777", "--tmpfs", folder));
        }
        image.application().ifPresent(application -> {
            readOnly(arguments, java.home(), "/java");
            readOnly(arguments, application, "/app");
        });
        classes(image).ifPresent(archive -> readOnly(arguments, archive, CLASSES));
        for (Bind bind : entry.binds()) {
            if (bind.writable()) {
                arguments.addAll(List.of("--bind", bind.from().toString(), bind.to()));
            } else {
                readOnly(arguments, bind.from(), bind.to());
            }
        }
        entry.inside().forEach((name, value) -> arguments.addAll(List.of("--setenv", name, value)));
        arguments.addAll(List.of("--chdir", "/"));
        return arguments;
    }

    private List<String> privilegesDropped() {
        return switch (mode) {
            case USER_NAMESPACE -> List.of();
            case ROOT ->
                List.of(
                        "/usr/bin/setpriv",
                        "--reuid=" + Image.USER,
                        "--regid=" + Image.USER,
                        "--clear-groups",
                        "--inh-caps=-all",
                        "--ambient-caps=-all",
                        "--bounding-set=-all",
                        "--no-new-privs",
                        "--");
        };
    }

    private List<String> own(Image image, String program) {
        return architecture.direct(image.root(), program);
    }

    private static void readOnly(List<String> arguments, Path from, String to) {
        arguments.addAll(List.of("--ro-bind", from.toString(), to));
    }
}
