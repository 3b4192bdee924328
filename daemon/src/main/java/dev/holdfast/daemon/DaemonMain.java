package dev.holdfast.daemon;

import dev.holdfast.daemon.api.Build;
import dev.holdfast.daemon.api.Client;
import dev.holdfast.daemon.api.DaemonLauncher;
import dev.holdfast.daemon.http.Limits;
import dev.holdfast.daemon.local.InstalledPrograms;
import dev.holdfast.daemon.local.LocalPlaces;
import dev.holdfast.daemon.stacks.Stacks;
import dev.holdfast.daemon.supervise.Pace;
import dev.holdfast.engine.Register;
import dev.holdfast.engines.Engines;
import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import dev.holdfast.reader.StackReader;
import dev.holdfast.targets.local.Home;
import dev.holdfast.targets.local.Launcher;
import dev.holdfast.targets.local.door.DoorLibrary;
import dev.holdfast.targets.local.image.Architecture;
import dev.holdfast.targets.local.image.EngineImages;
import dev.holdfast.targets.local.sandbox.JavaRuntime;
import dev.holdfast.targets.local.sandbox.Preflight;
import dev.holdfast.targets.local.volume.Volumes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Wires the daemon and runs it until it is asked to end, by its socket or by a signal. */
public final class DaemonMain {
    private static final Duration READY = Duration.ofMinutes(3);
    private static final Duration OTHER_ANSWERS = Duration.ofSeconds(10);

    /** What sleeps is woken first. */
    private static final Duration SIGNAL_PATIENCE = Duration.ofSeconds(40);

    private DaemonMain() {}

    /** {@code DaemonMain VERSION BUILD}; the command line's {@code daemon run} calls {@link #run} instead. */
    public static void main(String[] arguments) throws InterruptedException {
        run(System.getenv(), new Build(arguments[0], arguments[1]));
    }

    /**
     * Returns when the daemon has ended; at once where another answers for the same home. Throws what kept it from
     * starting.
     */
    public static void run(Map<String, String> environment, Build build) throws InterruptedException {
        Home home = Home.of(environment).create();
        Path folder = folder(home);
        DaemonLog.to(folder.resolve("daemon.log"));
        InstantSource clock = InstantSource.system();
        SecureRandom random = new SecureRandom();
        Register register = Engines.register();
        // a signal ends the process when the hook has ended, so the hook waits for the closing
        CountDownLatch closed = new CountDownLatch(1);
        try (Launcher launcher = new Launcher();
                Daemon daemon = Daemon.start(
                        folder.resolve("daemon.lock"),
                        home.socket(),
                        parts(home, environment, register, launcher, clock, random),
                        build,
                        Limits.standard(),
                        random)) {
            Runtime.getRuntime()
                    .addShutdownHook(Thread.ofPlatform().name("shutdown-hook").unstarted(() -> end(daemon, closed)));
            daemon.awaitEnd();
        } catch (HoldfastException refused) {
            if (refused.problems().getFirst().code() != Code.HF3201 || !otherAnswers(home)) {
                throw refused;
            }
        } finally {
            closed.countDown();
        }
    }

    private static void end(Daemon daemon, CountDownLatch closed) {
        daemon.askToEnd();
        try {
            closed.await(SIGNAL_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException now) {
            Thread.currentThread().interrupt();
        }
    }

    private static Stacks.Parts parts(
            Home home,
            Map<String, String> environment,
            Register register,
            Launcher launcher,
            InstantSource clock,
            SecureRandom random) {
        Architecture architecture = Architecture.of(System.getProperty("os.name"), System.getProperty("os.arch"));
        boolean root = "root".equals(System.getProperty("user.name"));
        JavaRuntime java = java();
        InstalledPrograms programs = new InstalledPrograms(
                new EngineImages(home.cache(), environment, architecture, clock).withJava(java.home()),
                new Preflight(architecture, java, root),
                architecture,
                environment,
                new DoorLibrary(home.cache()),
                root);
        StackReader reader = new StackReader(register);
        return new Stacks.Parts(
                new LocalPlaces(
                        home, register, programs, programs, launcher, clock, random, Volumes.of(home, programs)),
                reader::read,
                register,
                Pace.standard(),
                READY,
                clock);
    }

    private static JavaRuntime java() {
        Path home = Path.of(System.getProperty("java.home"));
        try {
            return JavaRuntime.at(home);
        } catch (IOException unreadable) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3202,
                            "the JDK at " + home + " cannot be read: " + unreadable.getMessage(),
                            "Set JAVA_HOME to a JDK of version 25 or newer that you may read."),
                    unreadable);
        }
    }

    private static Path folder(Home home) {
        Path folder = home.data().resolve("daemon");
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return folder;
        } catch (IOException cannot) {
            throw new HoldfastException(
                    Problem.of(
                            Code.HF3202,
                            "cannot make the folder " + folder + ": " + cannot.getMessage(),
                            "See that it belongs to you and the disk is not full, then run the command again."),
                    cannot);
        }
    }

    /** Two commands that start a daemon at the same moment: one of the two daemons is enough. */
    private static boolean otherAnswers(Home home) throws InterruptedException {
        Client client = Client.at(home.socket());
        long end = System.nanoTime() + OTHER_ANSWERS.toNanos();
        while (DaemonLauncher.health(client).isEmpty()) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(Duration.ofMillis(50));
        }
        return true;
    }
}
