package dev.holdfast.targets.local.volume;

import dev.holdfast.targets.local.Disk;
import dev.holdfast.targets.local.StackFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;

/**
 * What a stack has as its data: a folder of its own, or a link into a volume. What it is to have, and what it had, is named
 * beside it for as long as it is there, so that nobody who is cut off leaves data that no stack knows.
 */
record Residence(StackFolder folder, Disposal disposal) {
    /** What is to come, before {@link #take}; what was, after it. Never what the stack has. */
    static Path next(StackFolder folder) {
        return folder.root().resolve("volume.next");
    }

    /** Where the stack's data is; nowhere yet where that does not exist. */
    Path now() throws IOException {
        return Files.isSymbolicLink(folder.volume()) ? Files.readSymbolicLink(folder.volume()) : folder.volume();
    }

    /** Says that the stack is to have what is there, or will be. */
    void name(Path data) throws IOException {
        Path next = next(folder);
        if (!data.equals(next)) {
            Disk.folder(folder.root(), Disk.OURS);
            Disk.remove(next);
            Files.createSymbolicLink(next, data);
        }
    }

    /** From this step on the stack has what was named. */
    void take() throws IOException {
        if (Files.exists(folder.volume(), LinkOption.NOFOLLOW_LINKS)) {
            Kernel.exchange(next(folder), folder.volume());
        } else {
            Disk.move(next(folder), folder.volume());
        }
        Kernel.sync(folder.root());
    }

    /** Takes its data away from the stack, which begins anew after that. */
    void leave() {
        Disk.move(folder.volume(), next(folder));
        sweep();
    }

    /** Removes what the stack does not have. What is in a volume that is not mounted stays named. */
    void sweep() {
        Path next = next(folder);
        try {
            if (Files.isSymbolicLink(next)) {
                Path data = Files.readSymbolicLink(next);
                Path root = Objects.requireNonNull(data.getParent());
                if (!Files.isDirectory(root)) {
                    return;
                }
                if (!data.equals(now())) {
                    disposal.away(root, data, false);
                }
                Disk.remove(next);
            } else if (Files.exists(next)) {
                disposal.away(Objects.requireNonNull(folder.root().getParent()), next, false);
            }
        } catch (IOException e) {
            throw Disk.failure(next, 0, e);
        }
    }
}
