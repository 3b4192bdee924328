package dev.holdfast.targets.local.volume;

import dev.holdfast.problem.Code;
import dev.holdfast.problem.HoldfastException;
import dev.holdfast.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What this machine lets this process do about file systems. */
final class Machine {
    private static final int SYS_ADMIN = 21;
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path FILE_SYSTEMS = Path.of("/proc/filesystems");

    private Machine() {}

    /** Why there can be no image of that kind here; empty where there can. */
    static Optional<Problem> refusal(Driver driver) {
        String type = type(driver);
        if (!mayMount()) {
            return refused(
                    driver,
                    "this process may not mount file systems (it needs root with CAP_SYS_ADMIN)",
                    "Run Holdfast as root for that, or use a file system of this machine that clones files: holdfast volumes create NAME --driver reflink --at FOLDER.");
        }
        if (!Loop.isThere()) {
            return refused(
                    driver,
                    "this machine has no loop devices (/dev/loop-control)",
                    "Load them with 'modprobe loop', or give the container /dev/loop-control and /dev/loop*.");
        }
        if (!knows(type)) {
            return refused(
                    driver,
                    "this kernel has no " + type,
                    "Load it with 'modprobe " + type + "', or take another driver (see 'holdfast volumes drivers').");
        }
        return Optional.empty();
    }

    static void require(Driver driver) {
        refusal(driver).ifPresent(problem -> {
            throw new HoldfastException(problem);
        });
    }

    static String type(Driver driver) {
        return driver == Driver.BTRFS_IMAGE || driver == Driver.BTRFS ? "btrfs" : "xfs";
    }

    /** The capability is what counts: root in a container seldom has it. */
    static boolean mayMount() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith("CapEff:")) {
                    long capabilities = Long.parseUnsignedLong(line.substring(7).strip(), 16);
                    return (capabilities >> SYS_ADMIN & 1) == 1;
                }
            }
            return false;
        } catch (IOException unknown) {
            return false;
        }
    }

    /** Built in or loaded; mounting loads a module by itself, so one that lies there will do. */
    private static boolean knows(String type) {
        try {
            if (Files.readAllLines(FILE_SYSTEMS).stream().anyMatch(line -> line.endsWith("\t" + type))) {
                return true;
            }
            return Files.isDirectory(Path.of("/lib/modules", System.getProperty("os.version"), "kernel", "fs", type));
        } catch (IOException unknown) {
            return true;
        }
    }

    private static Optional<Problem> refused(Driver driver, String because, String remedy) {
        return Optional.of(
                Problem.of(Code.HF3142, "there can be no " + driver.word() + " volume here: " + because, remedy));
    }
}
