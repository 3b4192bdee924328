package dev.holdfast.targets.local;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Who holds a {@code flock} on a file, from /proc. */
final class FileLocks {
    private FileLocks() {}

    /** The process that took the lock. It may have ended and left it to its children, so this is for people only. */
    static Optional<Long> holder(Path file) {
        return identity(file)
                .flatMap(identity ->
                        holder(Processes.text(Path.of("/proc/locks")).orElse(""), identity));
    }

    /** {@code identity} is device and inode as /proc/locks writes them: {@code fd:01:4711}. */
    static Optional<Long> holder(String table, String identity) {
        for (String line : table.split("\n", -1)) {
            String[] fields = line.strip().split("\\s+", -1);
            if (fields.length >= 8 && fields[1].equals("FLOCK") && fields[5].equals(identity)) {
                return Optional.of(Long.parseLong(fields[4]));
            }
        }
        return Optional.empty();
    }

    /** Those of the processes that have the file open, where anybody holds its lock at all. */
    static Set<Long> openedBy(Path file, Set<Long> pids) {
        Set<Long> found = new HashSet<>();
        if (holder(file).isPresent()) {
            for (long pid : pids) {
                if (hasOpen(pid, file)) {
                    found.add(pid);
                }
            }
        }
        return found;
    }

    private static boolean hasOpen(long pid, Path file) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.readSymbolicLink(descriptor).equals(file)) {
                    return true;
                }
            }
            return false;
        } catch (IOException goneOrNotOurs) {
            return false;
        }
    }

    private static Optional<String> identity(Path file) {
        try {
            long device = (long) Files.getAttribute(file, "unix:dev");
            long inode = (long) Files.getAttribute(file, "unix:ino");
            long major = (device >> 8 & 0xfff) | (device >> 32 & ~0xfffL);
            long minor = (device & 0xff) | (device >> 12 & ~0xffL);
            return Optional.of(String.format(Locale.ROOT, "%02x:%02x:%d", major, minor, inode));
        } catch (NoSuchFileException neverLocked) {
            return Optional.empty();
        } catch (IOException e) {
            throw Disk.failure(file, 0, e);
        }
    }
}
