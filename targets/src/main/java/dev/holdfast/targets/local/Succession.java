package dev.holdfast.targets.local;

import dev.holdfast.targets.local.volume.Nearby;
import dev.holdfast.text.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One member's data replaced by that of another. What is to be done is written down first, and whoever prepares the
 * member next does what is left of it: a crash between the two moves leaves no member that would begin anew.
 */
record Succession(StackFolder folder, String member) {

    /** {@code from} becomes the member's data and is not there afterwards; what that was is kept under {@code aside}. */
    void begin(Path from, Path aside) {
        finish();
        if (!Files.exists(from)) {
            return;
        }
        Path near = Nearby.bring(from, folder.volume().resolve(member + ".arriving"));
        note().write(Json.object()
                .put("from", near.toString())
                .put("aside", aside.toString())
                .put("origin", from.toString())
                .build());
        finish();
    }

    /** Does nothing where nothing was begun. */
    void finish() {
        note().read(json -> new Moves(
                        Path.of(StateFile.requireText(json, "from")),
                        Path.of(StateFile.requireText(json, "aside")),
                        json.textAt("origin").map(Path::of)))
                .ifPresent(moves -> {
                    Path data = folder.volume(member);
                    if (Files.exists(moves.from())) {
                        if (Files.exists(data) && !Files.exists(moves.aside())) {
                            Disk.move(data, moves.aside());
                        }
                        Disk.move(moves.from(), data);
                    }
                    // where it was copied it is still there, and would be taken for what is yet to come
                    moves.origin().ifPresent(Disk::remove);
                    Disk.remove(note().path());
                });
    }

    private record Moves(Path from, Path aside, Optional<Path> origin) {}

    private StateFile note() {
        return new StateFile(
                folder.volume().resolve(member + ".succession.json"),
                "Look which of the folders it names are there, move them as it says, and remove the file.");
    }
}
