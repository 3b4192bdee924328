package dev.holdfast.targets.local;

import dev.holdfast.text.Json;
import java.nio.file.Files;
import java.util.Optional;

/** A stack whose data has the logins of another one, so that nobody but Holdfast may enter until it has its own. */
public record Lent(StackFolder folder) {
    /** From now on, until {@link #unlock}. */
    public void shut(String lender) {
        folder.closed().write(Json.object().put("lender", lender).build());
    }

    /** The data has the logins of this stack alone. */
    public void unlock() {
        Disk.remove(folder.closed().path());
    }

    /** The stack whose logins the data has, while it has not its own. */
    public Optional<String> lender() {
        return folder.closed().read(json -> StateFile.requireText(json, "lender"));
    }

    public boolean isClosed() {
        return Files.exists(folder.closed().path());
    }
}
