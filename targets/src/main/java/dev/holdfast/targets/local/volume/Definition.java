package dev.holdfast.targets.local.volume;

import dev.holdfast.targets.local.Disk;
import dev.holdfast.targets.local.StateFile;
import dev.holdfast.text.Json;
import java.io.File;
import java.nio.file.Path;

/**
 * What {@code volume.json} says of a volume.
 *
 * @param folder Holdfast's own folder of the volume
 * @param root the folder that holds a folder a stack; inside the mount where the volume is an image
 * @param size of the image in bytes; 0 for everything else
 * @param sparse whether the image takes of the disk only what is in it
 * @param id what is written inside an image, too, so that no other is ever taken for it
 */
record Definition(
        String name, Driver driver, Path folder, Path root, long size, boolean sparse, String id, boolean whole) {
    /** What is never planned away: no estimate is that exact. */
    static final long MARGIN = 64L << 20;

    static Path trash(Path root) {
        return root.resolve(".trash");
    }

    static StateFile file(Path folder) {
        return new StateFile(
                folder.resolve("volume.json"),
                "Move '" + folder
                        + "' away and bring the file back from a backup; the data in the volume is not touched.");
    }

    static Definition of(String name, Path folder, Json json) {
        return new Definition(
                name,
                Driver.of(StateFile.requireText(json, "driver"))
                        .orElseThrow(() -> new IllegalArgumentException("unknown driver")),
                folder,
                Path.of(StateFile.requireText(json, "root")),
                StateFile.requireLong(json, "size"),
                json.isAt("sparse"),
                StateFile.requireText(json, "id"),
                json.isAt("whole"));
    }

    void write() {
        Disk.folder(folder, Disk.OURS);
        file(folder)
                .write(Json.object()
                        .put("format", 1)
                        .put("driver", driver.word())
                        .put("root", root.toString())
                        .put("size", size)
                        .put("sparse", sparse)
                        .put("id", id)
                        .put("whole", whole)
                        .build());
    }

    Definition made() {
        return new Definition(name, driver, folder, root, size, sparse, id, true);
    }

    Definition withSize(long next) {
        return new Definition(name, driver, folder, root, next, sparse, id, whole);
    }

    boolean isHome() {
        return name.equals(Volumes.HOME);
    }

    Path image() {
        return folder.resolve("image");
    }

    Path mount() {
        return folder.resolve("mount");
    }

    /** The bytes that Holdfast keeps back inside an image. */
    Path reserve() {
        return mount().resolve(".reserve");
    }

    /** Cheap: asked four times a second. */
    Room room() {
        File store = root.toFile();
        long free = store.getUsableSpace();
        if (!driver.isImage()) {
            return new Room(store.getTotalSpace(), free, 0, free);
        }
        long below = sparse ? folder.toFile().getUsableSpace() : free;
        return new Room(store.getTotalSpace(), free, reserve().toFile().length(), Math.min(free, below));
    }
}
